"""A figure to take along: PNG, SVG, a page of its own, and the data behind it; made in the browser on demand (taking.js)."""
import re
from pathlib import Path

import pandas as pd
import streamlit as st

from mtal.ui.pictures import library_url

ASSETS = Path(__file__).parents[2] / "assets"
WIDTH_PX, HEIGHT_PX, SCALE = 1000, 560, 2                   # of the picture, before it is scaled

_component = st.components.v2.component("mtal.taking", css=(ASSETS / "taking.css").read_text(encoding="utf-8"),
                                        js=(ASSETS / "taking.js").read_text(encoding="utf-8"))


def offer_figure(data: pd.DataFrame, name: str, key: str) -> None:
    """Buttons under the figure whose key is `key`. `data`: a row per point; `name`: of the files, without ending."""
    clean = re.sub(r"[^\w.-]+", "-", name).strip("-")
    _component(key=f"{key}.take", height="content", data={
        "figure": re.sub(r"[^a-zA-Z0-9_-]", "-", key), "name": clean, "csv": data.to_csv(index=False, lineterminator="\n"),
        "library": library_url(), "width": WIDTH_PX, "height": HEIGHT_PX, "scale": SCALE})
