"""Images of a pool as tiles with what a reader must know under each, and as a table. Files go by path, never as arrays."""
from collections.abc import Sequence
from math import ceil
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from mtal.runs.run import Run
from mtal.ui.sentences import driving_task, figures, tasks_of
from mtal.ui.words import plain

A_PAGE, IN_A_ROW = 24, 8
FIRST = ("rank", "id", "number", "open", "score", "driver", "inconsistency", "diversity", "diversity_start")
LEGEND = "Under each image: rank · id, then score · the task that is highest after normalising."


def address(run: Run, cycle: int, name: str) -> dict[str, str]:
    """The query of the Inspect page for one image, by its id: a number could be the id of another image."""
    return {"run": run.name, "cycle": str(cycle), "sample": name}


def show_tiles(run: Run, cycle: int, images: Sequence[int], captions: Sequence[str], labels: Sequence[str],
               name: str, in_a_row: int = IN_A_ROW) -> None:
    """Thumbnails in rows; a click anywhere on a tile opens Inspect (the style sheet stretches its link over the tile).

    The three lists have the same length; `name` tells this group of tiles from others of the page.
    """
    group, names = st.container(key=f"tiles.{name}"), run.facts["pool"]
    for start in range(0, len(images), in_a_row):
        columns = group.columns(in_a_row, gap="small")
        for column, image, caption, label in zip(columns, images[start:start + in_a_row], captions[start:start + in_a_row],
                                                 labels[start:start + in_a_row], strict=False):
            with column.container(gap=None):
                show_thumbnail(run, image)
                st.page_link("pages/inspect.py", label=label, query_params=address(run, cycle, names[image]))
                if caption:
                    st.caption(caption)


def show_thumbnail(run: Run, image: int) -> None:
    """One small picture, or that it is missing."""
    path = run.thumbnail(image)
    if path.exists():
        st.image(str(path), width="stretch", alt=f"Pool image number {image}")
    else:
        st.caption(":material/hide_image: no thumbnail")


def show_pages(run: Run, cycle: int, rows: pd.DataFrame, page: str, in_a_row: int = IN_A_ROW) -> None:
    """A grid of 24 tiles with a pager. `rows`: part of a pool table, in the order to be shown; index = position."""
    pages = max(1, ceil(len(rows) / A_PAGE))
    place = st.pagination(pages, key=f"{page}.page") if pages > 1 else 1
    if "score" in rows:
        st.caption(LEGEND)
    shown = rows.iloc[(place - 1) * A_PAGE:place * A_PAGE]
    show_tiles(run, cycle, [int(image) for image in shown.index], [caption(row) for _, row in shown.iterrows()],
               [f"{int(row['rank'])} · {plain(str(row['id']))}" for _, row in shown.iterrows()], page, in_a_row)


def with_driver(pool: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Rows of a pool table with the column `driver`: the task whose score is the highest."""
    return images.assign(driver=[driving_task(pool, int(image)) for image in images.index])


def caption(row: pd.Series) -> str:
    """Score and driving task; nothing where the strategy has no scores."""
    score = row.get("score", np.nan)
    parts = [figures(float(score))] if np.isfinite(score) else []
    return " · ".join([*parts, *([plain(str(row["driver"]))] if row.get("driver") else [])])


def sortings(pool: pd.DataFrame) -> dict[str, tuple[str, bool]]:
    """Title -> (column, whether small comes first), as far as the strategy measured something."""
    found = {"Rank": ("rank", True)}
    found |= {title: (column, False) for title, column in (("Inconsistency", "inconsistency"), ("Diversity", "diversity"))
              if column in pool}
    return found | {f"Score of {task}": (f"s.{task}", False) for task in tasks_of(pool, "s")}


def show_table(run: Run, cycle: int, rows: pd.DataFrame, page: str) -> None:
    """The same images as a table, with a link to each."""
    hidden = ["picked", "labelled", "cutoff", *[name for name in rows.columns if str(name).startswith("m.")]]
    table = rows.drop(columns=[name for name in hidden if name in rows]).assign(
        open=[f"/inspect?{urlencode(address(run, cycle, name))}" for name in rows["id"].astype(str)], number=rows.index)
    first = [name for name in FIRST if name in table]
    rest = [str(name) for name in table if name not in first]
    numbers = {str(name): st.column_config.NumberColumn(format="%.4g") for name in table
               if pd.api.types.is_float_dtype(table[name])}
    st.dataframe(table, key=f"{page}.table", hide_index=True, column_order=[*first, *rest],
                 column_config={**numbers, "open": st.column_config.LinkColumn("open", display_text="Inspect")},
                 alt=f"{len(rows)} images of cycle {cycle} with their ranks and scores")
