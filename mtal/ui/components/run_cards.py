"""A run's status, and its header: strategy, data, network, protocol."""

from typing import Any

import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.protocol import (
    beginning_text,
    budget_text,
    length_text,
    measured_on,
    network_text,
)
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run
from mtal.ui.components.strategy_cards import card_button
from mtal.ui.text import code, plain

# Status -> icon, sign for tables, colour. The word always stands beside the colour.
SIGNS: dict[Status, tuple[str, str, Any]] = {
    Status.NEW: (":material/radio_button_unchecked:", "○", "gray"),
    Status.QUEUED: (":material/schedule:", "◷", "orange"),
    Status.RUNNING: (":material/play_circle:", "▶", "blue"),
    Status.FINISHED: (":material/check_circle:", "✓", "green"),
    Status.STOPPED: (":material/stop_circle:", "■", "gray"),
    Status.FAILED: (":material/error:", "✕", "red"),
    Status.INTERRUPTED: (":material/power_off:", "⚡", "red"),
}


def status_badge(run: Run) -> None:
    """Draw the status of a run as icon and word, and whether it came with the program."""
    show_status(run.status)
    if run.is_example:
        show_example_badge()


def show_status(status: Status, label: str = "") -> None:
    """Draw a status as icon and word. label: in place of the word."""
    icon, _, colour = SIGNS[status]
    st.badge(label or status.value, icon=icon, color=colour)


def show_example_badge() -> None:
    """Mark what came with the program."""
    st.badge("example", icon=":material/school:", color="violet")


def run_header(run: Run) -> None:
    """Draw strategy, seed, data, network, pre-training, budget and device of a run."""
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
        rule = ended_by(run)
        if rule:
            st.caption(f":material/flag: Finished by its stopping rule: {plain(rule)}.")
        show_left_out(run)


def ended_by(run: Run) -> str:
    """Stopping rule that finished a run; "" if none did."""
    return str(run.result.get("reason", "")) if run.status is Status.FINISHED else ""


def show_left_out(run: Run) -> None:
    """List images and labels that the run could not use; draw nothing if it used all."""
    rows, unlabelled = run.facts.left_out, run.facts.without_labels
    if unlabelled:
        excluded = count(unlabelled, "image without labels is", "images without labels are")
        st.caption(
            f":material/label_off: {excluded} no part of this simulation; to have images labelled, "
            "start from *labelled*."
        )
    if rows:
        images = sum(row.what == "image" for row in rows)
        kinds = {"image": images, "label": len(rows) - images}
        sizes = [count(number, noun) for noun, number in kinds.items() if number]
        with st.expander(
            f"Left out because they cannot be read: {' and '.join(sizes)}",
            icon=":material/broken_image:",
        ):
            st.dataframe(
                [row.model_dump() for row in rows],
                key=f"left_out.{run.name}",
                hide_index=True,
                alt="Images and labels that could not be used",
                column_config={"problem": st.column_config.TextColumn("problem", width="large")},
            )


def short_title(run: Run) -> str:
    """Strategy, data and seed, escaped for Markdown."""
    return f"{plain(run.config.strategy)} · {plain(run.config.dataset)} · seed {run.config.seed}"


def cycles_text(run: Run) -> str:
    """`2 of 3 cycles complete`."""
    noun = "cycle" if run.config.cycles == 1 else "cycles"
    return f"{run.cycles_done()} of {run.total_cycles_text} {noun} complete"


def _data_lines(run: Run) -> str:
    config, facts = run.config, run.facts
    lines = [f"**Data** {plain(run.dataset_title)}, {config.size_text} px"]
    if facts.written:
        validation = count(len(facts.validation), "validation image") + plain(measured_on(facts))
        lines.append(f"{count(len(facts.pool), 'pool image')}, {validation}")
        lines.append("Tasks: " + ", ".join(plain(task.title) for task in run.tasks))
    else:
        lines.append("Tasks: " + ", ".join(plain(task) for task in config.tasks))
    return "  \n".join(lines)


def _network_lines(run: Run) -> str:
    config, facts = run.config, run.facts
    lines = [
        f"**Network** {plain(network_text(config))}",
        f"Trained: {beginning_text(config)}",
        f"{length_text(config)} per cycle, batch {config.batch}",
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
