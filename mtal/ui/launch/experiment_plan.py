"""Name, title and start of an experiment that is planned on the Launch page."""

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
    """Ask for name and title; the proposals follow the plan until a person changes them."""
    proposals = {"title": proposed_title(cells), "name": proposed_name(cells)}
    for field, proposal in proposals.items():
        before = st.session_state.get(f"launch.proposed.{field}")
        if st.session_state.get(f"launch.{field}", "") in {"", before}:
            st.session_state[f"launch.{field}"] = proposal
        st.session_state[f"launch.proposed.{field}"] = proposal
    title = st.text_input("Title of the experiment", key="launch.title", persist_state="session")
    name = st.text_input(
        "Name in the address and on disk", key="launch.name", persist_state="session"
    )
    return name.strip(), title.strip() or name.strip()


def proposed_title(cells: Sequence[Cell]) -> str:
    """`NYUv2: Random and PartAL, 3 seeds`."""
    titles = strategy_cards.titles()
    strategies = list(dict.fromkeys(titles[cell.strategy] for cell in cells))
    sizes = [" and ".join(strategies)]
    if len(strategies) >= FEW:
        sizes = [count(len(strategies), "strategy", "strategies")]
    variants = len({cell.variant for cell in cells}) - 1
    if variants:
        sizes.append(count(variants, "variant"))
    sizes.append(count(len({cell.seed for cell in cells}), "seed"))
    return f"{catalog.title(cells[0].config.dataset)}: {', '.join(sizes)}"


def proposed_name(cells: Sequence[Cell]) -> str:
    """Data set, strategies and day, in characters for a folder and an address.

    A number follows if an experiment with other runs has that name.
    """
    strategies = list(dict.fromkeys(cell.strategy for cell in cells))
    methods = "-".join(strategies) if len(strategies) < FEW else f"{len(strategies)}-strategies"
    text = f"{cells[0].config.dataset}-{methods}-{time.strftime('%Y-%m-%d')}"
    proposal = name = re.sub(r"[^a-z0-9-]+", "-", text.lower())
    runs = {cell.run_name for cell in cells}
    taken = {
        experiment.name
        for experiment in loaders.experiments()
        if {cell.run_name for cell in experiment.cells} != runs
    }
    number = 1
    while name in taken:
        number += 1
        name = f"{proposal}-{number}"
    return name


def start(name: str, title: str, cells: Sequence[Cell]) -> None:
    """Write the plan, start its runs and open it; runs that cannot start are listed here."""
    try:
        experiment = create_experiment(loaders.store(), name, title, cells)
    except ConfigError as error:
        st.error(f"Not started: {plain(str(error))}", icon=":material/error:")
        return
    refused = [
        f"- {plain(cell.run_name)} {plain(message)}"
        for cell, message in start_all(experiment)
        if message.startswith(REFUSED)
    ]
    if not refused:
        st.switch_page("pages/experiments.py", query_params={"experiment": experiment.name})
    text = "\n".join(["Not all runs could be started:", *refused])
    st.error(text, icon=":material/error:")
    st.page_link(
        "pages/experiments.py",
        label="Open the experiment",
        icon=":material/science:",
        query_params={"experiment": experiment.name},
    )
