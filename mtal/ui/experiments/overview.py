"""Experiments drawn: the list, one experiment's protocol, its matrix of runs, and the buttons for all of them at once."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from mtal.analysis.numbers import count, listed
from mtal.analysis.tables.protocol import beginning_text, budget_text
from mtal.analysis.text.plan import shape
from mtal.analysis.text.protocol import status_word
from mtal.runs.durations import span
from mtal.runs.experiments.experiment import (
    ALL_LABELS,
    REFUSED,
    Experiment,
    State,
    damaged_experiments,
    start_all,
    stop_all,
)
from mtal.runs.jobs.launch import start
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import Cause, cause
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components import run_cards, strategy_cards
from mtal.ui.components.time_left import left
from mtal.ui.text import ago, code, plain

WIDTHS = {"Experiment": 7, "Plan": 5, "Runs": 6, "Last activity": 3}  # title -> width
NAMED = 3  # strategies that a sentence names
LINKED = 5  # runs of one cause that are linked
REFERENCE_TITLE = "Reference: all labels"
BROKEN = (Status.FAILED, Status.INTERRUPTED)


def say_what() -> None:
    """The page before the first experiment."""
    st.info(
        "No experiments yet. An experiment is one plan of runs on one data set: strategies × seeds, and variants of settings "
        "if wanted. All strategies of a seed begin with the same labelled images, so what differs is the choosing. It is "
        "started, stopped and resumed as a whole, and can be extended later without repeating what is there.",
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
    """Plans that cannot be read: shown, not hidden."""
    for problem in damaged_experiments(loaders.store()):
        st.warning(plain(problem), icon=":material/broken_image:")


def say_no_points(states: Sequence[State]) -> None:
    """Why there is no curve yet, and whether one will come by itself."""
    if any(state.status.alive for state in states):
        st.info(
            "No run has a complete cycle yet. The first points appear here by themselves.",
            icon=":material/hourglass_empty:",
        )
    else:
        st.info(
            "No run has a complete cycle, and none is at work: start them above.",
            icon=":material/hourglass_disabled:",
        )


def choose(found: Sequence[Experiment]) -> Experiment | None:
    """The one of `?experiment=`; None without it. What is not there is told."""
    asked = st.query_params.get("experiment")
    chosen = next((one for one in found if one.name == asked), None)
    if asked and chosen is None:
        st.warning(f"There is no experiment {code(asked)} here.", icon=":material/link_off:")
    return chosen


def show_list(found: Sequence[Experiment]) -> None:
    """A row per experiment: title, data, plan, how its runs stand, last activity."""
    for column, title in zip(st.columns(list(WIDTHS.values())), WIDTHS, strict=True):
        column.caption(title)
    for experiment in found:
        with st.container(key=f"experiments.row.{experiment.name}"):
            name, plan, runs, age = st.columns(list(WIDTHS.values()), vertical_alignment="center")
            with name.container(gap=None):
                st.page_link(
                    "pages/experiments.py",
                    label=plain(experiment.title),
                    icon=":material/science:",
                    query_params={"experiment": experiment.name},
                )
                st.caption(plain(experiment.name))
            with plan.container(gap=None):
                st.markdown(plain(data_title(experiment)))
                st.caption(shape(experiment.cells))
            with runs:
                counts(experiment.states())
            age.markdown(ago(loaders.last_activity(experiment)))


def counts(states: Sequence[State]) -> None:
    """How many runs there are in each status, as badges with icon and word."""
    found = Counter(state.status for state in states)
    with st.container(horizontal=True, gap="xsmall"):
        for status in sorted(found, key=list(Status).index):
            run_cards.show_status(status, f"{found[status]} {status_word(status)}")


def show_header(experiment: Experiment) -> None:
    """Title and protocol: what all runs share."""
    config = experiment.cells[0].config
    with st.container(border=True, key="experiments.header"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(experiment.title)}**", width="content")
            st.markdown(code(experiment.name), width="content")
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
            f"**Network** {plain(config.network)}, {plain(config.backbone)}  \n"
            f"{count(config.epochs, 'epoch')} per cycle, {beginning_text(config)}"
        )
        budget.markdown(
            f"**Budget** {budget_text(config)}, {count(config.cycles, 'cycle')}  \n"
            f"{shape(experiment.cells)}"
        )


def show_state(experiment: Experiment, states: Sequence[State]) -> None:
    """Counts, how long it will take, and the matrix. No widget, so it may be redrawn while runs go on."""
    counts(states)
    open_states = [state for state in states if state.status is not Status.FINISHED]
    if open_states:
        st.markdown(f":material/schedule: {_left_text(open_states)}")
    st.html(matrix(experiment, states))


def matrix(experiment: Experiment, states: Sequence[State]) -> str:
    """HTML: a row per strategy and variant, a column per seed; each cell says how its run stands and leads to it."""
    by_place = {
        (state.cell.strategy, state.cell.variant, state.cell.seed): state for state in states
    }
    lines = {
        place[:2]: None for place in by_place
    }  # strategies as planned, the variants of each below it
    place = {name: number for number, name in enumerate(experiment.strategies)}
    order = sorted(lines, key=lambda line: len(place) if line[1] == ALL_LABELS else place[line[0]])
    heads = "".join(f'<th scope="col">seed {seed}</th>' for seed in experiment.seeds)
    rows = "".join(
        f'<tr><th scope="row">{_row_title(strategy, variant)}</th>'
        + "".join(
            _cell(experiment, by_place.get((strategy, variant, seed))) for seed in experiment.seeds
        )
        + "</tr>"
        for strategy, variant in order
    )
    return f'<table class="matrix"><thead><tr><th scope="col">strategy</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def show_buttons(experiment: Experiment, states: Sequence[State]) -> None:
    """Start or resume all that rests; stop all that lives."""
    resting = [state for state in states if state.status.resumable]
    living = [state for state in states if state.status.alive]
    kinds = {state.status is Status.NEW for state in resting}
    word = {frozenset({True}): "Start", frozenset({False}): "Resume"}.get(
        frozenset(kinds), "Start or resume"
    )
    with st.container(horizontal=True):
        if resting:
            st.button(
                f"{word} {count(len(resting), 'run')}",
                key="experiments.start",
                type="primary",
                icon=":material/play_arrow:",
                on_click=_start,
                args=(experiment,),
            )
        if living and st.button(
            f"Stop {count(len(living), 'run')} …",
            key="experiments.stop",
            icon=":material/stop_circle:",
        ):
            confirm_stop(experiment, len(living))


@st.dialog("Stop all runs of this experiment?")
def confirm_stop(experiment: Experiment, living: int) -> None:
    """Asks before it stops many runs."""
    st.markdown(
        f"{count(living, 'run')} of {code(experiment.name)} will stop after the step in hand. Complete cycles stay, and "
        "“Resume” above the table goes on from there."
    )
    with st.container(horizontal=True):
        if st.button(
            "Stop them",
            key="experiments.stop_yes",
            type="primary",
            icon=":material/stop_circle:",
            on_click=_stop,
            args=(experiment,),
        ):
            st.rerun()
        if st.button("Keep them running", key="experiments.stop_no"):
            st.rerun()


def show_broken(experiment: Experiment, states: Sequence[State]) -> None:
    """The runs that ended badly, by cause: what to try, where they are, and a button that resumes them."""
    found: dict[Cause, list[Run]] = {}
    for state in states:
        if state.status in BROKEN and (run := experiment.run(state.cell)):
            found.setdefault(cause(run), []).append(run)
    for why, runs in found.items():
        st.error(
            f"**{why.title}**: {count(len(runs), 'run')}.  \n{why.advice}", icon=":material/error:"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"Resume {count(len(runs), 'run')}",
                key=f"experiments.resume.{why.title}",
                icon=":material/play_arrow:",
                on_click=_resume,
                args=(runs,),
            )
            for run in runs[:LINKED]:
                st.page_link(
                    "pages/run.py",
                    label=run_cards.short_title(run),
                    icon=":material/timeline:",
                    query_params={"run": run.name},
                )
            if len(runs) > LINKED:
                st.caption(f"and {len(runs) - LINKED} more", width="content")


def data_title(experiment: Experiment) -> str:
    """As a run found it, one of its own or any other on the same kind of data; else the data set's name: the titles of all data
    sets stand behind torch."""
    kind = experiment.cells[0].config.dataset
    own = (run for cell in experiment.cells if (run := experiment.run(cell)))
    others = (run for run in loaders.runs() if run.config.dataset == kind)
    return next((run.facts.dataset_title for run in (*own, *others) if run.facts.written), kind)


def strategy_title(name: str) -> str:
    """For people; the name where a strategy of one's own is not here any more."""
    return strategy_cards.titles().get(name, name)


