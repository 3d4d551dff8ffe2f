"""What a run is and how it stands, drawn. Functions here call Streamlit and return nothing."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Literal

import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import beginning_text, budget_text, measured_on
from mtal.runs.durations import duration
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.launch import start
from mtal.runs.jobs.progress import STAGES, Progress, last_cycle
from mtal.runs.jobs.queue import waiting
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import AWAITED, Way, cause
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.strategy_cards import card_button
from mtal.ui.text import ago, code, plain, time_left

STALE_S = 90.0  # a worker that says nothing for so long is worth a look
FEW = 6  # runs at work whose stages are drawn as bars; of more, a line each
SIGNS: dict[
    Status, tuple[str, str, Any]
] = {  # status -> icon, sign for tables, colour that repeats the word
    Status.NEW: (":material/radio_button_unchecked:", "○", "gray"),
    Status.QUEUED: (":material/schedule:", "◷", "orange"),
    Status.RUNNING: (":material/play_circle:", "▶", "blue"),
    Status.FINISHED: (":material/check_circle:", "✓", "green"),
    Status.STOPPED: (":material/stop_circle:", "■", "gray"),
    Status.FAILED: (":material/error:", "✕", "red"),
    Status.INTERRUPTED: (":material/power_off:", "⚡", "red"),
}


def status_badge(run: Run) -> None:
    """Status as icon and word; the colour only repeats it."""
    show_status(run.status)


def show_status(status: Status, label: str = "") -> None:
    """The same for any job, or with more than the word."""
    icon, _, colour = SIGNS[status]
    st.badge(label or status.value, icon=icon, color=colour)


def status_text(status: Status) -> str:
    """Sign and word, for a cell of a table."""
    return f"{SIGNS[status][1]} {status.value}"


def run_header(run: Run) -> None:
    """What this run is: strategy, seed, data, sizes, network, from scratch or not, device."""
    config, facts = run.config, run.facts
    with st.container(border=True, key=f"run_header.{run.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            card_button(config.strategy, "run", facts.strategy_title)
            st.markdown(f"seed {config.seed} · {code(run.name)}", width="content")
            status_badge(run)
        left, middle, right = st.columns(3)
        left.markdown(_data_lines(run))
        middle.markdown(_network_lines(run))
        right.markdown(_protocol_lines(run))
        if facts.dataset_note:
            st.caption(plain(facts.dataset_note))
        if rule := ended_by(run):
            st.caption(f":material/flag: Finished by its stopping rule: {plain(rule)}.")
        left_out(run)


def ended_by(run: Run) -> str:
    """The stopping rule that finished a run; "" if none did."""
    return str(run.result.get("reason", "")) if run.status is Status.FINISHED else ""


def left_out(run: Run) -> None:
    """What of the data the run could not use, by name. Nothing if it used all."""
    rows, bare = run.facts.left_out, run.facts.without_labels
    if bare:
        st.caption(
            f":material/label_off: {count(bare, 'image')} without labels {'is' if bare == 1 else 'are'} no part of this "
            "simulation; to have images labelled, start from *labelled*."
        )
    if rows:
        images = sum(row.what == "image" for row in rows)
        parts = [count(images, "image")] * bool(images) + [count(len(rows) - images, "label")] * (
            len(rows) > images
        )
        with st.expander(
            f"Left out because they cannot be read: {' and '.join(parts)}",
            icon=":material/broken_image:",
        ):
            st.dataframe(
                [row.model_dump() for row in rows],
                key=f"left_out.{run.name}",
                hide_index=True,
                alt="Images and labels that could not be used",
                column_config={"problem": st.column_config.TextColumn("problem", width="large")},
            )


def failure_box(run: Run) -> None:
    """Why a run failed, was interrupted or stopped, the ways out, and its last log lines. Nothing for other runs."""
    status = run.status
    if not status.resumable:
        return
    found, result = cause(run), run.result
    draw = st.error if status in {Status.FAILED, Status.INTERRUPTED} else st.info
    where = f" in stage *{STAGES[result['stage']]}*" if result.get("stage") in STAGES else ""
    draw(
        f"**{found.title}**: {status.value}{where}, {cycles_text(run)}.  \n{found.advice}",
        icon=SIGNS[status][0],
    )
    if result.get("reason") and (status is Status.FAILED or found is AWAITED):
        st.code(result["reason"], language=None, wrap_lines=True)
    ways_out(run)
    lines = run.log_tail()
    if lines:
        with st.expander("Last lines of the log"):
            st.code("\n".join(lines), language=None, wrap_lines=True)


def ways_out(run: Run) -> None:
    """A button for each way out of how a run ended, the one that helps first and filled."""
    first, *others = cause(run).ways
    with st.container(horizontal=True):
        _way_out(run, first, "primary")
        for way in others:
            _way_out(run, way, "secondary")


def _way_out(run: Run, way: Way, kind: Literal["primary", "secondary"]) -> None:
    key = f"{way}.{run.name}"
    if way == "resume":
        st.button(
            "Start" if run.status is Status.NEW else "Resume",
            key=key,
            type=kind,
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run,),
        )
    elif way == "accept":
        st.button(
            "Go on with the changed data",
            key=key,
            type=kind,
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run, True),
            help="Complete cycles stay as they are.",
        )
    elif way == "copy":
        if st.button("Start a changed copy", key=key, type=kind, icon=":material/content_copy:"):
            st.switch_page("pages/launch.py", query_params={"like": run.name})
    elif st.button("Check the data", key=key, type=kind, icon=":material/fact_check:"):
        st.switch_page(
            "pages/data.py", query_params={"dataset": run.config.dataset, "folder": run.config.data}
        )


def progress_block(run: Run) -> None:
    """Stage bars, how much time is left with the clock time, and the last sign of life. No widget, so it may be redrawn."""
    status = run.status
    if status is Status.QUEUED:
        st.markdown(f"{SIGNS[status][0]} {place_text(run)}")
        return
    if status is not Status.RUNNING:
        return
    now = run.progress(partial(loaders.known_times, run.config))
    stopping = run.paths.stop.exists()
    if now is None:
        st.markdown(
            ":material/hourglass_empty: "
            + ("Stopping." if stopping else "Starting: no report yet, no estimate yet.")
        )
        return
    plan = run.facts.plan
    st.html(
        stage_bars(plan[now.cycle] if now.cycle < len(plan) else {}, now, last_cycle(run.config))
    )
    st.markdown(_progress_line(now, stopping))
    silent = time.time() - now.updated
    if silent > STALE_S:
        st.badge(
            f"no report for {duration(silent)}",
            icon=":material/hourglass_disabled:",
            color="orange",
            help="The worker still lives. It may be in a long step, or hang: look at the log.",
        )


def progress_blocks(runs: Sequence[Run]) -> None:
    """Several living runs: those at work with a heading each, or a line each where they are many; those that wait in one line."""
    if len(runs) == 1:
        progress_block(runs[0])
        return
    groups = {
        status: [run for run in runs if run.status is status]
        for status in (Status.RUNNING, Status.QUEUED)
    }
    if len(groups[Status.RUNNING]) > FEW:
        st.markdown(
            "\n".join(f"- **{short_title(run)}**: {_doing(run)}" for run in groups[Status.RUNNING])
        )
    else:
        for run in groups[Status.RUNNING]:
            st.markdown(f"**{short_title(run)}**")
            progress_block(run)
    if groups[Status.QUEUED]:
        waits = "waits" if len(groups[Status.QUEUED]) == 1 else "wait"
        st.markdown(
            f"{SIGNS[Status.QUEUED][0]} {count(len(groups[Status.QUEUED]), 'run')} {waits} for a turn on the device."
        )


def progress_lines(runs: Sequence[Run]) -> None:
    """A line per living run, for pages that are about finished cycles."""
    for run in runs:
        doing = _doing(run)
        st.caption(f"{SIGNS[run.status][0]} {doing[0].upper()}{doing[1:]}")


def short_title(run: Run) -> str:
    """Strategy, data and seed, escaped for Markdown."""
    return f"{plain(run.config.strategy)} · {plain(run.config.dataset)} · seed {run.config.seed}"


def stage_bars(stages: Mapping[str, int], now: Progress, last: str) -> str:
    """HTML: a small bar per stage of the cycle, the words under it, so that colour is not needed to read it."""
    order = [stage for stage in STAGES if stage in stages] or [now.stage]
    here = order.index(now.stage) if now.stage in order else -1
    items = []
    for place, stage in enumerate(order):
        share = 1.0 if place < here else now.fraction if place == here else 0.0
        sign, state = (
            ("✓", "done") if place < here else ("▶", "now") if place == here else ("", "later")
        )
        detail = f" {share:.0%}" if place == here else ""
        items.append(
            f'<li class="{state}"><span class="bar"><i style="width:{share:.1%}"></i></span>'
            f"<span>{sign} {escape(STAGES.get(stage, stage))}{detail}</span></li>"
        )
    return f'<div class="stages"><b>Cycle {now.cycle} (last: {last})</b><ol>{"".join(items)}</ol></div>'


def _doing(run: Run) -> str:
    """What a living run is at, in half a sentence."""
    now = (
        run.progress(partial(loaders.known_times, run.config))
        if run.status is Status.RUNNING
        else None
    )
    if now is not None:
        return f"cycle {now.cycle}, {_stage(now)}, {time_left(now)}"
    return place_text(run) if run.status is Status.QUEUED else "starting"


def _stage(now: Progress) -> str:
    return f"**{plain(now.stage_title)}** {now.done:,} of {now.total:,}"


def _progress_line(now: Progress, stopping: bool) -> str:
    parts = [_stage(now)]
    parts.append("stopping after the step in hand" if stopping else time_left(now))
    if now.loss:
        parts.append(
            "training loss "
            + ", ".join(f"{plain(name)} {value:.3g}" for name, value in now.loss.items())
        )
    return " · ".join([*parts, f"last report {ago(now.updated)}"])


def place_text(run: Run) -> str:
    """Where a queued run stands."""
    device = device_key(run.config)
    names = [paths.folder.name for paths in waiting(run.store, device)]
    place = f"place {names.index(run.name) + 1} of {len(names)}" if run.name in names else "next"
    return f"Waiting for {code(device)}: {place} in the queue."


def _resume(run: Run, accept_data: bool = False) -> None:
    if start(run.paths, accept_data=accept_data):
        st.toast(f"{plain(run.name)} goes on.", icon=":material/play_arrow:")
    else:
        st.toast(f"{plain(run.name)} is already running.", icon=":material/info:")


def cycles_text(run: Run) -> str:
    """How far a run has come."""
    return (
        f"{run.cycles_done()} of {run.cycles_in_all} cycle{'s' * (run.config.cycles != 1)} complete"
    )


def _data_lines(run: Run) -> str:
    config, facts = run.config, run.facts
    lines = [f"**Data** {plain(run.dataset_title)}, {config.size_text} px"]
    if facts.written:
        lines.append(
            f"{count(len(facts.pool), 'pool image')}, {count(len(facts.validation), 'validation image')}"
            + plain(measured_on(facts))
        )
        lines.append("Tasks: " + ", ".join(plain(task.title) for task in run.tasks))
    else:
        lines.append("Tasks: " + ", ".join(plain(task) for task in config.tasks))
    return "  \n".join(lines)


def _network_lines(run: Run) -> str:
    config, facts = run.config, run.facts
    lines = [
        f"**Network** {plain(config.network)}, {plain(config.backbone)}",
        f"Trained: {beginning_text(config)}",
        f"{count(config.epochs, 'epoch')} per cycle, batch {config.batch}",
    ]
    if facts.parameters:
        lines[0] += f", {facts.parameters / 1e6:.3g} M parameters"
    return "  \n".join(lines)


def _protocol_lines(run: Run) -> str:
    config, facts = run.config, run.facts
    lines = [f"**Budget** {budget_text(config)}, {cycles_text(run)}"]
    if facts.written:
        device = str(facts.device_name or facts.device)
        lines.append(f"{plain(device)}, {plain(facts.precision)}")
    return "  \n".join(lines)
