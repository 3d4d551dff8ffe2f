"""Lists of runs, drawn: rows with links that stay in the same tab, and the buttons that stop, end and resume."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mtal.analysis.numbers import count, decimals, fixed
from mtal.config import MACHINE_FIELDS, REPEAT_FIELDS, Config
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.launch import kill, request_stop, start
from mtal.runs.jobs.queue import waiting
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import AWAITED, cause
from mtal.runs.store.index import damaged
from mtal.runs.store.run import LOSS, Run
from mtal.ui import live, loaders
from mtal.ui.components import run_cards
from mtal.ui.text import ago, code, plain

TITLES = {
    "Run": 8,
    "Status": 5,
    "Cycles": 3,
    "Multi-task loss ↓": 5,
    "Created": 4,
}  # title -> width
IN_TITLE = {"dataset", "strategy", *REPEAT_FIELDS}  # settings that a run's link says already
LONG = 90  # characters of settings shown


def by_status(runs: Sequence[Run]) -> dict[Status, list[Run]]:
    """Each run once, under how it stood when it was asked; those that wait in the order in which they came."""
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
    """How many runs there are in each status, as badges."""
    with st.container(horizontal=True):
        for status, runs in groups.items():
            if runs:
                run_cards.show_status(status, f"{len(runs)} {status.value}")


def run_rows(runs: Sequence[Run], page: str) -> None:
    """A row per run: link and below it the settings in which the rows differ, status, cycles, multi-task loss, age."""
    changed = list(runs[0].config.changed(IN_TITLE | MACHINE_FIELDS))
    differing = telling_settings([run.config for run in runs]) if len(runs) > 1 else changed
    shared = [name for name in changed if name not in differing]
    if shared:
        st.caption(plain("All of these: " + settings_text(runs[0].config, shared)))
    for column, title in zip(st.columns(list(TITLES.values())), TITLES, strict=True):
        column.caption(title)
    for run in runs:
        with st.container(key=f"{page}.row.{run.name}"):
            name, status, cycles, loss, age = st.columns(
                list(TITLES.values()), vertical_alignment="center"
            )
            with name.container(gap=None):
                run_link(run)
                _show_settings(settings_text(run.config, differing))
            with status, st.container(gap=None):
                run_cards.status_badge(run)
                if run.status in {Status.FAILED, Status.INTERRUPTED} or (
                    run.status is Status.STOPPED and cause(run) is AWAITED
                ):
                    st.caption(cause(run).title)
                elif rule := run_cards.ended_by(run):
                    st.caption(plain(rule))
            cycles.markdown(f"{run.cycles_done()} of {run.cycles_in_all}")
            loss.markdown(last_loss(run))
            age.markdown(ago(run.created))


def telling_settings(configs: Sequence[Config]) -> list[str]:
    """The settings in which configs differ and which their titles leave out; first those that tell the configs apart."""
    names = [
        name
        for name in Config.model_fields
        if name not in IN_TITLE | MACHINE_FIELDS
        and any(getattr(config, name) != getattr(configs[0], name) for config in configs)
    ]
    telling: list[str] = []
    for name in names:
        if _kinds(configs, [*telling, name]) > _kinds(configs, telling):
            telling.append(name)
    return telling + [name for name in names if name not in telling]


def settings_text(config: Config, names: Sequence[str]) -> str:
    """Those that are not the defaults: `epochs 20, size 96×128`."""
    changed = config.changed()
    return ", ".join(f"{name} {_value(changed[name])}" for name in names if name in changed)


def run_link(run: Run) -> None:
    """To the run's own page, in the same tab."""
    st.page_link(
        "pages/run.py",
        label=run_cards.short_title(run),
        icon=":material/timeline:",
        query_params={"run": run.name},
        help=plain(run.name),
    )


def last_loss(run: Run) -> str:
    """Multi-task loss of the newest complete cycle, and that of the cycle before, as on the run's own page."""
    table = loaders.metrics(run)
    values = table.loc[table["task"] == LOSS, "value"].astype(float).to_list()
    if not values:
        return "–"
    places, before = decimals(values), len(values) - 2
    return fixed(values[-1], places) + (
        f" ({fixed(values[before], places)} in cycle {before})" if len(values) > 1 else ""
    )


