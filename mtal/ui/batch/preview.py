"""The image that is looked at, larger, beside the grid: `?sample=ID` in the address, stepped through with J and K."""

from collections.abc import Iterator
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
    """The image in the address, by its position; None without one. An id that is not there is told."""
    asked = st.query_params.get(SAMPLE)
    image = None if asked is None else find_image(run.facts.pool, asked)
    if asked is not None and image is None:
        st.warning(f"This pool has no image with the id {code(asked)}.", icon=":material/link_off:")
        st.button("Back to the grid", key="batch.forget", on_click=close)
    return image


def look_at(sample: str, page: int | None = None) -> None:
    """Open an image; the grid turns to the page that holds it."""
    st.query_params[SAMPLE] = sample
    if page is not None:
        st.query_params[PAGE_OF_GRID] = str(page)


def close() -> None:
    """Back to the grid."""
    st.query_params.pop(SAMPLE, None)


def show_steps(rows: pd.DataFrame, image: int | None, a_page: int) -> None:
    """Back, on, and back to the grid. rows: what the grid shows, on all its pages."""
    names, order = rows["id"].astype(str).tolist(), rows.index.tolist()
    place = order.index(image) if image in order else None
    before = None if not place else place - 1
    after = (
        (0 if names else None) if place is None else (place + 1 if place + 1 < len(names) else None)
    )
    for label, icon, key, to, told in (
        ("Previous", ":material/arrow_back:", "k", before, "The image before"),
        ("Next", ":material/arrow_forward:", "j", after, "The image after"),
    ):
        st.button(
            label,
            key=f"batch.{label.lower()}",
            icon=icon,
            shortcut=key,
            disabled=to is None,
            help=told,
            on_click=look_at,
            args=() if to is None else (names[to], to // a_page + 1),
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
    """One image with what is known of it. row: as `picks.described`."""
    image, name = int(row.name), str(row["id"])  # type: ignore[call-overload]
    is_drawn = image in loaders.drawn(run, cycle)
    st.html(
        f'<div class="looked-at" role="img" aria-label="{escape(_alt(name, overlay, is_drawn))}">'
        f"{stack(run, cycle, image, overlay.name if is_drawn else '', 'image' if is_drawn else '')}</div>"
    )
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
        query_params=address(run, cycle, name) | {BACK: urlencode(list(_view()))},
    )


def _view() -> Iterator[tuple[str, str]]:
    """The address of the grid as it stands: filters, order and page, which Inspect leads back to."""
    return ((name, value) for name in st.query_params for value in st.query_params.get_all(name))


def _alt(name: str, overlay: Overlay, is_drawn: bool) -> str:
    return f"Pool image {name}" + (f", with {overlay.title}" if overlay.name and is_drawn else "")


def _state(row: pd.Series) -> str:
    sign, word = SIGNS[str(row["decision"])]
    text = f"{sign} {word}".strip() or ("picked, undecided" if row["picked"] else "not picked")
    by = (
        f", {plain(str(row['who']))}, {str(row['when']).replace('T', ' ').removesuffix('Z')} UTC"
        if row["who"]
        else ""
    )
    return f"{text}{by}"


def _facts(row: pd.Series, run: Run) -> list[str]:
    """Lines of numbers, as far as they were measured."""
    lines = []
    if "score" in row and pd.notna(row["score"]):
        lines.append(
            f"Score {figures(float(row['score']))}"
            + (f", cut-off {figures(float(row['cutoff']))}" if pd.notna(row.get("cutoff")) else "")
        )
    if row["driver"]:
        lines.append(
            plain(
                f"Driven by {row['driver']}"
                + (f", from its {row['partner']} prediction" if row["partner"] else "")
            )
        )
    for task in run.tasks:
        value = row.get(task_score_column(task.name))
        if value is not None and pd.notna(value):
            lines.append(
                plain(f"{task.title}: {figures(float(value))} {task.distance_unit}".strip())
            )
    if row["bought"]:
        lines.append(plain(f"Labels asked for: {row['bought']} only"))
    if int(row.get("cluster", -1)) >= 0:
        lines.append(f"Cluster {int(row['cluster'])}")
    return lines
