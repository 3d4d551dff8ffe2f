"""The example on Home: its verdict, the demo that joins it, and how to add and remove it."""

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import length_text
from mtal.analysis.tables.run_groups import curve_rows
from mtal.analysis.text.verdict import verdict
from mtal.config import Config, ConfigError
from mtal.runs.example.demo import start_demo
from mtal.runs.example.install import (
    add_example,
    can_be_added,
    find_example,
    live_cell,
    remove_example,
)
from mtal.runs.example.protocol import OURS, settings
from mtal.runs.experiments.state import Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.data_check import DataFolder
from mtal.runs.store.run import LOSS, Run
from mtal.ui import catalog, loaders
from mtal.ui.components import curve_charts
from mtal.ui.components.curve_style import Style
from mtal.ui.text import plain

DEMO_TEXT = (
    "A finished comparison on rendered rooms to look into, and one run of our selection that joins "
    "it live, in some minutes. Nothing has to be set up."
)
STYLE = Style("images", band="sem", thin=False)


def example() -> Experiment | None:
    """The example of the store; None without it, or where its plan is damaged."""
    try:
        return find_example(loaders.store())
    except ConfigError:  # the page Experiments says what is wrong with a plan
        return None


def demo_label(experiment: Experiment | None) -> str:
    """What the button does: start the run that joins the example, or open the one that there is."""
    live = None
    if experiment is not None:
        live = experiment.run(live_cell(experiment, OURS))
    return "Run the demo" if live is None else "Open the demo's run"


def run_demo() -> None:
    """Add the example, start the run that joins it, and go there."""
    try:
        started = start_demo(loaders.store(), catalog.locate(Config(**settings())))
    except ConfigError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.switch_page("pages/run.py", query_params={"run": started.run})


def show_example(experiment: Experiment) -> None:
    """Draw what the example says, where to look into it, and how to remove it."""
    runs = [run for run in map(experiment.run, experiment.cells) if run is not None]
    if not any(run.cycles_done() for run in runs):
        _offer_removal_of_remains()
        return
    rows = loss_rows(runs)
    finished = rows["run"].isin([run.name for run in runs if run.status is Status.FINISHED])
    st.subheader("An example")
    with st.container(border=True, key="home.example"):
        words, chart = st.columns([2, 3])
        with words:
            st.markdown(f"**{plain(verdict(rows[finished]))}**")
            st.caption(plain(protocol_text(runs)))
            _show_links(experiment, runs)
            st.button(
                "Remove the example",
                key="home.example.remove",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
                help="Deletes the runs that came with the program. What you have run stays, and "
                "the example can be added again.",
            )
        with chart:
            means = curve_charts.means_of(rows, STYLE)
            curve_charts.show_chart(rows, means, LOSS, STYLE, legend=True, page="home")


def _offer_removal_of_remains() -> None:
    """Say that the example's runs are gone, as after somebody deleted their folders."""
    st.subheader("An example")
    st.caption("Its runs are no longer in the store. Remove what is left; then it can be added.")
    st.button("Remove it", key="home.example.remove", on_click=_remove)


def _show_links(experiment: Experiment, runs: list[Run]) -> None:
    """Link to the pages that show the example best."""
    st.page_link(
        "pages/curves.py",
        label="All curves, labels saved, who wins",
        icon=":material/show_chart:",
        query_params={"experiment": experiment.name},
    )
    st.page_link(
        "pages/experiments.py",
        label="All its runs",
        icon=":material/science:",
        query_params={"experiment": experiment.name},
    )
    drawn = [run.name for run in runs if run.is_example and run.evidence(0)]
    if drawn:
        st.page_link(
            "pages/batch.py",
            label="A batch of ours, with reasons",
            icon=":material/grid_view:",
            query_params={"run": drawn[0], "cycle": "0"},
        )
        st.page_link(
            "pages/map.py",
            label="Where it lies in the pool",
            icon=":material/scatter_plot:",
            query_params={"run": drawn[0], "cycle": "0"},
        )


def offer_example() -> None:
    """Draw a button that adds the example without a run; nothing if there is none to add."""
    if can_be_added():
        st.button(
            "Only add the example",
            key="home.example.add",
            type="tertiary",
            on_click=_add,
            help="Nothing is trained. A check of the bundled images draws their thumbnails.",
        )


def loss_rows(runs: list[Run]) -> pd.DataFrame:
    """Multi-task losses of all complete cycles, with the column x of `STYLE`."""
    rows = curve_rows(runs, loaders.measured)
    return rows[rows["task"] == LOSS].assign(x=lambda table: table[STYLE.x].astype(float))


def protocol_text(runs: list[Run]) -> str:
    """Say on what the verdict rests."""
    first = runs[0]
    config, pool = first.config, len(first.facts.pool)
    images = loaders.measured(first).drop_duplicates("cycle")["images"]
    shown = ", ".join(f"{number:,}" for number in images)
    trained = "heads on a frozen backbone" if config.backbone_frozen else "all layers"
    return (
        f"{first.dataset_title}, {config.size_text} px: {shown} of {pool:,} images labelled, "
        f"{trained}, {length_text(config)} per training, all distances in the frozen feature. "
        "Rendered rooms, where frames of a walk repeat each other; other data can say otherwise."
    )


def _add() -> None:
    config = Config(**settings())
    try:
        folder = catalog.locate(config)
        add_example(loaders.store(), folder)
        DataFolder(loaders.store(), config.dataset, folder).start_check(config)
    except ConfigError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _remove() -> None:
    try:
        removed = remove_example(loaders.store())
    except ConfigError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    st.toast(f"{count(removed, 'run')} of the example removed.", icon=":material/delete:")
