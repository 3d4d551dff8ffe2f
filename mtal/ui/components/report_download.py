"""The button that makes an experiment's report and hands it over."""

from collections.abc import Sequence

import streamlit as st

from mtal.export.report import writer
from mtal.runs.experiments.experiment import Experiment
from mtal.runs.store.run import Run


def offer_report(asked: Experiment | Sequence[Run], name: str, page: str) -> None:
    """A page for people without this program, made when it is asked for. `name`: of the file, without ending."""
    st.download_button(
        "Report (HTML)",
        writer(asked),
        f"{name}.html",
        "text/html",
        key=f"{page}.report",
        icon=":material/article:",
        on_click="ignore",
        help="One file that opens without this program and without a network: curves, labels saved, who wins, "
        "overlap, costs and protocol, with the numbers behind every figure.",
    )
