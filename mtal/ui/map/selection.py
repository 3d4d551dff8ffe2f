"""Beside the map: the image in the address with its neighbours, and the set in the address."""

from collections.abc import Sequence
from html import escape
from math import ceil

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, figures
from mtal.analysis.text.embedding import TITLES
from mtal.figures.embedding import STATES, states
from mtal.runs.store.pool_table import by_rank
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_navigator import SAMPLE, find_image
from mtal.ui.components.image_sets import SET, chosen_set
from mtal.ui.components.image_table import address
from mtal.ui.components.set_panel import show_set
from mtal.ui.guard import guarded
from mtal.ui.image_routes import thumb_url
from mtal.ui.map import pointer
from mtal.ui.map.scatter import CANVAS, CHART, POINTER, TILES
from mtal.ui.text import code

A_PAGE, NEIGHBOURS = 24, 8
CLEAR = "map.clear"


@st.fragment(key=TILES)
@guarded
def show_selection(run: Run, cycle: int, signal: str) -> None:
    """Draw the selected image and set as tiles, or say how to select. signal: of the map."""
    pool, image, image_set = loaders.pool(run, cycle), looked_at(run), chosen_set(run)
    if image is None and SAMPLE in st.query_params:
        st.warning(
            f"This pool has no image with the id {code(st.query_params[SAMPLE])}.",
            icon=":material/link_off:",
        )
    if image is None and image_set is None:
        st.caption(
            "Click a point, or draw a lasso or a box around some (tools at the upper right of the "
            "map): their images appear here at once, and are kept as a set with a link."
        )
        return
    st.button(
        "Clear",
        key=CLEAR,
        icon=":material/close:",
        on_click=_clear,
        help="Remove all marks. Key: Escape",
    )
    if image is not None:
        _show_image(run, cycle, pool, image, signal)
    if image_set is not None:
        show_set(run, cycle, image_set, "map", clear=False)
        if image_set.images:
            _show_tiles(run, pool, by_rank(pool, image_set.images).tolist())


@st.fragment(key=POINTER)
@guarded
def show_marks(run: Run, cycle: int, signal: str) -> None:
    """Draw rings around the selected images and neighbours, and listen to the pointer.

    signal: of the map, by which neighbours are found.
    """
    image, image_set = looked_at(run), chosen_set(run, silent=True)
    marks: dict[str, Sequence[int]] = {}
    if image_set is not None:
        marks["set"] = image_set.images
    if image is not None:
        marks["near"] = loaders.around(run, cycle, image, NEIGHBOURS, signal)["index"].tolist()
        marks["looked at"] = [image]
    rings = pointer.rings(loaders.layout(run, cycle, signal), marks)
    pointer.point_at(run, CANVAS, CLEAR, rings, lambda: _look(run))


def looked_at(run: Run) -> int | None:
    """Position of the image in the address; None if there is none, or none of this pool."""
    asked = st.query_params.get(SAMPLE)
    return None if asked is None else find_image(run.facts.pool, asked)


def _look(run: Run) -> None:
    image = pointer.clicked()
    if image is not None and 0 <= image < len(run.facts.pool):
        st.query_params[SAMPLE] = run.facts.pool[image]
        st.rerun([TILES, POINTER])


def _clear() -> None:
    """Clear the selection, with a new chart, since the browser keeps the outline in the old one."""
    st.query_params.pop(SAMPLE, None)
    st.query_params.pop(SET, None)
    st.rerun([TILES, POINTER, CHART])


def _show_image(run: Run, cycle: int, pool: pd.DataFrame, image: int, signal: str) -> None:
    row, state = pool.iloc[image], str(states(pool.iloc[[image]])[0])
    text = f"**{code(str(row['id']))}** · {STATES[state][0]}"
    if row["rank"] > 0:
        text += f", rank {int(row['rank'])}"
    if "score" in pool and pd.notna(row["score"]):
        text += f", score {figures(float(row['score']))}"
    st.markdown(text)
    with st.container(horizontal=True):
        st.page_link(
            "pages/inspect.py",
            label="Why this image? Inspect",
            icon=":material/troubleshoot:",
            query_params=address(run, cycle, str(row["id"])),
        )
    near = loaders.around(run, cycle, image, NEIGHBOURS, signal)
    images = [image, *near["index"].tolist()]
    notes = ["this one", *(f"distance {distance:.3g}" for distance in near["distance"])]
    st.html(tiles(run, pool, images, notes))
    st.caption(
        f"This image and the {len(near)} nearest to it in {TITLES[signal]} (distances have no "
        "unit). On the map they may lie apart: two dimensions cannot keep every neighbourhood."
    )


def _show_tiles(run: Run, pool: pd.DataFrame, images: Sequence[int]) -> None:
    pages = ceil(len(images) / A_PAGE)
    at = st.pagination(pages, key="map.page") if pages > 1 else 1
    shown = images[(at - 1) * A_PAGE : at * A_PAGE]
    st.html(tiles(run, pool, shown, [_note(pool.iloc[image]) for image in shown]))
    st.caption(
        f"{count(len(images), 'image')}, the picks and the best ranks first. Click one to mark it "
        "on the map."
    )


def tiles(run: Run, pool: pd.DataFrame, images: Sequence[int], notes: Sequence[str]) -> str:
    """HTML of a grid of buttons, a picture and a note each.

    A click marks the image on the map, see mtal/ui/map/pointer.js.
    """
    buttons = [
        _tile(run, str(pool["id"].iloc[image]), image, note)
        for image, note in zip(images, notes, strict=True)
    ]
    return f'<div class="map-tiles">{"".join(buttons)}</div>'


def _tile(run: Run, name: str, image: int, note: str) -> str:
    label = escape(f"{name}: {note}. Mark it on the map")
    picture = (
        f'<img src="{escape(thumb_url(run, image))}" alt="" loading="lazy">'
        if run.thumbnail(name).exists()
        else "<i>no small picture</i>"
    )
    title = escape(name)
    return (
        f'<button type="button" data-map-image="{image}" aria-label="{label}" title="{title}">'
        f"{picture}<b>{title}</b><small>{escape(note)}</small></button>"
    )


def _note(row: pd.Series) -> str:
    if row["labelled"]:
        return "labelled before"
    text = f"{'picked' if row['picked'] else 'rank'} {int(row['rank'])}"
    if "score" in row and pd.notna(row["score"]):
        text += f" · {figures(float(row['score']))}"
    return text
