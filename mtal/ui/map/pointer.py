"""Pointer and keyboard on the map: what Streamlit's chart does not report.

That is a click in lasso mode or on a tile, Escape, the zoom, and whether there is WebGL. Rings
around marked images and a picture beside the pointer are drawn without a new chart. The browser's
side is mtal/ui/map/pointer.js.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mtal.figures.style import PICKED
from mtal.runs.store.run import Run
from mtal.ui.image_routes import thumb_url

KEY = "map.pointing"
MOST_RINGS = 3000  # of a set, evenly spread; more would hide the map
STYLES: dict[str, dict[str, Any]] = {  # mark -> its rings, drawn in this order; lengths in pixels
    "set": {"colour": "#CC79A7", "radius": 7, "width": 2, "filled": True},
    "near": {"colour": "#009E73", "radius": 8, "width": 2.5, "filled": False},
    "looked at": {"colour": PICKED, "radius": 11, "width": 3, "filled": False},
}
SMALLER = ((200, 5, 1.5), (1000, 2.5, 0.7))  # from so many images on: radius, width
_component = st.components.v2.component(
    "mtal.pointer", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def has_webgl() -> bool:
    """Whether the browser has WebGL; True until it reports that it has none."""
    return bool(_reported("webgl", True))


def zoom() -> list[float] | None:
    """The part that the chart shows: x0, x1, y0, y1; None before the first zoom."""
    bounds = _reported("zoom", None)
    return None if bounds is None else [float(bound) for bound in bounds]


def clicked() -> int | None:
    """Position of the image that was clicked; None if this script run has another cause."""
    image = _reported("clicked", None)
    return None if image is None else int(image)


def rings(layout: pd.DataFrame, marks: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """Rings for the browser: per mark its style, name and points, [position, x, y] each.

    layout: columns x and y, a row per image of the pool. marks: a key of STYLES -> positions.
    """
    drawn = []
    for name, style in STYLES.items():
        images = list(marks.get(name, ()))
        for many, radius, width in SMALLER:
            if len(images) > many:
                style = style | {"radius": radius, "width": width}
        images = images[:: max(1, ceil(len(images) / MOST_RINGS))]
        xy = layout.iloc[images][["x", "y"]].astype(float).round(4).to_numpy().tolist()
        points = [[image, x, y] for image, (x, y) in zip(images, xy, strict=True)]
        drawn.append(style | {"name": name, "points": points})
    return drawn


def point_at(
    run: Run, chart: str, clear: str, marks: list[dict[str, Any]], on_click: Callable[[], None]
) -> None:
    """Listen to the chart and to elements with `data-map-image`, and draw the rings.

    chart: key of the container of the chart. clear: key of the button that Escape presses. marks:
    as `rings` gives them. on_click: called after a click, see `clicked`.
    """
    _component(
        key=KEY,
        default={"webgl": True, "zoom": None},
        data={
            "chart": chart.replace(".", "-"),
            "clear": clear.replace(".", "-"),
            "marks": marks,
            "webgl": has_webgl(),
            "thumbs": thumb_url(run, 0).rpartition("/")[0],
        },
        on_clicked_change=on_click,
        on_webgl_change=st.rerun,
        on_zoom_change=lambda: None,
    )


def _reported(name: str, default: Any) -> Any:
    """The last value that the browser sent under a name."""
    return dict(st.session_state.get(KEY) or {}).get(name, default)
