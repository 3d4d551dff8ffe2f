"""Rows and cards of runs: links in the same tab, and buttons to stop, force stop and resume."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mtal.analysis.numbers import decimals, fixed
from mtal.config import MACHINE_FIELDS, REPEAT_FIELDS, Config
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.launch import kill, request_stop
from mtal.runs.jobs.queue import waiting
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import WAITING_FOR_LABELS, failure_of
from mtal.runs.store.run import LOSS, Run
from mtal.ui import live, loaders
from mtal.ui.components import run_cards, run_failure, run_progress
from mtal.ui.components.resume_runs import resume_runs
from mtal.ui.text import ago, code, plain

WIDTHS = {"Run": 8, "Status": 5, "Cycles": 3, "Multi-task loss ↓": 5, "Created": 4}  # of columns
IN_TITLE = {"dataset", "strategy", *REPEAT_FIELDS}  # settings in the title of a run's link
LONG = 90  # characters of settings shown


def by_status(runs: Sequence[Run]) -> dict[Status, list[Run]]:
    """Status -> its runs; each run once, and the queued ones in the order of the queue."""
    groups: dict[Status, list[Run]] = {status: [] for status in Status}
    for run in runs:
        groups[run.status].append(run)
    devices = {device_key(run.config) for run in groups[Status.QUEUED]}
    turns = [
        paths.folder.name
        for device in sorted(devices)
        for paths in waiting(loaders.store(), device)
    ]
    groups[Status.QUEUED].sort(
        key=lambda run: turns.index(run.name) if run.name in turns else len(turns)
    )
    return groups


def counts(groups: Mapping[Status, Sequence[Run]]) -> None:
    """Draw a badge with the number of runs per status."""
    with st.container(horizontal=True):
        for status, runs in groups.items():
            if runs:
                run_cards.show_status(status, f"{len(runs)} {status.value}")


def run_rows(runs: Sequence[Run], page: str) -> None:
    """Draw a row per run: link, status, cycles, multi-task loss and age.

    Below the link stand the settings in which the rows differ. page: begins the keys.
    """
    changed = list(runs[0].config.changed(IN_TITLE | MACHINE_FIELDS))
    differing = changed
    if len(runs) > 1:
        differing = differing_settings([run.config for run in runs])
    shared = [name for name in changed if name not in differing]
    if shared:
        st.caption(plain("All of these: " + settings_text(runs[0].config, shared)))
    for column, title in zip(st.columns(list(WIDTHS.values())), WIDTHS, strict=True):
        column.caption(title)
    for run in runs:
        with st.container(key=f"{page}.row.{run.name}"):
            name, status, cycles, loss, age = st.columns(
                list(WIDTHS.values()), vertical_alignment="center"
            )
            with name.container(gap=None):
                run_link(run)
                _show_settings(settings_text(run.config, differing))
            with status, st.container(gap=None):
                run_cards.status_badge(run)
                if run.status in {Status.FAILED, Status.INTERRUPTED} or (
                    run.status is Status.STOPPED and failure_of(run) is WAITING_FOR_LABELS
                ):
                    st.caption(failure_of(run).title)
                elif rule := run_cards.ended_by(run):
                    st.caption(plain(rule))
            cycles.markdown(f"{run.cycles_done()} of {run.total_cycles_text}")
            loss.markdown(last_loss(run))
            age.markdown(ago(run.created))


def differing_settings(configs: Sequence[Config]) -> list[str]:
    """Settings in which configs differ and that titles leave out.

    First come those that distinguish configs which the ones before left equal.
    """
    names = [
        name
        for name in Config.model_fields
        if name not in IN_TITLE | MACHINE_FIELDS
        and any(getattr(config, name) != getattr(configs[0], name) for config in configs)
    ]
    first: list[str] = []
    for name in names:
        if _distinct(configs, [*first, name]) > _distinct(configs, first):
            first.append(name)
    return first + [name for name in names if name not in first]


def settings_text(config: Config, names: Sequence[str]) -> str:
    """The settings that are not the defaults: `steps 360, size 96×128`."""
    changed = config.changed()
    return ", ".join(f"{name} {_value(changed[name])}" for name in names if name in changed)


def run_link(run: Run) -> None:
    """Draw a link to the run's page, which opens in the same tab."""
    st.page_link(
        "pages/run.py",
        label=run_cards.short_title(run),
        icon=":material/timeline:",
        query_params={"run": run.name},
        help=plain(run.name),
    )


