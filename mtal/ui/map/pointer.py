"""What Streamlit's chart does not tell: a click in lasso mode, a click on a tile, Escape, the zoom, no WebGL; and rings around
what is marked and a picture beside the pointer, without the chart being drawn again. The chart's own texts need none of it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mtal.figures.style import PICKED
from mtal.runs.store.run import Run
from mtal.ui.image_routes import thumb_url

KEY = "map.pointing"
MOST_RINGS = 3000  # of a set, evenly spread; more would hide the map
LOOKS: dict[str, dict[str, Any]] = {  # what is ringed, drawn in this order; lengths in pixels
    "set": {"colour": "#CC79A7", "radius": 7, "width": 2, "filled": True},
    "near": {"colour": "#009E73", "radius": 8, "width": 2.5, "filled": False},
    "looked at": {"colour": PICKED, "radius": 11, "width": 3, "filled": False},
}
SMALLER = ((200, 5, 1.5), (1000, 2.5, 0.7))  # from so many images on: radius, width
_component = st.components.v2.component(
    "mtal.pointing", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def has_webgl() -> bool:
    """What the browser said; taken for granted until it says no."""
    return bool(_said("webgl", True))


def zoom() -> list[float] | None:
    """x0, x1, y0, y1 of what the chart shows; None until somebody zooms."""
    found = _said("zoom", None)
    return None if found is None else [float(end) for end in found]


def clicked() -> int | None:
    """The image that was clicked, by its position; None if this run of the script has another cause."""
    found = _said("clicked", None)
    return None if found is None else int(found)


def rings(layout: pd.DataFrame, marks: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """What the browser draws: a look per mark, and [position, x, y] per image. Columns of `layout`: x, y."""
    found = []
    for name, look in LOOKS.items():
        images = list(marks.get(name, ()))
        for many, radius, width in SMALLER:
            look = look | {"radius": radius, "width": width} if len(images) > many else look
        images = images[:: -(-len(images) // MOST_RINGS) or 1]
        places = layout.iloc[images][["x", "y"]].astype(float).round(4).to_numpy().tolist()
        found.append(
            look
            | {
                "name": name,
                "points": [[image, *place] for image, place in zip(images, places, strict=True)],
            }
        )
    return found


def point_at(
    run: Run, chart: str, clear: str, marks: list[dict[str, Any]], on_click: Callable[[], None]
) -> None:
    """Listen to the chart in the container with the key `chart` and to elements with `data-map-image`; Escape presses the
    button with the key `clear`."""
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


def _said(name: str, usual: Any) -> Any:
    return dict(st.session_state.get(KEY) or {}).get(name, usual)
