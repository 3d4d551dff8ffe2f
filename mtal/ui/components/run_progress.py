"""The progress of living runs: stage bars, time left, place in the queue."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.durations import duration
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.progress import STAGES, Progress, last_cycle
from mtal.runs.jobs.queue import waiting
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.run_cards import SIGNS, short_title
from mtal.ui.text import ago, code, plain, time_left

STALE_S = 90.0  # a worker that does not report for so long is worth a look
FEW = 6  # running runs whose stages are drawn as bars; more get a line each


def progress_block(run: Run) -> None:
    """Draw stage bars, time left and last report. No widget, so it may be redrawn."""
    status = run.status
    if status is Status.QUEUED:
        st.markdown(f"{SIGNS[status][0]} {queue_position(run)}")
        return
    if status is not Status.RUNNING:
        return
    now = run.progress(partial(loaders.times_of_similar_runs, run.config))
    stopping = run.paths.stop.exists()
    if now is None:
        state = "Stopping." if stopping else "Starting: no report yet, no estimate yet."
        st.markdown(f":material/hourglass_empty: {state}")
        return
    plan = run.facts.plan
    stages = plan[now.cycle] if now.cycle < len(plan) else {}
    st.html(stage_bars(stages, now, last_cycle(run.config)))
    st.markdown(_progress_line(now, stopping))
    silent = time.time() - now.updated
    if silent > STALE_S:
        st.badge(
            f"no report for {duration(silent)}",
            icon=":material/hourglass_disabled:",
            color="orange",
            help="The worker is alive. It may be in a long step, or hang: look at the log.",
        )


def progress_blocks(runs: Sequence[Run]) -> None:
    """Draw several living runs: stage bars of each that runs, or a line if they are many.

    Queued runs are counted in one line.
    """
    if len(runs) == 1:
        progress_block(runs[0])
        return
    running = [run for run in runs if run.status is Status.RUNNING]
    queued = [run for run in runs if run.status is Status.QUEUED]
    if len(running) > FEW:
        st.markdown("\n".join(f"- **{short_title(run)}**: {_activity(run)}" for run in running))
    else:
        for run in running:
            st.markdown(f"**{short_title(run)}**")
            progress_block(run)
    if queued:
        waiting_runs = count(len(queued), "run waits", "runs wait")
        st.markdown(f"{SIGNS[Status.QUEUED][0]} {waiting_runs} for a turn on the device.")


def progress_lines(runs: Sequence[Run]) -> None:
    """Draw a line per living run, for pages about complete cycles."""
    for run in runs:
        activity = _activity(run)
        st.caption(f"{SIGNS[run.status][0]} {activity[0].upper()}{activity[1:]}")


def stage_bars(stages: Mapping[str, int], now: Progress, last: str) -> str:
    """HTML: a bar per stage of the cycle with words under it, so that it reads without colour.

    stages: stage -> steps; now: progress of the cycle; last: number of the last cycle on screen.
    """
    order = [stage for stage in STAGES if stage in stages] or [now.stage]
    current = order.index(now.stage) if now.stage in order else -1
    items = []
    for index, stage in enumerate(order):
        title = escape(STAGES.get(stage, stage))
        if index < current:
            state, share, text = "done", 1.0, f"✓ {title}"
        elif index == current:
            state, share, text = "now", now.fraction, f"▶ {title} {now.fraction:.0%}"
        else:
            state, share, text = "later", 0.0, title
        bar = f'<span class="bar"><i style="width:{share:.1%}"></i></span>'
        items.append(f'<li class="{state}">{bar}<span>{text}</span></li>')
    heading = f"<b>Cycle {now.cycle} (last: {last})</b>"
    return f'<div class="stages">{heading}<ol>{"".join(items)}</ol></div>'


def _activity(run: Run) -> str:
    """Stage and time left of a living run, or its place in the queue."""
    if run.status is Status.QUEUED:
        return queue_position(run)
    if run.status is Status.RUNNING:
        now = run.progress(partial(loaders.times_of_similar_runs, run.config))
        if now is not None:
            return f"cycle {now.cycle}, {_stage(now)}, {time_left(now)}"
    return "starting"


def _stage(now: Progress) -> str:
    return f"**{plain(now.stage_title)}** {now.done:,} of {now.total:,}"


def _progress_line(now: Progress, stopping: bool) -> str:
    parts = [_stage(now)]
    parts.append("stopping after the step in hand" if stopping else time_left(now))
    if now.loss:
        losses = (f"{plain(name)} {value:.3g}" for name, value in now.loss.items())
        parts.append(f"training loss {', '.join(losses)}")
    return " · ".join([*parts, f"last report {ago(now.updated)}"])


def queue_position(run: Run) -> str:
    """Say for which device a queued run waits, and its place in the queue."""
    device = device_key(run.config)
    names = [paths.folder.name for paths in waiting(run.store, device)]
    position = "next"
    if run.name in names:
        position = f"place {names.index(run.name) + 1} of {len(names)}"
    return f"Waiting for {code(device)}: {position} in the queue."
