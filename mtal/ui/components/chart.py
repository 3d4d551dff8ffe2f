"""A figure that is updated in place and downloads as PNG, SVG, HTML page or CSV; see chart.js.

Streamlit draws a plotly figure anew whenever its data change: it blinks, and zoom and hidden lines
are lost. Here plotly itself updates the figure, and keeps both as long as `uirevision` stays.
"""

import json
import re
from pathlib import Path
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from plotly.utils import PlotlyJSONEncoder

from mtal.analysis.csv_text import csv_text
from mtal.figures.style import Drawing, literal
from mtal.ui.image_routes import library_url

LINE = 90  # characters of a line of a downloaded title, which plotly does not wrap
WIDTH_PX, HEIGHT_PX, SCALE = 1000, 560, 2  # of a downloaded picture, before it is scaled

_component = st.components.v2.component(
    "mtal.chart",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_figure(
    figure: go.Figure | Drawing, data: pd.DataFrame, name: str, title: str, key: str, alt: str
) -> None:
    """Draw a figure with its downloads.

    figure: to draw; data: a row per point, for the CSV; name: of the files, without ending; title:
    in downloads, which have no page around them; key: of the component; alt: the figure in words.
    """
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
