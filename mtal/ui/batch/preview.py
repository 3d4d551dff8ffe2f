"""Preview: one image of the batch, large, beside the grid. `?sample=ID`; J and K step through."""

from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import figures
from mtal.runs.store.pool_table import task_score_column
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.batch.overlay import Overlay
from mtal.ui.components.image_navigator import BACK, SAMPLE, find_image
from mtal.ui.components.image_table import address
from mtal.ui.components.review_buttons import show_note
from mtal.ui.components.tile_grid import SIGNS, stack
from mtal.ui.text import code, plain

PAGE_OF_GRID = "page"


def looked_at(run: Run) -> int | None:
    """Position of the image in the address; None without one. Warns of an unknown id."""
    asked = st.query_params.get(SAMPLE)
    image = None if asked is None else find_image(run.facts.pool, asked)
    if asked is not None and image is None:
        st.warning(f"This pool has no image with the id {code(asked)}.", icon=":material/link_off:")
        st.button("Back to the grid", key="batch.forget", on_click=close)
    return image


def look_at(sample: str, page: int | None = None) -> None:
    """Open the preview of an image, and turn the grid to `page`, where it stands."""
    st.query_params[SAMPLE] = sample
    if page is not None:
        st.query_params[PAGE_OF_GRID] = str(page)


def close() -> None:
    """Close the preview."""
    st.query_params.pop(SAMPLE, None)


def show_steps(rows: pd.DataFrame, image: int | None, a_page: int) -> None:
    """Draw the buttons previous, next and back to the grid.

    rows: what the grid shows, on all its pages, of `a_page` images each.
    """
    names, order = rows["id"].astype(str).tolist(), rows.index.tolist()
    if image in order:
        at = order.index(image)
        before, after = at - 1, at + 1
    else:  # the first step leads to the first image
        before, after = -1, 0
    for label, icon, key, to, about in (
        ("Previous", ":material/arrow_back:", "k", before, "The previous image"),
        ("Next", ":material/arrow_forward:", "j", after, "The next image"),
    ):
        exists = 0 <= to < len(names)
        st.button(
            label,
            key=f"batch.{label.lower()}",
            icon=icon,
            shortcut=key,
            disabled=not exists,
            help=about,
            on_click=look_at,
            args=(names[to], to // a_page + 1) if exists else (),
        )
    st.button(
        "Grid",
        key="batch.grid",
        icon=":material/grid_view:",
        shortcut="g",
        disabled=image is None,
        on_click=close,
        help="Close the large picture",
    )


def show_image(run: Run, cycle: int, row: pd.Series, overlay: Overlay) -> None:
    """One image with its numbers and its note. row: of a table as `batch_table.picks_of` gives."""
    image, name = int(row.name), str(row["id"])  # type: ignore[call-overload]
    is_drawn = image in loaders.drawn(run, cycle)
    if is_drawn:
        picture = stack(run, cycle, image, overlay.name, "image")
    else:
        picture = stack(run, cycle, image, "", "")
    alt = escape(_alt(name, overlay, is_drawn))
    st.html(f'<div class="looked-at" role="img" aria-label="{alt}">{picture}</div>')
    rank = f"Rank {int(row['rank']):,} · " if row["rank"] else ""
    st.markdown(f"**{rank}{code(name)}**  \n{_state(row)}")
    st.caption("  \n".join(_facts(row, run)))
    if overlay.name and not is_drawn:
        st.caption("No pictures were drawn of this image: nothing can be laid over it.")
    show_note(run, cycle, name, str(row["note"]))
    st.page_link(
        "pages/inspect.py",
        label="Why this image? Inspect",
        icon=":material/troubleshoot:",
        query_params=address(run, cycle, name) | {BACK: urlencode(_grid_parameters())},
    )


def _grid_parameters() -> list[tuple[str, str]]:
    """Parameters of this page: filters, order and page number, to which Inspect leads back."""
    names = list(st.query_params)
    return [(name, value) for name in names for value in st.query_params.get_all(name)]


def _alt(name: str, overlay: Overlay, is_drawn: bool) -> str:
    if overlay.name and is_drawn:
        return f"Pool image {name}, with {overlay.title}"
    return f"Pool image {name}"


def _state(row: pd.Series) -> str:
    """The decision, or whether it was picked; who decided and when."""
    sign, word = SIGNS[str(row["decision"])]
    text = f"{sign} {word}".strip() or ("picked, undecided" if row["picked"] else "not picked")
    if not row["who"]:
        return text
    when = str(row["when"]).replace("T", " ").removesuffix("Z")
    return f"{text}, {plain(str(row['who']))}, {when} UTC"


def _facts(row: pd.Series, run: Run) -> list[str]:
    """Lines of numbers, as far as they were measured."""
    lines = []
    if "score" in row and pd.notna(row["score"]):
        line = f"Score {figures(float(row['score']))}"
        if pd.notna(row.get("cutoff")):
            line += f", cut-off {figures(float(row['cutoff']))}"
        lines.append(line)
    if row["driver"]:
        line = f"Driven by {row['driver']}"
        if row["partner"]:
            line += f", from its {row['partner']} prediction"
        lines.append(plain(line))
    for task in run.tasks:
        value = row.get(task_score_column(task.name))
        if value is not None and pd.notna(value):
            line = f"{task.title}: {figures(float(value))} {task.distance_unit}".strip()
            lines.append(plain(line))
    if row["acquired"]:
        lines.append(plain(f"Labels asked for: {row['acquired']} only"))
    if int(row.get("cluster", -1)) >= 0:
        lines.append(f"Cluster {int(row['cluster'])}")
    return lines
