"""Where the numbers about one image come from: which run, network and files; as a list, as JSON, and as an address to pass on."""

import json
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_table import address

TITLES = {
    "run": "Run",
    "cycle": "Cycle",
    "sample": "Image",
    "position": "Number in the pool",
    "seed": "Seed",
    "strategy": "Strategy",
    "strategy_sha256": "Strategy file, SHA-256",
    "model_sha256": "Network, SHA-256",
    "pool_table_sha256": "Score file, SHA-256",
    "code_version": "Version of mtal",
    "device": "Device",
    "precision": "Precision",
    "data_folder": "Data",
    "data_fingerprint": "Fingerprint of the data",
    "picked_at": "Picked at (UTC)",
}


def show_provenance(run: Run, cycle: int, image: int) -> None:
    """Folded away, and read only when it is opened: hashing a network takes a moment."""
    title = "Where these numbers come from"
    with st.expander(
        title, key="inspect.provenance", icon=":material/fingerprint:", on_change="rerun"
    ) as box:
        if not box.open:
            return
        found = loaders.provenance(run, cycle, image)
        rows = provenance_rows(found)
        st.table(pd.DataFrame({"": list(rows.values())}, index=list(rows)))
        st.download_button(
            "All of it as JSON",
            json_text(found),
            f"{run.name}-cycle{cycle}-image{image}.json",
            "application/json",
            key="inspect.provenance.json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption("A link to exactly this view, which means the same tomorrow:")
        st.code(permalink(run, cycle, str(found["sample"])), language=None)


def provenance_rows(found: dict[str, Any]) -> dict[str, str]:
    """Title -> value of what is known, in a fixed order; library versions in one line."""
    rows = {
        title: str(found[name])
        for name, title in TITLES.items()
        if found.get(name) not in (None, "")
    }
    versions = found.get("versions") or {}
    return rows | (
        {"Libraries": ", ".join(f"{name} {number}" for name, number in versions.items())}
        if versions
        else {}
    )


def json_text(found: dict[str, Any]) -> str:
    """The same for programs; unknown values are null."""
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def permalink(run: Run, cycle: int, sample: str) -> str:
    """The address of this view with what else is chosen in it; it begins like the address of this page."""
    chosen = {
        name: st.query_params[name]
        for name in st.query_params
        if name not in {"run", "cycle", "sample"}
    }
    page = (st.context.url or "inspect").split("?")[0]
    return f"{page}?{urlencode(address(run, cycle, sample) | chosen)}"
