"""What a reader chooses for all learning curves of a page: axis, band, seeds, published curves."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.lines import AXES
from mtal.analysis.statistics.curves import SPREADS
from mtal.analysis.tables.published import READINGS, published_values
from mtal.analysis.tables.run_groups import ACQUIRED, PRICES, with_costs
from mtal.ui import inputs

DEFAULT_METHODS = ("Random", "PartAL", "Ours")  # of the paper
OFF, OWN_AXIS = "off", "own axis"
PUBLISHED_HELP = (
    "The paper's printed numbers, dashed; on the same vertical axis, or on one at the right, where "
    "their shape can be compared though their values are far off"
)


@dataclass(frozen=True)
class Style:
    """Choices for all charts of a page."""

    x: str  # one of AXES
    band: str = "std"  # one of SPREADS
    thin: bool = True  # whether single seeds are drawn as thin lines
    published: pd.DataFrame | None = None  # the paper's results, None to leave them out
    apart: bool = False  # whether the paper's results have an axis of their own


def choose_style(
    rows: pd.DataFrame, page: str, paper: bool = True, seeds: bool = True
) -> tuple[pd.DataFrame, Style]:
    """Ask for axis, band, seeds and the paper's curves, from the address.

    rows: measurements; page: prefix of the keys; paper: whether the paper's curves can be added;
    seeds: whether lines have several seeds. Returns `rows` with the column x, and the choices.
    """
    band, thin, paper_axis = Style.band, Style.thin, OFF
    with st.container(horizontal=True, vertical_alignment="bottom"):
        x = inputs.choose("Horizontal axis", list(AXES), page, "x", AXES.__getitem__, follows=False)
        if seeds:
            spreads = list(SPREADS)
            band = inputs.choose(
                "Band over seeds", spreads, page, "band", SPREADS.__getitem__, follows=False
            )
            lines = inputs.switch("Single seeds", ["thin lines", "hidden"], page, "seeds")
            thin = lines == "thin lines"
        if paper:
            paper_axis = inputs.switch(
                "Published curves", [OFF, "on", OWN_AXIS], page, "paper", PUBLISHED_HELP
            )
    published = None
    if paper_axis != OFF and x == "percent":
        published = _choose_published(page)
    elif paper_axis != OFF:
        with st.container(horizontal=True, vertical_alignment="center"):
            axis = AXES["percent"]
            st.caption(
                f"The paper's results are per percent of the labels: they need the axis “{axis}”.",
                width="content",
            )
            st.button("Use that axis", key=f"{page}.percent", on_click=_by_percent)
    if x == "cost":
        rows = with_costs(rows, _choose_prices(rows, page))
    style = Style(x, band, thin, published, paper_axis == OWN_AXIS)
    return rows.assign(x=rows[x].astype(float)), style


def by_labels(rows: pd.DataFrame) -> tuple[pd.DataFrame, Style]:
    """Add the column x, labels, for sections that have no other axis; and its style."""
    return rows.assign(x=rows["labels"].astype(float)), Style("labels")


def _by_percent() -> None:
    st.query_params["x"] = "percent"


def _choose_published(page: str) -> pd.DataFrame:
    """Ask for methods of the paper, and for what its ± means."""
    methods = published_values()["method"].unique().tolist()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reading = inputs.choose(
            "The paper's ± is",
            list(READINGS),
            page,
            "reading",
            READINGS.__getitem__,
            follows=False,
            widget=partial(st.segmented_control, required=True),
        )
        chosen = st.multiselect(
            "Published methods", methods, default=DEFAULT_METHODS, key=f"{page}.methods"
        )
    rows = published_values(reading=reading)
    return rows[rows["method"].isin(chosen)]


def _choose_prices(rows: pd.DataFrame, page: str) -> dict[str, float]:
    """Ask for the price of a label of each task."""
    names = [
        str(column).removeprefix(ACQUIRED) for column in rows if str(column).startswith(ACQUIRED)
    ]
    titles = dict(zip(rows["task"], rows["name"], strict=True))
    with st.container(horizontal=True):
        return {
            name: st.number_input(
                f"Price of a label: {titles.get(name, name)}",
                0.0,
                1e6,
                PRICES.get(name, 1.0),
                0.1,
                key=f"{page}.price.{name}",
                persist_state="session",
                width=190,
            )
            for name in names
        }