def job_card(run: Run) -> None:
    """A running run: progress that redraws itself, its log, and the buttons outside of what is redrawn."""
    with st.container(border=True, key=f"jobs.card.{run.name}"):
        _heading(run, f"{run_cards.cycles_text(run)} · created {ago(run.created)}")
        live.watch(run, key=f"jobs.{run.name}")
        with st.container(horizontal=True):
            _stop_button(
                run,
                "Stop",
                "Ends after the step in hand. Complete cycles stay, and Resume goes on from there.",
            )
            if st.button(
                "Kill …",
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


@st.dialog("End this worker at once?")
def confirm_kill(run: Run) -> None:
    """Asks before it ends a worker."""
    st.markdown(
        f"{code(run.name)} loses the cycle in hand; complete cycles stay, and Resume goes on after them. "
        "Stop is gentler: it ends after the step in hand."
    )
    with st.container(horizontal=True):
        if st.button("Kill it", key="jobs.kill_yes", type="primary", icon=":material/dangerous:"):
            if not kill(run.paths):
                st.toast(
                    "There was no worker to end, or it has only just begun. Try again in a moment."
                )
            st.rerun()
        if st.button("Keep it running", key="jobs.kill_no"):
            st.rerun()


def queue_rows(runs: Sequence[Run]) -> None:
    """Runs that wait, with a button that takes each out of the queue."""
    for run in runs:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"jobs.queued.{run.name}"
        ):
            run_link(run)
            st.caption(run_cards.place_text(run))
            _stop_button(run, "Cancel", "Takes it out of the queue; Resume puts it back.")


def ended_card(run: Run, brief: bool) -> None:
    """A run that stopped short: why, and the ways out. `brief` leaves advice and log to the run's own page."""
    with st.container(border=True, key=f"jobs.card.{run.name}"):
        age = f"created {ago(run.created)}"
        _heading(
            run, f"{cause(run).title} · {run_cards.cycles_text(run)} · {age}" if brief else age
        )
        if brief:
            run_cards.ways_out(run)
        else:
            run_cards.failure_box(run)


def resume_all(runs: Sequence[Run]) -> None:
    """One button for all that a restart of the computer interrupted."""
    st.button(
        f"Resume all {len(runs)} interrupted",
        key="jobs.resume_all",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_resume_all,
        args=(runs,),
    )


def damaged_runs() -> None:
    """Folders in the store that look like runs and cannot be read: shown, not hidden."""
    found = damaged(loaders.store())
    if found:
        st.warning(
            "Not readable, because the settings in `config.json` are damaged or of another version: "
            + ", ".join(code(folder.name) for folder in found),
            icon=":material/broken_image:",
        )


def _show_settings(text: str) -> None:
    """As many settings as there is room for; all of them on the question mark."""
    if len(text) > LONG:
        st.caption(plain((text[:LONG].rpartition(", ")[0] or text[:LONG]) + " …"), help=plain(text))
    elif text:
        st.caption(plain(text))


def _kinds(configs: Sequence[Config], names: Sequence[str]) -> int:
    """How many of these configs can be told apart by their titles and the settings named."""
    return len(
        {
            tuple(str(getattr(config, name)) for name in [*sorted(IN_TITLE), *names])
            for config in configs
        }
    )


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
    """Asks the worker, which looks for it between steps; greyed once asked."""
    asked = run.paths.stop.exists()
    st.button(
        "Stopping …" if asked else label,
        key=f"jobs.stop.{run.name}",
        icon=":material/stop_circle:",
        disabled=asked,
        on_click=request_stop,
        args=(run.paths,),
        help=about,
    )


def _resume_all(runs: Sequence[Run]) -> None:
    begun = [run for run in runs if start(run.paths)]
    st.toast(f"{count(len(begun), 'run')} resumed; each waits for its turn on the device.")
