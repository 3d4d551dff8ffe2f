"""The scatter plot of the map, in a fragment of its own that no poll and no selection redraws."""

from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from mtal.config import Config
from mtal.figures.downsampling import downsample
from mtal.figures.embedding import MOST_DRAWN, SVG_UP_TO, WEBGL_FROM, draw_density, draw_map, states
from mtal.figures.lasso import enclosed
from mtal.runs.store.run import FROZEN, Run
from mtal.ui import loaders
from mtal.ui.components.describe_hint import suggest_describing
from mtal.ui.components.image_navigator import SAMPLE
from mtal.ui.components.image_sets import SET, save_selection
from mtal.ui.guard import guarded
from mtal.ui.map import pointer
from mtal.ui.map.colour_by import choose_colouring

CHART, CANVAS = "map.chart", "map.canvas"  # keys: of the chart and its fragment, of its container
TILES, POINTER = "map.tiles", "map.pointer"  # keys of the fragments that a selection redraws
TAKEN = "map.taken"  # session: the selection that is in the address already
REVISION = "map.revision"  # session: how often the outline of a selection was removed
SHOWN = "map.shown"  # session: of which signal the map is
TILES_PX = 690  # height of the tiles beside the map
MODES: tuple[Literal["points", "box", "lasso"], ...] = ("points", "box", "lasso")


