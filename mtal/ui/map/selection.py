"""Beside the map: the image that is looked at with its neighbours, and the set that is in the address, as tiles."""

from collections.abc import Sequence
from html import escape
from math import ceil

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, figures
from mtal.figures.embedding import STATES, states
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_navigator import SAMPLE, find_image
from mtal.ui.components.image_sets import SET, chosen_set
from mtal.ui.components.image_table import address
from mtal.ui.components.set_panel import show_set
from mtal.ui.image_routes import thumb_url
from mtal.ui.map import pointer
from mtal.ui.map.scatter import CANVAS, CHART, POINTER, TILES
from mtal.ui.text import code

A_PAGE, NEIGHBOURS = 24, 8
CLEAR = "map.clear"


@st.fragment(key=TILES)
def show_chosen(run: Run, cycle: int) -> None:
    """What is chosen on the map, or how to choose."""
    pool, image, chosen = loaders.pool(run, cycle), looked_at(run), chosen_set(run)
    if image is None and SAMPLE in st.query_params:
        st.warning(
            f"This pool has no image with the id {code(st.query_params[SAMPLE])}.",
            icon=":material/link_off:",
        )
    if image is None and chosen is None:
        st.caption(
            "Click a point, or draw a lasso or a box around some (tools at the upper right of the map): their images "
            "appear here at once, and are kept as a set with a link."
        )
        return
    st.button(
        "Clear",
        key=CLEAR,
        icon=":material/close:",
        on_click=_clear,
        help="Nothing is marked any more. Key: Escape",
    )
    if image is not None:
        _show_image(run, cycle, pool, image)
    if chosen is not None:
        show_set(run, cycle, chosen, "map", clear=False)
        if chosen.images:
            _show_tiles(run, pool, _ranked(pool, chosen.images))


@st.fragment(key=POINTER)
def show_marks(run: Run, cycle: int) -> None:
    """Rings around what is chosen, and an ear for the pointer."""
    image, chosen = looked_at(run), chosen_set(run, silent=True)
    near = (
        loaders.around(run, cycle, image, NEIGHBOURS)["index"].tolist() if image is not None else []
    )
    marks = {
        "set": chosen.images if chosen else (),
        "near": near,
        "looked at": [] if image is None else [image],
    }
    pointer.point_at(
        run, CANVAS, CLEAR, pointer.rings(loaders.layout(run, cycle), marks), lambda: _look(run)
    )


def looked_at(run: Run) -> int | None:
    """The image in the address, by its position; None if there is none, or none of this pool."""
    asked = st.query_params.get(SAMPLE)
    return None if asked is None else find_image(run.facts.pool, asked)


def _look(run: Run) -> None:
    image = pointer.clicked()
    if image is not None and 0 <= image < len(run.facts.pool):
        st.query_params[SAMPLE] = run.facts.pool[image]
        st.rerun([TILES, POINTER])


def _clear() -> None:
    """Forget what is chosen. The browser keeps what is drawn of a selection in a chart, so the next one is a new chart."""
    st.query_params.pop(SAMPLE, None)
    st.query_params.pop(SET, None)
    st.rerun([TILES, POINTER, CHART])


def _show_image(run: Run, cycle: int, pool: pd.DataFrame, image: int) -> None:
    row, state = pool.iloc[image], str(states(pool.iloc[[image]])[0])
    rank = f", rank {int(row['rank'])}" if row["rank"] > 0 else ""
    score = (
        f", score {figures(float(row['score']))}"
        if "score" in pool and pd.notna(row["score"])
        else ""
    )
    st.markdown(f"**{code(str(row['id']))}** · {STATES[state][0]}{rank}{score}")
    with st.container(horizontal=True):
        st.page_link(
            "pages/inspect.py",
            label="Why this image? Inspect",
            icon=":material/troubleshoot:",
            query_params=address(run, cycle, str(row["id"])),
        )
    near = loaders.around(run, cycle, image, NEIGHBOURS)
    images = [image, *near["index"].tolist()]
    told = ["this one", *(f"distance {gap:.3g}" for gap in near["distance"])]
    st.html(tiles(run, pool, images, told))
    st.caption(
        f"It, and the {len(near)} images nearest to it in the embedding of {run.config.embedding} numbers (distances have "
        "no unit). On the map they may lie apart: two dimensions cannot keep every neighbourhood."
    )


def _show_tiles(run: Run, pool: pd.DataFrame, images: Sequence[int]) -> None:
    pages = ceil(len(images) / A_PAGE)
    at = st.pagination(pages, key="map.page") if pages > 1 else 1
    shown = images[(at - 1) * A_PAGE : at * A_PAGE]
    st.html(tiles(run, pool, shown, [_told(pool.iloc[image]) for image in shown]))
    st.caption(
        f"{count(len(images), 'image')}, the picks and the best ranks first. A click on one marks it on the map."
    )


def tiles(run: Run, pool: pd.DataFrame, images: Sequence[int], told: Sequence[str]) -> str:
    """HTML of a grid of buttons, a picture each; a press marks the image on the map (see mtal/ui/map/pointer.js)."""
    made = [
        _tile(run, str(pool["id"].iloc[image]), image, text)
        for image, text in zip(images, told, strict=True)
    ]
    return f'<div class="map-tiles">{"".join(made)}</div>'


def _tile(run: Run, name: str, image: int, told: str) -> str:
    label = escape(f"{name}: {told}. Mark it on the map")
    picture = (
        f'<img src="{escape(thumb_url(run, image))}" alt="" loading="lazy">'
        if run.thumbnail(name).exists()
        else "<i>no small picture</i>"
    )
    return (
        f'<button type="button" data-map-image="{image}" aria-label="{label}" title="{escape(name)}">'
        f"{picture}<b>{escape(name)}</b><small>{escape(told)}</small></button>"
    )


def _told(row: pd.Series) -> str:
    if row["labelled"]:
        return "labelled before"
    known = (
        f" · {figures(float(row['score']))}" if "score" in row and pd.notna(row["score"]) else ""
    )
    return f"{'picked' if row['picked'] else 'rank'} {int(row['rank'])}{known}"


def _ranked(pool: pd.DataFrame, images: Sequence[int]) -> list[int]:
    """The picks and then the best ranks first; images without a rank last, in the order of the pool."""
    rank = pool["rank"].iloc[list(images)]
    return rank.where(rank > 0, len(pool) + 1).sort_values(kind="stable").index.tolist()
