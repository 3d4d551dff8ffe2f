"""Clicks on image tiles and the note key N, passed on from the browser without a page load.

The browser's side is mtal/ui/batch/clicks.js.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "mtal.clicks", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def listen(key: str, note: str, on_click: Callable[[str, str], None]) -> None:
    """Call `on_click(sample, page)` when a tile is clicked.

    note: key of the container whose text field gets the focus when N is pressed.
    """

    def clicked() -> None:
        tile = dict(st.session_state.get(key) or {}).get("clicked")
        if tile:
            on_click(str(tile["sample"]), str(tile["target"]))

    _component(key=key, data={"note": note.replace(".", "-")}, on_clicked_change=clicked)
