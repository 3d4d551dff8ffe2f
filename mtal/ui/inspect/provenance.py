"""Origin of the numbers about one image: run, network and files, as a list, JSON and a link."""

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
    """Draw it folded away, and read it when it is opened: hashing a network takes a moment."""
    title = "Where these numbers come from"
    with st.expander(
        title, key="inspect.provenance", icon=":material/fingerprint:", on_change="rerun"
    ) as box:
        if not box.open:
            return
        facts = loaders.provenance(run, cycle, image)
        rows = provenance_rows(facts)
        st.table(pd.DataFrame({"": list(rows.values())}, index=list(rows)))
        st.download_button(
            "All of it as JSON",
            json_text(facts),
            f"{run.name}-cycle{cycle}-image{image}.json",
            "application/json",
            key="inspect.provenance.json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption("A permanent link to this view:")
        st.code(permalink(run, cycle, str(facts["sample"])), language=None)


def provenance_rows(facts: dict[str, Any]) -> dict[str, str]:
    """Title -> value of the facts that have one, in a fixed order; library versions in one line."""
    rows = {
        title: str(facts[name])
        for name, title in TITLES.items()
        if facts.get(name) not in (None, "")
    }
    versions = facts.get("versions") or {}
    if versions:
        rows["Libraries"] = ", ".join(f"{name} {number}" for name, number in versions.items())
    return rows


def json_text(facts: dict[str, Any]) -> str:
    """All facts as JSON; unknown values are null."""
    return json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def permalink(run: Run, cycle: int, sample: str) -> str:
    """Address of this page with run, cycle, sample, and all else that is chosen on it."""
    others = {
        name: st.query_params[name]
        for name in st.query_params
        if name not in {"run", "cycle", "sample"}
    }
    page = (st.context.url or "inspect").split("?")[0]
    return f"{page}?{urlencode(address(run, cycle, sample) | others)}"
