"""Extend an experiment by seeds, strategies and variants; the new runs are counted first."""

from typing import Any

import streamlit as st

from mtal.acquisition.user_strategies import all_strategies
from mtal.analysis.numbers import count
from mtal.config import ConfigError, YamlError, parse_yaml
from mtal.runs.durations import span
from mtal.runs.experiments.experiment import REFUSED, extend, start_all
from mtal.runs.experiments.plan import Cell, grid, missing_cells, reference_cells
from mtal.runs.experiments.state import Experiment
from mtal.ui import catalog
from mtal.ui.components import ablation_choice, strategy_cards
from mtal.ui.components.time_left import estimate_time_left
from mtal.ui.experiments.titles import some_titles, strategy_title
from mtal.ui.text import plain

PAGE = "extend"  # prefix of the keys
EXAMPLE = "write it as steps: 600, lr: 0.001"


def show(experiment: Experiment) -> None:
    """Draw the fields, the runs that they add, and the button.

    They are drawn when the box is opened, since the registry of signals imports torch.
    """
    box = st.expander(
        "Extend: more seeds, strategies or variants",
        icon=":material/add:",
        key="experiments.extend",
        on_change="rerun",
    )
    if not box.open:
        return
    catalog.load()
    with box:
        seeds_column, strategies_column = st.columns([1, 3])
        seeds = seeds_column.number_input("More seeds", 0, 20, key=f"{PAGE}.seeds")
        allowed = strategy_cards.allowed(experiment.cells[0].config.tasks)
        missing = [name for name in allowed if name not in experiment.strategies]
        strategies = strategies_column.multiselect(
            "More strategies",
            missing,
            key=f"{PAGE}.strategies",
            format_func=strategy_title,
            placeholder="none",
        )
        every = [name for name in (*experiment.strategies, *strategies) if name in all_strategies()]
        ablation_choice.choose_varied(every, experiment.plain, PAGE)
        whole = st.checkbox(
            "Reference on all labels",
            key=f"{PAGE}.whole",
            help="A run per seed that trains once on all labels of the pool: the dotted line in "
            "learning curves.",
        )
        text = st.text_input(
            "A variant of any settings",
            key=f"{PAGE}.yaml",
            placeholder="steps: 600, lr: 0.001",
            help="One variant with all of these. Settings of network and training count for every "
            "strategy.",
        )
        try:
            variants = ablation_choice.variants(every, experiment.plain, PAGE)
            variants |= typed(text, experiment.plain)
            cells = missing_cells(
                experiment.cells,
                strategies,
                next_seeds(experiment, seeds),
                variants,
                ablation_choice.settings_used(),
            )
            if whole:
                cells += reference_cells([*experiment.cells, *cells])
        except ConfigError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        _offer(experiment, cells)


def next_seeds(experiment: Experiment, number: int) -> list[int]:
    """Seeds after the highest one of the experiment."""
    first = max(experiment.seeds) + 1
    return list(range(first, first + number))


def typed(text: str, base: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """`steps: 600, lr: 0.001` -> one variant; none for an empty line.

    Raises ConfigError for a text that is no line of settings, or has a setting without a value.
    """
    if not text.strip():
        return {}
    try:
        values = parse_yaml(f"{{{text.strip().strip('{}')}}}")
    except YamlError as error:
        raise ConfigError(f"{text!r} is not a line of settings ({error}); {EXAMPLE}") from None
    for name, value in values.items():
        if value is None:
            raise ConfigError(f"{text!r} gives no value to {name}; {EXAMPLE}")
    return grid(base, {str(name): [value] for name, value in values.items()})


def _offer(experiment: Experiment, cells: list[Cell]) -> None:
    if not cells:
        st.caption("Choose what to add: the new runs are counted here before they start.")
        return
    estimate = estimate_time_left([(cell.config, 0) for cell in cells])
    if estimate.seconds:
        time = f"about **{span(*estimate.seconds)}**, one run at a time on each device"
    else:
        time = f"no estimate, since no cycle of {some_titles(estimate.untimed)} was timed here"
    st.markdown(f"**{count(len(cells), 'more run')}**, {time}. No run is repeated.")
    st.button(
        f"Add and start {count(len(cells), 'run')}",
        key=f"{PAGE}.go",
        type="primary",
        icon=":material/add:",
        on_click=_add,
        args=(experiment, cells),
    )


def _add(experiment: Experiment, cells: list[Cell]) -> None:
    """Grow the plan, start what is new, and empty the fields."""
    try:
        wider = extend(experiment, cells)
    except ConfigError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    messages = [message for _, message in start_all(wider, only=cells)]
    refused = [message for message in messages if message.startswith(REFUSED)]
    text = f"{count(len(cells) - len(refused), 'run')} added."
    if refused:
        text += f" {plain(refused[0])}"
    st.toast(text)
    for name in [name for name in st.session_state if str(name).startswith(f"{PAGE}.")]:
        del st.session_state[name]
