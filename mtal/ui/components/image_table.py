"""Images of a pool as thumbnails with captions, and as a table. Files go by path, not as arrays."""

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import decimals, figures
from mtal.runs.store.pool_table import driving_tasks, normalised_column, task_score_column
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import loaders
from mtal.ui.components.column_titles import TITLES
from mtal.ui.image_routes import thumb_url
from mtal.ui.text import plain

IN_A_ROW = 8
TALLEST = 20  # rows of a table before it scrolls
COLUMNS = {  # column of a pool table -> title, explanation; in this order
    "rank": ("rank", "1 was taken first"),
    "id": ("id", "Name of the image in the data set"),
    "number": ("number", "Place of the image in the pool, from 0"),
    "open": ("open", "Why this image"),
    "decision": ("decision", "auto = no decision; a refill takes the place of a rejected image"),
    "who": ("who", "Who decided"),
    "note": ("note", "A comment on the image"),
    "score": (
        TITLES["score"],
        "Images were ranked by it when their turn came; higher is labelled first",
    ),
    "driver": ("driving task", "The task that is highest after normalising"),
    "partner": ("partner", "The task that disagreed most when it refined the driving task"),
    "cluster": ("cluster", "Similar images, by k-means of the embedding; -1 where unknown"),
    "inconsistency": (
        TITLES["inconsistency"],
        "The normalised disagreements of the tasks as one number",
    ),
    "diversity": (
        TITLES["diversity"],
        "Distance to the nearest labelled image when its turn came; earlier picks count as "
        "labelled",
    ),
    "diversity_start": (TITLES["diversity_start"], "Diversity before the first pick of this batch"),
    "uncertainty": (TITLES["uncertainty"], "The tasks' uncertainties as one number"),
    "turn": ("turn", "When the clusters offer the image: those without a labelled image first"),
    "weight": (TITLES["weight"], "How much the image draws the centres of clusters towards it"),
    "distance": (TITLES["distance"], "In its cluster, the nearest open image comes first"),
}


def address(run: Run, cycle: int, name: str) -> dict[str, str]:
    """Query of the Inspect page for an image, by its id: a number could be another image's id."""
    return {"run": run.name, "cycle": str(cycle), "sample": name}


def show_tiles(
    run: Run,
    cycle: int,
    images: Sequence[int],
    captions: Sequence[str],
    labels: Sequence[str],
    name: str,
    in_a_row: int = IN_A_ROW,
) -> None:
    """Draw thumbnails in rows; a click anywhere on a tile opens Inspect.

    The style sheet stretches the link of a tile over all of it.

    run, cycle: where a link leads; images: positions in the pool; captions, labels: text and link
    under each image, as long as images; name: tells these tiles from others of the page; in_a_row:
    tiles side by side.
    """
    group, ids = st.container(key=f"tiles.{name}"), loaders.pool(run, cycle)["id"]
    tiles = list(zip(images, captions, labels, strict=True))
    for start in range(0, len(tiles), in_a_row):
        columns = group.columns(in_a_row, gap="small")
        row = tiles[start : start + in_a_row]
        for column, (image, caption, label) in zip(columns, row, strict=False):
            with column.container(gap=None):
                query = address(run, cycle, ids.iloc[image])
                show_thumbnail(run, ids.iloc[image])
                st.page_link("pages/inspect.py", label=label, query_params=query)
                if caption:
                    st.caption(caption)


def show_thumbnail(run: Run, name: str) -> None:
    """Draw the thumbnail of a pool image, by its id, or say that there is none."""
    path = run.thumbnail(name)
    if path.exists():
        st.image(str(path), width="stretch", alt=f"Pool image {name}")
    else:
        st.caption(":material/hide_image: no thumbnail")


def thumbnail_html(run: Run, image: int) -> str:
    """HTML of the thumbnail of a pool image, by its position; the browser loads the file."""
    name = escape(str(run.facts.pool[image]))
    if not run.thumbnail(str(run.facts.pool[image])).exists():
        return f'<p class="thumb">No thumbnail of {name}.</p>'
    height, width = run.config.size
    source = escape(thumb_url(run, image))
    return (
        f'<img class="thumb" style="aspect-ratio:{width}/{height}" src="{source}" '
        f'alt="Pool image {name}">'
    )


def with_driver(pool: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Add the column driver to rows of a pool table: the task with the highest score."""
    return images.assign(driver=driving_tasks(pool.loc[images.index]))


def caption(row: pd.Series) -> str:
    """Score and driving task, escaped for Markdown; "" where the strategy has no scores."""
    score = float(row.get("score", np.nan))
    texts = [figures(score) if np.isfinite(score) else "", plain(str(row.get("driver", "")))]
    return " · ".join(text for text in texts if text)


def show_table(run: Run, cycle: int, rows: pd.DataFrame, page: str) -> None:
    """Draw images as a table, with a link to each. rows: of a pool table, index = position."""
    queries = [urlencode(address(run, cycle, name)) for name in rows["id"].astype(str)]
    table = rows.assign(open=[f"/inspect?{query}" for query in queries], number=rows.index)
    titles = COLUMNS | _task_columns(run.tasks)
    columns: dict[str, Any] = {}
    for name, (title, about) in titles.items():
        if name == "open":
            columns[name] = st.column_config.LinkColumn(title, help=about, display_text="Inspect")
        elif name in table and pd.api.types.is_float_dtype(table[name]):
            number = f"%.{decimals(table[name])}f"
            columns[name] = st.column_config.NumberColumn(title, help=about, format=number)
        else:
            columns[name] = st.column_config.Column(title, help=about)
    height: Any = "content" if len(rows) <= TALLEST else 35 * (TALLEST + 1)
    st.dataframe(
        table,
        key=f"{page}.table",
        hide_index=True,
        height=height,
        column_config=columns,
        column_order=[name for name in titles if name in table],
        alt=f"{len(rows)} images of cycle {cycle} with their ranks and scores",
    )
    st.caption(
        "Scores of tasks are in the unit of their disagreement; normalised ones can be compared "
        "between tasks. Every column's heading explains it."
    )


def _task_columns(tasks: Sequence[TaskFacts]) -> dict[str, tuple[str, str]]:
    """Column -> title, explanation: scores of tasks in their units, then normalised ones."""
    scores, normalised = {}, {}
    for task in tasks:
        unit = f" ({task.distance_unit})" if task.distance_unit else ""
        scores[task_score_column(task.name)] = (
            f"{task.name}{unit}",
            f"{task.title}: disagreement of the predictions, {task.distance}",
        )
        normalised[normalised_column(task.name)] = (
            f"{task.name}, normalised",
            f"{task.title}: disagreement made comparable with other tasks",
        )
    return scores | normalised
