"""The map of a pool: the chart in a fragment of its own, which nothing polls and no selection draws again."""

from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from mtal.config import Config
from mtal.figures.downsampling import downsample
from mtal.figures.embedding import MOST_DRAWN, SVG_UP_TO, WEBGL_FROM, draw_density, draw_map, states
from mtal.figures.lasso import enclosed
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.describe_hint import suggest_describing
from mtal.ui.components.image_navigator import SAMPLE
from mtal.ui.components.image_sets import SET, save_selection
from mtal.ui.map import pointer
from mtal.ui.map.colour_by import choose_colouring

CHART, CANVAS = (
    "map.chart",
    "map.canvas",
)  # keys: of the chart and its fragment, of what is around it
TILES, POINTER = "map.tiles", "map.pointer"  # keys of the fragments that a selection draws again
TAKEN = "map.taken"  # session: the selection that is in the address already
REVISION = "map.revision"  # session: how many times the outline of a selection was taken away
TILES_PX = 690  # the height of what is beside the map
MODES: tuple[Literal["points", "box", "lasso"], ...] = ("points", "box", "lasso")


def say_no_map(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Why a cycle has no map."""
    if run.config.projection == "none":
        st.info(
            f"This cycle has no map: in the settings of this run, “{Config.model_fields['projection'].title}” is *none*.",
            icon=":material/scatter_plot:",
        )
    suggest_describing(run, cycle, pool)


def say_how(run: Run) -> None:
    """What the places on the map mean."""
    how = "UMAP" if run.config.projection == "umap" else run.config.projection.upper()
    st.caption(
        f"{how} of the {run.config.embedding} numbers per image that the auto-encoder found; each cycle's map starts from "
        "the one before. Close points are alike; distances between far groups mean little."
    )


def points(pool: pd.DataFrame, layout: pd.DataFrame) -> pd.DataFrame:
    """The frame that the figures want: pool columns with x, y, image, state and, where there is none, a score of NaN."""
    found = pool.assign(
        x=layout["x"].to_numpy(),
        y=layout["y"].to_numpy(),
        image=range(len(pool)),
        state=states(pool),
    )
    return found if "score" in found else found.assign(score=float("nan"))


@st.fragment(key=CHART)
def show_chart(run: Run, cycle: int) -> None:
    """What to colour by, the chart, and how much of the pool it draws."""
    take_selection(run, cycle)
    pool = loaders.pool(run, cycle)
    with st.container(horizontal=True):
        colouring = choose_colouring(run, cycle, pool)
    frame = points(pool, loaders.layout(run, cycle))
    webgl = pointer.has_webgl()
    drawn = downsample(frame, MOST_DRAWN)
    if not webgl and len(frame) > SVG_UP_TO:
        _say_picture(len(frame))
        figure, told = draw_density(frame, run.name, pointer.zoom()), ""
    else:
        figure, told = (
            draw_map(frame, colouring, run.name, drawn.images, webgl, pointer.zoom()),
            drawn.note,
        )
    figure.update_layout(meta=_revision())
    with st.container(key=CANVAS):
        st.plotly_chart(
            figure,
            key=CHART,
            on_select=partial(_selected, run, cycle),
            selection_mode=MODES,
            config={"scrollZoom": True, "displaylogo": False},
            alt=f"Map of {len(pool)} pool images, {int(pool['picked'].sum())} of them picked in cycle {cycle}, "
            f"coloured by {colouring.title}",
        )
    if told:
        st.caption(f":material/blur_on: {told}")
    if not webgl and WEBGL_FROM <= len(frame) <= SVG_UP_TO:
        st.caption(
            ":material/speed: This browser has no WebGL, so the map is drawn point by point and zooms more slowly."
        )


def take_selection(run: Run, cycle: int) -> None:
    """Make what the chart says is selected a set, unless it is one already."""
    event: dict[str, Any] = dict(st.session_state.get(CHART) or {}).get("selection") or {}
    if not event.get("points") and not event.get("lasso") and not event.get("box"):
        return
    what = f"{run.name}/{cycle}/{event.get('lasso')}{event.get('box')}{chosen_images(event)}"
    if st.session_state.get(TAKEN, {}).get("what") == what:
        return
    images, ids = selected(run, cycle, event), run.facts.pool
    if len(images) == 1:
        st.query_params[SAMPLE] = ids[images[0]]
    elif images:
        save_selection(run, [ids[image] for image in images], f"map of cycle {cycle}, {run.name}")
        st.query_params.pop(SAMPLE, None)
    st.session_state[TAKEN] = {"what": what, "address": _address()}


def selected(run: Run, cycle: int, event: dict[str, Any]) -> list[int]:
    """Positions of the selected images: what the chart lists where it draws every point, else all inside the outline."""
    layout = loaders.layout(run, cycle)
    all_drawn = len(layout) <= (MOST_DRAWN if pointer.has_webgl() else SVG_UP_TO)
    if all_drawn or not (event.get("lasso") or event.get("box")):
        return chosen_images(event)
    inside = enclosed(layout[["x", "y"]].to_numpy(), event)
    return inside.nonzero()[0].tolist()


def chosen_images(event: dict[str, Any]) -> list[int]:
    """Positions in the pool, ascending. Item access, since injected events are plain dictionaries."""
    values = [point.get("customdata") for point in event.get("points", ())]
    return sorted(
        {
            int(value[0]) if isinstance(value, list | tuple) else int(value)
            for value in values
            if value is not None
        }
    )


def _selected(run: Run, cycle: int) -> None:
    """The tiles follow at once; the chart shows what it selected by itself."""
    take_selection(run, cycle)
    st.rerun([TILES, POINTER])


def _address() -> list[str]:
    return [st.query_params.get(name, "") for name in (SET, SAMPLE)]


def _revision() -> int:
    """Grows when what was selected in the chart is not what the address says any more: then the browser draws a chart without
    its outline. Streamlit has no other way to clear a selection."""
    taken, count = st.session_state.get(TAKEN), int(st.session_state.get(REVISION, 0))
    if taken and taken["address"] != _address():
        st.session_state.pop(TAKEN)
        count = st.session_state[REVISION] = count + 1
    return count


def _say_picture(count: int) -> None:
    st.info(
        f"This browser has no WebGL, which {count:,} points need. The map is a picture of how many images lie where; lasso, "
        "box and tiles work as usual. Hardware acceleration in the browser's settings brings the points back.",
        icon=":material/image:",
    )