def say_no_map(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Say why a cycle has no map."""
    if run.config.projection == "none":
        title = Config.model_fields["projection"].title
        st.info(
            f"This cycle has no map: in the settings of this run, “{title}” is *none*.",
            icon=":material/scatter_plot:",
        )
    suggest_describing(run, cycle, pool)


def explain_map(run: Run, signal: str) -> None:
    """Say what the map shows, and what positions on it mean."""
    method = run.config.projection.upper()
    if signal == FROZEN:
        what = (
            f"{method} of the frozen feature: what {run.config.feature_network} saw in each image "
            "before any training. It is the same in all cycles, so no point moves. Close points "
            "look alike"
        )
    else:
        what = (
            f"{method} of the {run.config.embedding}-dimensional embedding that the auto-encoder "
            "learned; each cycle's map starts from the previous one. Close points are alike"
        )
    st.caption(f"{what}; distances between far groups mean little.")


def points(pool: pd.DataFrame, layout: pd.DataFrame) -> pd.DataFrame:
    """The pool table with x, y, image (its position), state, and a score, NaN where not stored."""
    table = pool.assign(
        x=layout["x"].to_numpy(),
        y=layout["y"].to_numpy(),
        image=range(len(pool)),
        state=states(pool),
    )
    return table if "score" in table else table.assign(score=float("nan"))


@st.fragment(key=CHART)
@guarded
def show_chart(run: Run, cycle: int, signal: str) -> None:
    """Draw the choice of colour, the chart, and a note on how much of the pool it shows.

    signal: of which the map is.
    """
    take_selection(run, cycle, signal)
    view, zoom = f"{run.name}/{signal}", _zoom(signal)
    pool = loaders.pool(run, cycle)
    with st.container(horizontal=True):
        colouring = choose_colouring(run, cycle, pool)
    frame = points(pool, loaders.layout(run, cycle, signal))
    webgl = pointer.has_webgl()
    drawn = downsample(frame, MOST_DRAWN)
    if not webgl and len(frame) > SVG_UP_TO:
        _say_density(len(frame))
        figure, note = draw_density(frame, view, zoom), ""
    else:
        figure = draw_map(frame, colouring, view, drawn.images, webgl, zoom)
        note = drawn.note
    figure.update_layout(meta=_revision())
    with st.container(key=CANVAS):
        st.plotly_chart(
            figure,
            key=CHART,
            on_select=partial(_selected, run, cycle, signal),
            selection_mode=MODES,
            config={"scrollZoom": True, "displaylogo": False},
            alt=f"Map of {len(pool)} pool images, {int(pool['picked'].sum())} of them picked in "
            f"cycle {cycle}, coloured by {colouring.title}",
        )
    if note:
        st.caption(f":material/blur_on: {note}")
    if not webgl and WEBGL_FROM <= len(frame) <= SVG_UP_TO:
        st.caption(
            ":material/speed: This browser has no WebGL, so the map is drawn point by point and "
            "zooms more slowly."
        )


def take_selection(run: Run, cycle: int, signal: str) -> None:
    """Store what is selected in the chart, one image or a set, in the address, once."""
    event: dict[str, Any] = dict(st.session_state.get(CHART) or {}).get("selection") or {}
    if not event.get("points") and not event.get("lasso") and not event.get("box"):
        return
    selection = f"{run.name}/{cycle}/{event.get('lasso')}{event.get('box')}{selected_points(event)}"
    if st.session_state.get(TAKEN, {}).get("selection") == selection:
        return
    images, ids = selected(run, cycle, signal, event), run.facts.pool
    if len(images) == 1:
        st.query_params[SAMPLE] = ids[images[0]]
    elif images:
        save_selection(run, [ids[image] for image in images], f"map of cycle {cycle}, {run.name}")
        st.query_params.pop(SAMPLE, None)
    st.session_state[TAKEN] = {"selection": selection, "address": _address()}


def selected(run: Run, cycle: int, signal: str, event: dict[str, Any]) -> list[int]:
    """Positions of the selected images.

    Those that the chart lists where it draws every point, else all inside the outline.
    """
    layout = loaders.layout(run, cycle, signal)
    all_drawn = len(layout) <= (MOST_DRAWN if pointer.has_webgl() else SVG_UP_TO)
    if all_drawn or not (event.get("lasso") or event.get("box")):
        return selected_points(event)
    inside = enclosed(layout[["x", "y"]].to_numpy(), event)
    return inside.nonzero()[0].tolist()


def selected_points(event: dict[str, Any]) -> list[int]:
    """Positions of the points that an event lists, ascending."""
    images = set()
    for point in event.get("points", ()):
        value = point.get("customdata")
        if value is not None:
            images.add(int(value[0]) if isinstance(value, list | tuple) else int(value))
    return sorted(images)


def _selected(run: Run, cycle: int, signal: str) -> None:
    """Redraw the tiles and rings; the browser shows the selection in the chart by itself."""
    take_selection(run, cycle, signal)
    st.rerun([TILES, POINTER])


def _zoom(signal: str) -> list[float] | None:
    """The zoom of this map; None while the browser's last one is of another signal's map.

    A new map also has a new chart, without the outline of a selection in the other.
    """
    shown, zoom = st.session_state.get(SHOWN), pointer.zoom()
    if shown is None or shown["signal"] != signal:
        if shown is not None:
            st.session_state[REVISION] = int(st.session_state.get(REVISION, 0)) + 1
        shown = {"signal": signal, "of another": zoom if shown else None}
        st.session_state[SHOWN] = shown
    return None if zoom == shown["of another"] else zoom


def _address() -> list[str]:
    return [st.query_params.get(name, "") for name in (SET, SAMPLE)]


def _revision() -> int:
    """A number that grows when the address no longer holds what was selected in the chart.

    The browser then draws a new chart, without the outline: Streamlit cannot clear a selection.
    """
    taken, revision = st.session_state.get(TAKEN), int(st.session_state.get(REVISION, 0))
    if taken and taken["address"] != _address():
        st.session_state.pop(TAKEN)
        revision += 1
        st.session_state[REVISION] = revision
    return revision


def _say_density(points: int) -> None:
    st.info(
        f"This browser has no WebGL, which {points:,} points need. The map shows the density of "
        "images instead; lasso, box and tiles work as usual. Hardware acceleration in the "
        "browser's settings brings the points back.",
        icon=":material/image:",
    )
