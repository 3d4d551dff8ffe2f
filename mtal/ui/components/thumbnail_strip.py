"""A row of thumbnails of pool images; a click opens one without loading the page anew.

See thumbnail_strip.js.
"""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from mtal.runs.store.run import Run
from mtal.ui.components.image_table import address
from mtal.ui.image_routes import thumb_url

_component = st.components.v2.component(
    "mtal.thumbnail_strip",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def show_row(
    run: Run,
    cycle: int,
    images: Sequence[int],
    labels: Sequence[str],
    notes: Sequence[str],
    key: str,
) -> None:
    """Draw thumbnails side by side, with two lines of text under each.

    run, cycle: where a link leads; images: positions in the pool; labels, notes: first and second
    line under each image, as long as images; key: of the component.
    """
    ids, (height, width) = run.facts.pool, run.config.size

    def open_image() -> None:
        opened = st.session_state[key]["opened"]
        if opened in ids:
            st.query_params["sample"] = opened

    tiles = [
        {
            "id": ids[image],
            "src": thumb_url(run, image),
            "label": label,
            "note": note,
            "href": f"inspect?{urlencode(address(run, cycle, ids[image]))}",
        }
        for image, label, note in zip(images, labels, notes, strict=True)
    ]
    data = {"tiles": tiles, "ratio": f"{width} / {height}"}
    _component(key=key, data=data, on_opened_change=open_image)
