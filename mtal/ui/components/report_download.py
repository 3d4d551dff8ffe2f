"""The button that downloads the report of an experiment or of some runs."""

from collections.abc import Sequence

import streamlit as st

from mtal.export.report import writer
from mtal.runs.experiments.state import Experiment
from mtal.runs.store.run import Run


def offer_report(source: Experiment | Sequence[Run], name: str, page: str) -> None:
    """Draw the button; the report is written when it is pressed.

    source: experiment or runs to report on; name: of the file, without ending.
    """
    st.download_button(
        "Report (HTML)",
        writer(source),
        f"{name}.html",
        "text/html",
        key=f"{page}.report",
        icon=":material/article:",
        on_click="ignore",
        help="One file that opens without this program and without a network: curves, labels "
        "saved, who wins, overlap, costs and protocol, with the numbers behind every figure.",
    )
