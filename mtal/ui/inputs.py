"""Widgets that ask what to show and return a run, a cycle or a task.

Where there is nothing to choose, they draw a message and a button, and stop the page.

The address holds the state: `?run=NAME&cycle=3&task=depth`. Streamlit can bind widgets to the
address itself, but leaves out what equals the default, so a copied link would show another run
tomorrow. Hence `choose` writes the address.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mtal.analysis.numbers import count
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import WAITING_FOR_LABELS, failure_of
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import loaders
from mtal.ui.components.damaged_runs import say_damaged_runs
from mtal.ui.text import code

LAST = "last."  # session keys under which a choice follows to the next page
# Parameters that are dropped when another run is chosen, since their values differ between runs.
RUN_FILTERS = (
    "sort colour with class driver partner cluster of least share best layer vs page stage curve"
)


LISTED = 12  # options that a message names


def choose_run(page: str) -> Run:
    """Ask for a run: from `?run=`, else the one looked at before, else the newest."""
    runs = _some_runs(page)
    by_name = {run.name: run for run in runs}
    return by_name[choose("Run", list(by_name), page, "run", lambda name: run_title(by_name[name]))]


def choose_runs(page: str) -> list[Run]:
    """Ask for any number of runs, from `?cmp=` (once per run).

    Without `?cmp=` every run that has a complete cycle. Unknown names give a warning, and the
    other runs are shown.
    """
    by_name = {run.name: run for run in _some_runs(page)}
    key = f"{page}.cmp"
    asked = st.query_params.get_all("cmp")
    if "cmp" in st.query_params:
        st.session_state[key] = [name for name in asked if name in by_name]
    else:
        st.session_state[key] = [name for name, run in by_name.items() if run.cycles_done()]
    unknown = [code(name) for name in asked if name and name not in by_name]
    if unknown:
        message = f"There is no run {' and no run '.join(unknown)} here."
        st.warning(message, icon=":material/link_off:")

    def to_url() -> None:
        # An empty `?cmp=` stands for no run, since no `cmp` at all stands for the default.
        st.query_params["cmp"] = st.session_state[key] or ""

    names = st.multiselect(
        "Runs",
        list(by_name),
        key=key,
        on_change=to_url,
        format_func=lambda name: run_title(by_name[name]),
    )
    return [by_name[name] for name in names]


def picking_cycles(run: Run) -> list[int]:
    """Complete cycles that picked a batch."""
    return [number for number in range(run.cycles_done()) if run.cycle(number).pick.exists()]


def choose_cycle(
    run: Run,
    page: str,
    picked_only: bool,
    where: DeltaGenerator,
    widget: Callable[..., Any] = st.selectbox,
) -> int:
    """Ask for a complete cycle of a run, from `?cycle=`; the newest without it.

    picked_only: offer only cycles that picked a batch; where: container of the widget (a message
    that there is no cycle takes the width of the page); widget: called like `st.selectbox`.
    """
    done = range(run.cycles_done())
    numbers = picking_cycles(run) if picked_only else list(done)
    if not numbers:
        _no_cycle(run, page, bool(done))
    options, asked = [str(number) for number in numbers], st.query_params.get("cycle", "")
    newest = options[-1]
    if asked in map(str, done) and asked not in options:
        _refuse(page, "cycle", f"Cycle {asked} only measured; it picked nothing.", options)
    with where:
        cycle = choose(
            "Cycle", options, page, "cycle", default=newest, follows=False, widget=widget
        )
        return int(cycle)


def choose_task(run: Run, page: str) -> TaskFacts:
    """Ask for a task of a run, from `?task=`; the first without it."""
    tasks = {task.name: task for task in run.tasks}
    if not tasks:
        st.info(
            "The tasks of this run appear here when its worker has loaded the data.",
            icon=":material/hourglass_empty:",
        )
        _button_to("Open Jobs", "pages/jobs.py", page, "jobs")
        st.stop()
    return tasks[choose("Task", list(tasks), page, "task", lambda name: tasks[name].title)]


def choose(
    label: str,
    options: Sequence[str],
    page: str,
    name: str,
    title: Callable[[str], str] = str,
    default: str | None = None,
    follows: bool = True,
    widget: Callable[..., Any] = st.selectbox,
    strict: bool = True,
) -> str:
    """Ask for one of some options, from `?name=`, which is kept up to date.

    label: of the widget; options: to choose from; page: prefix of the session key; name: parameter
    of the address; title: option -> its text on screen; default: option without `?name=`, the
    first if None; follows: before the default, take what was chosen on another page; widget:
    called like `st.selectbox`; strict: stop with a message if the address, which may be old or
    mistyped, asks for something else, rather than note it and take the default.
    """
    key = f"{page}.{name}"
    before = st.session_state.get(LAST + name) if follows else None
    fallback = options[0] if default is None else default
    if before is not None and before in options:
        fallback = before
    asked = st.query_params.get(name)
    if asked is not None and asked not in options:
        if strict:
            _refuse(page, name, f"There is no {label.lower()} {code(asked)} here.", options)
        st.caption(f"{label}: {code(asked)} is not among these runs, so the default is shown.")
        asked = None
    st.session_state[key] = fallback if asked is None else asked
    value: str = widget(
        label, options, key=key, format_func=title, on_change=_to_url, args=(key, name)
    )
    if asked != value:
        st.query_params[name] = value  # so that the address can be shared as it stands
    st.session_state[LAST + name] = value
    return value


def numbered(name: str, page: str) -> str:
    """Name a parameter of one section of a page: `curves` -> `task`, `curves1` -> `task1`."""
    return name + page[len(page.rstrip("0123456789")) :]


def choose_some(
    label: str,
    options: Sequence[str],
    page: str,
    name: str,
    title: Callable[[str], str] = str,
    about: str | None = None,
) -> tuple[str, ...]:
    """Ask for any number of options, from `?name=` (once per option); none stands for all.

    about: help text; the other arguments as of `choose`.
    """
    key = f"{page}.{name}"
    st.session_state[key] = asked_for(name, options)

    def to_url() -> None:
        st.query_params[name] = st.session_state[key]

    return tuple(
        st.multiselect(
            label,
            options,
            key=key,
            on_change=to_url,
            format_func=title,
            placeholder="all",
            help=about,
        )
    )


def asked_for(name: str, options: Sequence[str]) -> list[str]:
    """Options that `?name=` asks for, without unknown ones."""
    asked = dict.fromkeys(st.query_params.get_all(name))
    return [option for option in asked if option in options]


def switch(
    label: str, options: Sequence[str], page: str, name: str, about: str | None = None
) -> str:
    """Ask for one of two or three options side by side; the first without `?name=`."""
    return choose(
        label,
        options,
        page,
        name,
        str.capitalize,
        follows=False,
        widget=partial(st.segmented_control, required=True, help=about),
    )


def write(label: str, page: str, name: str, about: str) -> str:
    """Ask for a line of text, from `?name=`. about: placeholder."""
    key = f"{page}.{name}"
    st.session_state[key] = st.query_params.get(name, "")
    return st.text_input(label, key=key, on_change=_to_url, args=(key, name), placeholder=about)


def columns(number: int, a_row: int, key: str) -> list[DeltaGenerator]:
    """Make `number` columns, `a_row` side by side; on narrow screens they go below each other.

    Columns have equal widths, and the tops of a row are level.
    """
    wide = min(a_row, max(1, number))
    cells: list[DeltaGenerator] = []
    for row in range(ceil(number / wide)):
        cells += st.container(key=f"wraps.{key}.{row}").columns(wide)
    return cells[:number]


def run_title(run: Run) -> str:
    """Title of a run in lists: strategy first, since it differs most; the digest tells settings."""
    config = run.config
    title = f"{config.strategy} · {config.dataset} · seed {config.seed} · {config.digest}"
    return f"{title} · example" if run.is_example else title


def _to_url(key: str, name: str) -> None:
    st.query_params[name] = st.session_state[key]
    if name == "run":
        for other in RUN_FILTERS.split():
            st.query_params.pop(other, None)


def _forget(name: str) -> None:
    st.query_params.pop(name, None)


def _some_runs(page: str) -> list[Run]:
    runs = loaders.runs()
    if not runs:
        say_damaged_runs()
        st.info(
            "No runs yet. A run trains a network, lets a strategy pick what to label next, and "
            "shows why.",
            icon=":material/rocket_launch:",
        )
        _button_to("Start the first run", "pages/launch.py", page, "launch")
        st.stop()
    return runs


def _refuse(page: str, name: str, reason: str, options: Sequence[str]) -> None:
    """Say what is wrong with `?name=` and what there is, and stop the page."""
    shown = ", ".join(code(option) for option in options[:LISTED])
    more = " …" if len(options) > LISTED else ""
    st.warning(f"{reason} There is: {shown}{more}.", icon=":material/link_off:")
    st.button("Show the default", key=f"{page}.forget_{name}", on_click=_forget, args=(name,))
    st.stop()


def _no_cycle(run: Run, page: str, any_complete: bool) -> None:
    if any_complete:
        st.info(
            "No batch yet: the complete cycles of this run only measured. The last cycle of a run "
            "never picks.",
            icon=":material/inventory_2:",
        )
    elif run.status.alive:
        st.info(
            "The first cycle is still running. Its results appear here when it is complete.",
            icon=":material/hourglass_empty:",
        )
    elif failure_of(run) is WAITING_FOR_LABELS:
        images = count(len(run.facts.start), "image")
        st.info(
            f"This run waits for the labels of its start, {images}. Its page shows and exports "
            "them. When they are there and it is resumed, the first cycle appears here.",
            icon=":material/hourglass_empty:",
        )
    else:
        state = f"{run.status.capitalize()} before its first cycle was complete"
        if run.status is Status.NEW:
            state = "Not started yet"
        st.info(f"{state}: *{failure_of(run).title}*.", icon=":material/hourglass_disabled:")
    if st.button("Open this run", key=f"{page}.open_run", type="primary"):
        st.switch_page("pages/run.py", query_params={"run": run.name})
    st.stop()


def _button_to(label: str, target: str, page: str, purpose: str) -> None:
    if st.button(label, key=f"{page}.{purpose}", type="primary"):
        st.switch_page(target)
