"""The list of experiments, and the protocol and state of one experiment."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import beginning_text, budget_text, length_text, network_text
from mtal.analysis.text.plan import plan_text
from mtal.analysis.text.protocol import status_word
from mtal.runs.durations import span
from mtal.runs.experiments.experiment import damaged_experiments
from mtal.runs.experiments.state import CellState, Experiment
from mtal.runs.jobs.status import Status
from mtal.ui import loaders
from mtal.ui.components import run_cards
from mtal.ui.components.time_left import estimate_time_left
from mtal.ui.experiments.run_matrix import matrix
from mtal.ui.experiments.titles import data_title, some_titles
from mtal.ui.text import ago, code, plain

WIDTHS = {"Experiment": 7, "Plan": 5, "Runs": 6, "Last activity": 3}  # title -> width


def introduce() -> None:
    """Explain experiments where there is none yet."""
    st.info(
        "No experiments yet. An experiment is one plan of runs on one data set: strategies × "
        "seeds, and variants of settings. All strategies of a seed start from the same labelled "
        "images, so only their choices differ. An experiment is started, stopped and resumed as a "
        "whole, and can be extended later without repeating its runs.",
        icon=":material/science:",
    )
    if st.button(
        "Plan one: all strategies × 3 seeds",
        key="experiments.plan",
        type="primary",
        icon=":material/rocket_launch:",
    ):
        st.switch_page("pages/launch.py", query_params={"compare": "all"})


def say_damaged() -> None:
    """Warn about plans that cannot be read."""
    for message in damaged_experiments(loaders.store()):
        st.warning(plain(message), icon=":material/broken_image:")


def say_no_points(states: Sequence[CellState]) -> None:
    """Say why there is no curve yet, and whether one will come by itself."""
    if any(state.status.alive for state in states):
        st.info(
            "No run has a complete cycle yet. The first points appear here by themselves.",
            icon=":material/hourglass_empty:",
        )
    else:
        st.info(
            "No run has a complete cycle, and none is running: start them above.",
            icon=":material/hourglass_disabled:",
        )


def choose(experiments: Sequence[Experiment]) -> Experiment | None:
    """Experiment of `?experiment=`; None without it. An unknown name gives a warning."""
    asked = st.query_params.get("experiment")
    chosen = next((experiment for experiment in experiments if experiment.name == asked), None)
    if asked and chosen is None:
        st.warning(f"There is no experiment {code(asked)} here.", icon=":material/link_off:")
    return chosen


def show_list(experiments: Sequence[Experiment]) -> None:
    """Draw a row per experiment: title, data, plan, status of its runs, last activity."""
    for column, title in zip(st.columns(list(WIDTHS.values())), WIDTHS, strict=True):
        column.caption(title)
    for experiment in experiments:
        with st.container(key=f"experiments.row.{experiment.name}"):
            name, plan, runs, age = st.columns(list(WIDTHS.values()), vertical_alignment="center")
            with name.container(gap=None):
                st.page_link(
                    "pages/experiments.py",
                    label=plain(experiment.title),
                    icon=":material/science:",
                    query_params={"experiment": experiment.name},
                )
                if experiment.is_example:
                    run_cards.show_example_badge()
                else:
                    st.caption(plain(experiment.name))
            with plan.container(gap=None):
                st.markdown(plain(data_title(experiment)))
                st.caption(plan_text(experiment.cells))
            with runs:
                counts(experiment.states())
            age.markdown(ago(loaders.last_activity(experiment)))


def counts(states: Sequence[CellState]) -> None:
    """Draw the number of runs in each status, as badges with icon and word."""
    numbers = Counter(state.status for state in states)
    with st.container(horizontal=True, gap="xsmall"):
        for status in sorted(numbers, key=list(Status).index):
            run_cards.show_status(status, f"{numbers[status]} {status_word(status)}")


def show_header(experiment: Experiment) -> None:
    """Draw the title of an experiment, and the settings that all its runs share."""
    config = experiment.cells[0].config
    with st.container(border=True, key="experiments.header"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(experiment.title)}**", width="content")
            st.markdown(code(experiment.name), width="content")
            if experiment.is_example:
                run_cards.show_example_badge()
            st.page_link(
                "pages/experiments.py",
                label="All experiments",
                icon=":material/arrow_back:",
                query_params={},
            )
        data, network, budget = st.columns(3)
        data.markdown(
            f"**Data** {plain(data_title(experiment))}, {config.size_text} px  \n"
            f"Tasks: {plain(', '.join(config.tasks))}"
        )
        network.markdown(
            f"**Network** {plain(network_text(config))}  \n"
            f"{length_text(config)} per cycle, {beginning_text(config)}"
        )
        budget.markdown(
            f"**Budget** {budget_text(config)}, {count(config.cycles, 'cycle')}  \n"
            f"{plan_text(experiment.cells)}"
        )


def show_state(experiment: Experiment, states: Sequence[CellState]) -> None:
    """Draw counts, time left and matrix. No widget, so it may be redrawn while runs go on."""
    counts(states)
    open_states = [state for state in states if state.status is not Status.FINISHED]
    if open_states:
        st.markdown(f":material/schedule: {_left_text(open_states)}")
    st.html(matrix(experiment, states))


def _left_text(open_states: Sequence[CellState]) -> str:
    """Time left of unfinished runs, or the strategies that were never timed."""
    plans = [(state.cell.config, state.fraction * state.cycles) for state in open_states]
    estimate = estimate_time_left(plans)
    if estimate.seconds is not None:
        return (
            f"**{span(*estimate.seconds)}** of work left, one run at a time on each device "
            f"(from {count(estimate.earlier, 'run')} of the same kind)."
        )
    return (
        f"No estimate yet: no cycle of {some_titles(estimate.untimed)} is complete with these "
        "tasks, this image size and network."
    )
