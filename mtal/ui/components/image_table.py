"""Images of a pool as tiles with what a reader must know under each, and as a table. Files go by path, never as arrays."""

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
from mtal.ui.image_routes import thumb_url
from mtal.ui.text import plain

IN_A_ROW = 8
TALLEST = 20  # rows of a table before it scrolls
COLUMNS = {  # column of a pool table -> title, explanation; in this order
    "rank": ("rank", "1 was taken first"),
    "id": ("id", "Name of the image in the data set"),
    "number": ("number", "Place of the image in the pool, from 0"),
    "open": ("open", "Why this image"),
    "decision": (
        "decision",
        "What people said: auto = nothing; a refill came for a rejected image",
    ),
    "who": ("who", "Who said so"),
    "note": ("note", "A comment on the image"),
    "score": ("score", "What images were ranked by when their turn came; higher is labelled first"),
    "driver": ("driving task", "The task that is highest after normalising"),
    "partner": (
        "partner",
        "The task whose refined prediction disagreed most with the driving task",
    ),
    "cluster": (
        "cluster",
        "Group of similar images, by k-means of the embedding; -1 where unknown",
    ),
    "inconsistency": ("inconsistency", "The normalised disagreements of the tasks as one number"),
    "diversity": (
        "diversity",
        "Distance to the nearest labelled image when its turn came; earlier picks count as labelled",
    ),
    "diversity_start": ("diversity at start", "The same before the first pick of this batch"),
}


def address(run: Run, cycle: int, name: str) -> dict[str, str]:
    """The query of the Inspect page for one image, by its id: a number could be the id of another image."""
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
    """Thumbnails in rows; a click anywhere on a tile opens Inspect (the style sheet stretches its link over the tile).

    The three lists have the same length; `name` tells this group of tiles from others of the page.
    """
    group, ids = st.container(key=f"tiles.{name}"), loaders.pool(run, cycle)["id"]
    for start in range(0, len(images), in_a_row):
        columns = group.columns(in_a_row, gap="small")
        for column, image, caption, label in zip(
            columns,
            images[start : start + in_a_row],
            captions[start : start + in_a_row],
            labels[start : start + in_a_row],
            strict=False,
        ):
            with column.container(gap=None):
                show_thumbnail(run, ids.iloc[image])
                st.page_link(
                    "pages/inspect.py",
                    label=label,
                    query_params=address(run, cycle, ids.iloc[image]),
                )
                if caption:
                    st.caption(caption)


def show_thumbnail(run: Run, name: str) -> None:
    """One small picture of a pool image, by its id, or that it is missing."""
    path = run.thumbnail(name)
    if path.exists():
        st.image(str(path), width="stretch", alt=f"Pool image {name}")
    else:
        st.caption(":material/hide_image: no thumbnail")


def thumbnail_html(run: Run, image: int) -> str:
    """The same as HTML for `st.html`, by the image's position: the browser fetches it by itself."""
    name = escape(str(run.facts.pool[image]))
    if not run.thumbnail(str(run.facts.pool[image])).exists():
        return f'<p class="thumb">No small picture of {name}.</p>'
    height, width = run.config.size
    return (
        f'<img class="thumb" style="aspect-ratio:{width}/{height}" src="{escape(thumb_url(run, image))}" '
        f'alt="Pool image {name}">'
    )


def with_driver(pool: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Rows of a pool table with the column `driver`: the task whose score is the highest."""
    return images.assign(driver=driving_tasks(pool.loc[images.index]))


def caption(row: pd.Series) -> str:
    """Score and driving task; nothing where the strategy has no scores."""
    score = row.get("score", np.nan)
    parts = [figures(float(score))] if np.isfinite(score) else []
    return " · ".join([*parts, *([plain(str(row["driver"]))] if row.get("driver") else [])])


def show_table(run: Run, cycle: int, rows: pd.DataFrame, page: str) -> None:
    """The same images as a table, with a link to each."""
    table = rows.assign(
        open=[
            f"/inspect?{urlencode(address(run, cycle, name))}" for name in rows["id"].astype(str)
        ],
        number=rows.index,
    )
    titles = COLUMNS | _task_columns(run.tasks)
    columns = st.column_config
    told: dict[str, Any] = {
        name: columns.Column(title, help=about) for name, (title, about) in titles.items()
    }
    told |= {
        name: columns.NumberColumn(
            titles[name][0], help=titles[name][1], format=f"%.{decimals(table[name])}f"
        )
        for name in titles
        if name in table and pd.api.types.is_float_dtype(table[name])
    }
    told["open"] = columns.LinkColumn("open", help=titles["open"][1], display_text="Inspect")
    height: Any = "content" if len(rows) <= TALLEST else 35 * (TALLEST + 1)
    st.dataframe(
        table,
        key=f"{page}.table",
        hide_index=True,
        height=height,
        column_config=told,
        column_order=[name for name in titles if name in table],
        alt=f"{len(rows)} images of cycle {cycle} with their ranks and scores",
    )
    st.caption(
        "Scores of tasks are in the unit of their disagreement; normalised ones can be compared between tasks. "
        "Every column's heading explains it."
    )


def _task_columns(tasks: Sequence[TaskFacts]) -> dict[str, tuple[str, str]]:
    """Column -> title, explanation: each task's score in its unit, and normalised."""
    found = {
        task_score_column(task.name): (
            f"{task.name} ({task.distance_unit})" if task.distance_unit else task.name,
            f"{task.title}: disagreement of the predictions, {task.distance}",
        )
        for task in tasks
    }
    return found | {
        normalised_column(task.name): (
            f"{task.name}, normalised",
            f"{task.title}: the same made comparable with other tasks",
        )
        for task in tasks
    }
