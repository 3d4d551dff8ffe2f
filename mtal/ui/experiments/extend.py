"""More of an experiment: seeds, strategies, variants; what that makes is said before it is done."""

from typing import Any

import streamlit as st
import yaml

from mtal.acquisition.user_strategies import all_strategies
from mtal.analysis.numbers import count
from mtal.config import ConfigError
from mtal.runs.durations import span
from mtal.runs.experiments.experiment import (
    REFUSED,
    Cell,
    Experiment,
    extend,
    grid,
    more,
    one_at_a_time,
    reference_cells,
    start_all,
)
from mtal.ui import catalog
from mtal.ui.components import ablation_choice, strategy_cards
from mtal.ui.components.time_left import left
from mtal.ui.experiments.overview import some_titles, strategy_title
from mtal.ui.text import plain

PAGE = "extend"  # of the keys


def show(experiment: Experiment) -> None:
    """The fields, what they would add, and the button; made when they are asked for, since signals stand behind torch."""
    place = st.expander(
        "Extend: more seeds, strategies or variants",
        icon=":material/add:",
        key="experiments.extend",
        on_change="rerun",
    )
    if not place.open:
        return
    catalog.load()
    with place:
        seeds_column, strategies_column = st.columns([1, 3])
        seeds = seeds_column.number_input("More seeds", 0, 20, key=f"{PAGE}.seeds")
        missing = [
            name
            for name in strategy_cards.allowed(experiment.cells[0].config.tasks)
            if name not in experiment.strategies
        ]
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
            help="A run per seed that trains once on the labels "
            "of the whole pool: the dotted line in learning curves.",
        )
        text = st.text_input(
            "A variant of any settings",
            key=f"{PAGE}.yaml",
            placeholder="epochs: 20, lr: 0.001",
            help="One variant with all of these. Settings of network and training count for every strategy.",
        )
        try:
            variants = one_at_a_time(experiment.plain, ablation_choice.varied(every, PAGE)) | typed(
                text, experiment.plain
            )
            cells = more(
                experiment.cells,
                strategies,
                next_seeds(experiment, seeds),
                variants,
                ablation_choice.heeds(),
            )
            cells += reference_cells([*experiment.cells, *cells]) if whole else []
        except ConfigError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        _offer(experiment, cells)


def next_seeds(experiment: Experiment, number: int) -> list[int]:
    """The seeds after the highest one."""
    first = max(experiment.seeds) + 1
    return list(range(first, first + number))


def typed(text: str, base: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """`epochs: 20, lr: 0.001` -> one variant; none for an empty line. ConfigError for what is no line of settings."""
    if not text.strip():
        return {}
    try:
        values = yaml.safe_load(f"{{{text.strip().strip('{}')}}}")
    except yaml.YAMLError:
        raise ConfigError(
            f"{text!r} is not a line of settings; write it as epochs: 20, lr: 0.001"
        ) from None
    if None in values.values():
        raise ConfigError(
            f"{text!r} gives no value to {next(name for name in values if values[name] is None)}; write it as "
            "epochs: 20, lr: 0.001"
        )
    return grid(base, {str(name): [value] for name, value in values.items()})


def _offer(experiment: Experiment, cells: list[Cell]) -> None:
    if not cells:
        st.caption("Choose what to add: the runs that it makes are counted here first.")
        return
    will = left([(cell.config, 0) for cell in cells])
    time = (
        f"about **{span(*will.seconds)}**, one run after the other"
        if will.seconds
        else f"no estimate, since no cycle of {some_titles(will.untimed)} was timed here"
    )
    st.markdown(f"**{count(len(cells), 'more run')}**, {time}. Nothing that is there is repeated.")
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
    refused = [said for _, said in start_all(wider, only=cells) if said.startswith(REFUSED)]
    st.toast(
        f"{count(len(cells) - len(refused), 'run')} added."
        + (f" {plain(refused[0])}" if refused else "")
    )
    for name in [name for name in st.session_state if str(name).startswith(f"{PAGE}.")]:
        del st.session_state[name]
