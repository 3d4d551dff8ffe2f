"""What a click on a tile does, without loading the page anew; and the key that begins a note. See mtal/ui/batch/clicks.js."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "mtal.opening", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def listen(key: str, note: str, on_open: Callable[[str, str], None]) -> None:
    """Call `on_open(sample, page)` when a tile is clicked. `note`: the key of the container whose text field N begins."""

    def opened() -> None:
        found = dict(st.session_state.get(key) or {}).get("opened")
        if found:
            on_open(str(found["sample"]), str(found["target"]))

    _component(key=key, data={"note": note.replace(".", "-")}, on_opened_change=opened)