def _left_text(open_states: Sequence[State]) -> str:
    """How long what is not finished will take, or which strategies nobody can tell of."""
    will = left([(state.cell.config, state.fraction * state.cycles) for state in open_states])
    if will.seconds is not None:
        return (
            f"**{span(*will.seconds)}** of work left, one run after the other "
            f"(from {count(will.earlier, 'run')} of the same kind)."
        )
    return f"No estimate yet: no cycle of {some_titles(will.untimed)} is complete with these tasks, this image size and network."


def some_titles(strategies: Sequence[str]) -> str:
    """`Random, RBAL and 5 more strategies`: at most three are named."""
    titles = [plain(strategy_title(name)) for name in strategies]
    if len(titles) > NAMED:
        titles = [*titles[:NAMED], count(len(titles) - NAMED, "more strategy", "more strategies")]
    return listed(titles)


def _row_title(strategy: str, variant: str) -> str:
    if variant == ALL_LABELS:
        return REFERENCE_TITLE
    title = escape(strategy_title(strategy))
    return f"{title}<small>{escape(variant)}</small>" if variant else title


def _cell(experiment: Experiment, state: State | None) -> str:
    if state is None:
        return '<td class="none">–</td>'
    run = experiment.run(state.cell)
    words, why = f"{run_cards.SIGNS[state.status][1]} {status_word(state.status)}", ""
    if state.status is Status.RUNNING or (
        0 < state.cycles_done < state.cycles and state.status is not Status.FINISHED
    ):
        why = f"{state.cycles_done} of {state.cycles} cycles"
    if run is not None and state.status in BROKEN:
        why = cause(run).title
    bar = f'<span class="bar"><i style="width:{state.fraction:.0%}"></i></span>'
    text = f"{escape(words)}<small>{escape(why)}</small>" if why else escape(words)
    inner = (
        text if run is None else f'<a href="run?{escape(urlencode({"run": run.name}))}">{text}</a>'
    )
    return f'<td class="{state.status}">{bar}{inner}</td>'


def _start(experiment: Experiment) -> None:
    refused = [said for _, said in start_all(experiment) if said.startswith(REFUSED)]
    if refused:
        st.toast(
            f"{count(len(refused), 'run')} not started: {plain(refused[0])}",
            icon=":material/error:",
        )


def _stop(experiment: Experiment) -> None:
    stop_all(experiment)


def _resume(runs: Sequence[Run]) -> None:
    begun = [run for run in runs if start(run.paths)]
    st.toast(f"{count(len(begun), 'run')} resumed; each waits for its turn on the device.")