def last_loss(run: Run) -> str:
    """Multi-task loss of the newest complete cycle, and that of the cycle before."""
    table = loaders.metrics(run)
    values = table.loc[table["task"] == LOSS, "value"].astype(float).to_list()
    if not values:
        return "–"
    precision, before = decimals(values), len(values) - 2
    text = fixed(values[-1], precision)
    if len(values) > 1:
        text += f" ({fixed(values[before], precision)} in cycle {before})"
    return text


def job_card(run: Run) -> None:
    """Draw a running run: progress, which redraws itself, buttons and the log."""
    with st.container(border=True, key=f"jobs.card.{run.name}"):
        _heading(run, f"{run_cards.cycles_text(run)} · created {ago(run.created)}")
        live.watch(run, key=f"jobs.{run.name}")
        with st.container(horizontal=True):
            _stop_button(
                run,
                "Stop",
                "Ends after the current step. Complete cycles stay, and Resume goes on from there.",
            )
            if st.button(
                "Force stop …",
                key=f"jobs.kill.{run.name}",
                icon=":material/dangerous:",
                help="Ends the worker at once. Only needed when Stop does not help.",
            ):
                confirm_kill(run)
        with st.expander("Log", icon=":material/terminal:"):
            st.code(
                "\n".join(run.log_tail()) or "The worker has printed nothing yet.",
                language=None,
                wrap_lines=True,
            )


@st.dialog("Force stop this run?")
def confirm_kill(run: Run) -> None:
    """Ask before a worker is ended at once."""
    st.markdown(
        f"{code(run.name)} loses the current cycle; complete cycles stay, and Resume goes on after "
        "them. Stop is gentler: it ends after the current step."
    )
    with st.container(horizontal=True):
        if st.button(
            "Force stop", key="jobs.kill_yes", type="primary", icon=":material/dangerous:"
        ):
            if not kill(run.paths):
                st.toast(
                    "There was no worker to end, or it has only just begun. Try again in a moment."
                )
            st.rerun()
        if st.button("Keep it running", key="jobs.kill_no"):
            st.rerun()


def queue_rows(runs: Sequence[Run]) -> None:
    """Draw a row per queued run, with a button that takes it out of the queue."""
    for run in runs:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"jobs.queued.{run.name}"
        ):
            run_link(run)
            st.caption(run_progress.queue_position(run))
            _stop_button(run, "Cancel", "Takes it out of the queue; Resume puts it back.")


def ended_card(run: Run, brief: bool) -> None:
    """Draw a run that ended early: why, and what to do.

    brief: leaves advice and log to the run's own page.
    """
    with st.container(border=True, key=f"jobs.card.{run.name}"):
        about = f"created {ago(run.created)}"
        if brief:
            about = f"{failure_of(run).title} · {run_cards.cycles_text(run)} · {about}"
        _heading(run, about)
        if brief:
            run_failure.remedy_buttons(run)
        else:
            run_failure.failure_box(run)


def resume_all(runs: Sequence[Run]) -> None:
    """Draw one button that resumes all interrupted runs."""
    st.button(
        f"Resume all {len(runs)} interrupted",
        key="jobs.resume_all",
        type="primary",
        icon=":material/play_arrow:",
        on_click=resume_runs,
        args=(runs,),
    )


def _show_settings(text: str) -> None:
    """Draw as many settings as there is room for, and all of them as help."""
    if len(text) > LONG:
        st.caption(plain((text[:LONG].rpartition(", ")[0] or text[:LONG]) + " …"), help=plain(text))
    elif text:
        st.caption(plain(text))


def _distinct(configs: Sequence[Config], names: Sequence[str]) -> int:
    """How many configs differ in their titles or the settings `names`."""
    fields = [*sorted(IN_TITLE), *names]
    return len({tuple(str(getattr(config, name)) for name in fields) for config in configs})


def _value(value: object) -> str:
    if isinstance(value, list):
        return ("×" if isinstance(value[0], int) else "+").join(str(part) for part in value)
    return str(value)


def _heading(run: Run, about: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        run_cards.status_badge(run)
        run_link(run)
        st.caption(about)


def _stop_button(run: Run, label: str, about: str) -> None:
    """Draw a button that asks the worker to stop, which it checks between steps."""
    requested = run.paths.stop.exists()
    st.button(
        "Stopping …" if requested else label,
        key=f"jobs.stop.{run.name}",
        icon=":material/stop_circle:",
        disabled=requested,
        on_click=request_stop,
        args=(run.paths,),
        help=about,
    )
