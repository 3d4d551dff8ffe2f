"""From a plan to an experiment: what it is called, how large it is, and starting all of it."""

import re
import time
from collections.abc import Sequence

import streamlit as st

from mtal.analysis.numbers import count
from mtal.config import ConfigError
from mtal.runs.experiments.experiment import REFUSED, create_experiment, start_all
from mtal.runs.experiments.plan import Cell
from mtal.ui import catalog, loaders
from mtal.ui.components import strategy_cards
from mtal.ui.text import plain

FEW = 3  # strategies that a title names


def name_and_title(cells: Sequence[Cell]) -> tuple[str, str]:
    """Ask both, with a proposal that follows the plan until it is changed."""
    proposals = {"title": proposed_title(cells), "name": proposed_name(cells)}
    for what, proposal in proposals.items():
        if st.session_state.get(f"launch.{what}", "") in {
            "",
            st.session_state.get(f"launch.proposed.{what}"),
        }:
            st.session_state[f"launch.{what}"] = proposal
        st.session_state[f"launch.proposed.{what}"] = proposal
    title = st.text_input("Title of the experiment", key="launch.title", persist_state="session")
    name = st.text_input(
        "Name in the address and on disk", key="launch.name", persist_state="session"
    )
    return name.strip(), title.strip() or name.strip()


def proposed_title(cells: Sequence[Cell]) -> str:
    """Such as `NYUv2: Random and PartAL, 3 seeds`."""
    titles = strategy_cards.titles()
    strategies = list(dict.fromkeys(titles[cell.strategy] for cell in cells))
    named = (
        " and ".join(strategies)
        if len(strategies) < FEW
        else count(len(strategies), "strategy", "strategies")
    )
    variants = len({cell.variant for cell in cells}) - 1
    ablation = [count(variants, "variant")] * bool(variants)
    return f"{catalog.title(cells[0].config.dataset)}: " + ", ".join(
        [named, *ablation, count(len({cell.seed for cell in cells}), "seed")]
    )


def proposed_name(cells: Sequence[Cell]) -> str:
    """Data set, strategies and day, with a number if other runs have that name: fit for a folder and an address."""
    strategies = list(dict.fromkeys(cell.strategy for cell in cells))
    named = "-".join(strategies) if len(strategies) < FEW else f"{len(strategies)}-strategies"
    first = re.sub(
        r"[^a-z0-9-]+",
        "-",
        f"{cells[0].config.dataset}-{named}-{time.strftime('%Y-%m-%d')}".lower(),
    )
    runs = {cell.run_name for cell in cells}
    taken = {
        one.name for one in loaders.experiments() if {cell.run_name for cell in one.cells} != runs
    }
    return next(
        name
        for number in range(1, len(taken) + 2)
        if (name := first + f"-{number}" * (number > 1)) not in taken
    )


def start(name: str, title: str, cells: Sequence[Cell]) -> None:
    """Write the plan down, start all of it and show it; what cannot be is said here."""
    try:
        experiment = create_experiment(loaders.store(), name, title, cells)
    except ConfigError as error:
        st.error(f"Not started: {plain(str(error))}", icon=":material/error:")
        return
    refused = [(cell, said) for cell, said in start_all(experiment) if said.startswith(REFUSED)]
    if not refused:
        st.switch_page("pages/experiments.py", query_params={"experiment": experiment.name})
    st.error(
        "Not all runs could be started:\n"
        + "\n".join(f"- {plain(cell.run_name)} {plain(said)}" for cell, said in refused),
        icon=":material/error:",
    )
    st.page_link(
        "pages/experiments.py",
        label="Open the experiment",
        icon=":material/science:",
        query_params={"experiment": experiment.name},
    )
