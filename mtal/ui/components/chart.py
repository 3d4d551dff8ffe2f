"""A figure that grows in place, and can be taken along as PNG, SVG, a page of its own, and the data behind it; see chart.js.

Streamlit makes a plotly figure anew whenever its data change: it blinks, and zoom and hidden lines are lost. This one is changed
by plotly itself, which keeps both as long as the figure's `uirevision` stays.
"""

import json
import re
from pathlib import Path
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from plotly.utils import PlotlyJSONEncoder

from mtal.export.tables import csv_text
from mtal.figures.style import Drawing, literal
from mtal.ui.image_routes import library_url

LINE = 90  # letters of a title below each other: plotly wraps none
WIDTH_PX, HEIGHT_PX, SCALE = 1000, 560, 2  # of the picture, before it is scaled

_component = st.components.v2.component(
    "mtal.chart",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_figure(
    figure: go.Figure | Drawing, data: pd.DataFrame, name: str, title: str, key: str, alt: str
) -> None:
    """Draw it. `data`: a row per point; `name`: of the files, without ending; `title`: of what is taken along, where no page
    around it says what it is; `alt`: what the figure says, in words."""
    height = int(figure["layout"]["height"])
    clean = re.sub(r"[^\w.-]+", "-", name).strip("-")
    _component(
        key=key,
        data={
            "figure": json.dumps(figure, cls=PlotlyJSONEncoder),
            "height": height,
            "name": clean,
            "title": literal(title),
            "lines": [literal(line) for line in wrap(title, LINE)],
            "alt": alt,
            "csv": csv_text(data),
            "library": library_url(),
            "picture": {"width": WIDTH_PX, "height": max(HEIGHT_PX, height)},
            "scale": SCALE,
        },
    )
