"""Widgets that ask what to show and answer with a domain value. They deal with the empty case themselves: message, button, stop.

The address bar is the truth: `?run=NAME&cycle=3&task=depth`. Streamlit's own binding of widgets to the address was tried and
leaves out what equals the default, so that a copied link would mean another run tomorrow; hence by hand, in `choose`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import cause
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import loaders
from mtal.ui.text import code

LAST = "last."  # session keys under which a choice follows to the next page
OF_A_RUN = (
    "sort",
    "colour",
    "with",
    "class",
    "driver",
    "partner",
    "cluster",
    "of",
    "least",
    "share",
    "best",
    "layer",
    "vs",
    "page",
)  # in the address, but not every run has them


def choose_run(page: str) -> Run:
    """One run, from `?run=`, else the one looked at before, else the newest."""
    runs = _some_runs(page)
    by_name = {run.name: run for run in runs}
    return by_name[choose("Run", list(by_name), page, "run", lambda name: run_title(by_name[name]))]


def choose_runs(page: str) -> list[Run]:
    """Any number of runs, from `?cmp=` (once per run); without it, every run that has a complete cycle.

    Names that are not there are told, and the others are shown.
    """
    by_name = {run.name: run for run in _some_runs(page)}
    key = f"{page}.cmp"
    usual = [name for name, run in by_name.items() if run.cycles_done()]
    asked = st.query_params.get_all("cmp")
    st.session_state[key] = (
        [name for name in asked if name in by_name] if "cmp" in st.query_params else usual
    )
    unknown = [code(name) for name in asked if name and name not in by_name]
    if unknown:
        st.warning(
            f"There is no run {' and no run '.join(unknown)} here.", icon=":material/link_off:"
        )

    def to_url() -> None:
        st.query_params["cmp"] = (
            st.session_state[key] or ""
        )  # `?cmp=` is none, no `cmp` is the usual ones

    names = st.multiselect(
        "Runs",
        list(by_name),
        key=key,
        on_change=to_url,
        format_func=lambda name: run_title(by_name[name]),
    )
    return [by_name[name] for name in names]


def picking_cycles(run: Run) -> list[int]:
    """The complete cycles that picked a batch."""
    return [number for number in range(run.cycles_done()) if run.cycle(number).pick.exists()]


def choose_cycle(
    run: Run,
    page: str,
    picked_only: bool,
    where: DeltaGenerator,
    widget: Callable[..., Any] = st.selectbox,
) -> int:
    """A complete cycle of a run, from `?cycle=`; the newest without it. `picked_only`: one that picked a batch.

    The box is drawn in `where`; why there is no cycle needs the width of the page. `widget`: called like `st.selectbox`.
    """
    done = range(run.cycles_done())
    numbers = picking_cycles(run) if picked_only else list(done)
    if not numbers:
        _no_cycle(run, page, bool(done))
    options, asked = [str(number) for number in numbers], st.query_params.get("cycle", "")
    if asked in map(str, done) and asked not in options:
        _refuse(page, "cycle", f"Cycle {asked} only measured; it picked nothing.", options)
    with where:
        return int(
            choose(
                "Cycle", options, page, "cycle", default=options[-1], follows=False, widget=widget
            )
        )


def choose_task(run: Run, page: str) -> TaskFacts:
    """A task of a run, from `?task=`; the first without it."""
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
    """One of some options, from `?name=`, which is kept up to date. An address may be old or mistyped: what is not there is told.

    `follows`: without it in the address, take what was chosen on another page. `widget`: called like `st.selectbox`. `strict`:
    stop at what is not there; else take the usual one, where options go as runs are chosen.
    """
    key = f"{page}.{name}"
    before = st.session_state.get(LAST + name) if follows else None
    fallback = before if before in options else options[0] if default is None else default
    asked = st.query_params.get(name)
    if asked is not None and asked not in options:
        if strict:
            _refuse(page, name, f"There is no {label.lower()} {code(asked)} here.", options)
        st.caption(f"{label}: {code(asked)} is not among these runs, so the usual one is shown.")
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
    """The parameter of one of several sections of a page, whose keys begin with `curves`, `curves1`, ...: `task`, `task1`."""
    return name + page[len(page.rstrip("0123456789")) :]


def choose_some(
    label: str,
    options: Sequence[str],
    page: str,
    name: str,
    title: Callable[[str], str] = str,
    about: str | None = None,
) -> tuple[str, ...]:
    """Any number of some options, from `?name=` (once per option); without it none, which stands for all of them."""
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
    """What `?name=` asks for, as far as it is there."""
    return [one for one in dict.fromkeys(st.query_params.get_all(name)) if one in options]


def switch(
    label: str, options: Sequence[str], page: str, name: str, about: str | None = None
) -> str:
    """Two or three options side by side, the first unless `?name=` says otherwise."""
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
    """A line of text that reads and writes `?name=`."""
    key = f"{page}.{name}"
    st.session_state[key] = st.query_params.get(name, "")
    return st.text_input(label, key=key, on_change=_to_url, args=(key, name), placeholder=about)


def columns(number: int, a_row: int, key: str) -> list[DeltaGenerator]:
    """So many columns in rows of equal width, the tops of a row level; they go below each other on narrow screens."""
    wide = min(a_row, max(1, number))
    rows = [
        st.container(key=f"wraps.{key}.{row}").columns(wide) for row in range(-(-number // wide))
    ]
    return [column for row in rows for column in row][:number]


def run_title(run: Run) -> str:
    """How a run is called in lists: strategy first, since that is what differs; the digest tells other settings apart."""
    return f"{run.config.strategy} · {run.config.dataset} · seed {run.config.seed} · {run.config.digest}"


def _to_url(key: str, name: str) -> None:
    st.query_params[name] = st.session_state[key]
    for other in OF_A_RUN if name == "run" else ():
        st.query_params.pop(other, None)


def _forget(name: str) -> None:
    st.query_params.pop(name, None)


def _some_runs(page: str) -> list[Run]:
    runs = loaders.runs()
    if not runs:
        st.info(
            "No runs yet. A run trains a network, lets a strategy pick what to label next, and shows why.",
            icon=":material/rocket_launch:",
        )
        _button_to("Start the first run", "pages/launch.py", page, "launch")
        st.stop()
    return runs


def _refuse(page: str, name: str, reason: str, options: Sequence[str]) -> None:
    """Say what is wrong with `?name=` and what there is, instead of showing something else."""
    shown = ", ".join(code(option) for option in options[:12]) + (" …" if len(options) > 12 else "")
    st.warning(f"{reason} There is: {shown}.", icon=":material/link_off:")
    st.button("Show the usual one", key=f"{page}.forget_{name}", on_click=_forget, args=(name,))
    st.stop()


def _no_cycle(run: Run, page: str, any_complete: bool) -> None:
    if any_complete:
        st.info(
            "No batch yet: the complete cycles of this run only measured. The last cycle of a run never picks.",
            icon=":material/inventory_2:",
        )
    elif run.status.alive:
        st.info(
            "The first cycle is still running. What it finds appears here when it is complete.",
            icon=":material/hourglass_empty:",
        )
    else:
        how = (
            "Not started yet"
            if run.status is Status.NEW
            else f"{run.status.capitalize()} before its first cycle was complete"
        )
        st.info(f"{how}: *{cause(run).title}*.", icon=":material/hourglass_disabled:")
    if st.button("Open this run", key=f"{page}.open_run", type="primary"):
        st.switch_page("pages/run.py", query_params={"run": run.name})
    st.stop()


def _button_to(label: str, target: str, page: str, purpose: str) -> None:
    if st.button(label, key=f"{page}.{purpose}", type="primary"):
        st.switch_page(target)
