"""Signal quality: how well signals rank images by their true loss, in a sentence and a table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import listed
from mtal.figures.signal_quality import Joined
from mtal.runs.store.run import LOSS, Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import inputs, loaders
from mtal.ui.text import plain

ABOUT = (
    "ρ is the rank correlation (Spearman) of a signal with the true loss of the unlabelled images: "
    "1 = it ranks them by how wrong the network is, 0 = it says nothing, below 0 = it points the "
    "wrong way. Chance favours the best of many: see whether it stays the best over the cycles."
)


def say_why_none(run: Run) -> bool:
    """Say why a run has no signal quality, and offer one that has; whether that is so."""
    config = run.config
    if config.by_people:
        st.info(
            "This run labels for real, so the true loss of an unlabelled image is unknown: the "
            "quality of a signal can only be measured in a simulation, on labels that exist.",
            icon=":material/label_off:",
        )
    elif not config.signal_quality:
        st.info(
            "In this run “Signal quality” is switched off, so its signals were not compared with "
            "true losses.",
            icon=":material/toggle_off:",
        )
        _offer_copy(run, {"signal_quality": "true"})
    elif loaders.qualities(run).empty and any(
        run.cycle(number).pick.exists() for number in range(run.cycles_done())
    ):
        title = plain(run.strategy_title)
        st.info(
            f"**{title}** measures no signal that rates images, so there is none to compare with "
            "the true loss. With *Describe the pool: always* a run measures all signals that its "
            "tasks allow.",
            icon=":material/sensors_off:",
        )
        _offer_copy(run, {"describe": "always"})
    else:
        return False
    return True


def titles(run: Run) -> dict[str, str]:
    """What signals are compared with, the multi-task loss and each task: name -> title."""
    return _titles(run.tasks)


def choose_view() -> tuple[Joined, str]:
    """How a signal's tasks are joined for the multi-task loss, and "colours" or "table"."""
    left, right = st.columns([1, 1])
    with left:
        joined = inputs.switch(
            "Tasks joined by",
            ["mean", "max"],
            "signals",
            "joined",
            "How the tasks' numbers become one, which is compared with the multi-task loss.",
        )
    with right:
        view = inputs.switch("Show as", ["colours", "table"], "signals", "view")
    return ("max" if joined == "max" else "mean"), view


def verdict(frame: pd.DataFrame, tasks: Sequence[TaskFacts]) -> str:
    """Name the best signal for the multi-task loss, the tasks it fails, and the best per task.

    frame: as `Run.quality`. A signal fails a task if its interval does not lie above 0.
    """
    titles = {task.name: task.title for task in tasks}
    best = {name: _best(frame[frame["task"] == name]) for name in (LOSS, *titles)}
    sure = {name: row for name, row in best.items() if row is not None and row["low"] > 0}
    parts = [
        f"{title}: {_signal_text(sure[name]) if name in sure else 'none beyond chance'}"
        for name, title in titles.items()
    ]
    per_task = f"Best per task: {'; '.join(parts)}."
    if not sure:
        return (
            "No signal ranks the images by their loss better than chance: neither by the "
            "multi-task loss nor by that of a single task. With few unlabelled images that is "
            "usual."
        )
    if LOSS not in sure:
        return f"No signal ranks the images by their multi-task loss better than chance. {per_task}"
    top = sure[LOSS]
    text = f"For the multi-task loss {_signal_text(top)} deserves most trust"
    failed = [titles[name] for name in titles if _fails(frame, str(top["version"]), name)]
    if failed and len(failed) == len(titles):
        text += ", but it says nothing beyond chance about any single task"
    elif failed:
        text += f", but it fails {listed(failed)}"
    return f"{text}. {per_task}"


def table(frame: pd.DataFrame, tasks: Sequence[TaskFacts]) -> pd.DataFrame:
    """The rows of `frame` with titles for columns, sorted by task and then best first.

    frame: as `Run.quality`, with or without the column cycle.
    """
    titles = _titles(tasks)
    rows = frame.assign(order=frame["task"].map({name: at for at, name in enumerate(titles)}))
    rows = rows.sort_values(["order", "rho"], ascending=[True, False], kind="stable")
    columns = {
        "task": rows["task"].map(titles),
        "signal": _names(rows),
        "ρ": rows["rho"],
        "95 % from": rows["low"],
        "to": rows["high"],
        "n": rows["n"],
    }
    if "cycle" in rows:
        columns["cycle"] = rows["cycle"]
    return pd.DataFrame(columns)


def show_table(rows: pd.DataFrame, key: str, alt: str) -> None:
    """Draw what `table` gives."""
    number = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        alt=alt,
        column_config={
            "ρ": number,
            "95 % from": number,
            "to": number,
            "n": st.column_config.NumberColumn("images", format="%d"),
        },
    )


def _offer_copy(run: Run, settings: dict[str, str]) -> None:
    if st.button(
        "Plan a copy that does", key="signals.copy", type="primary", icon=":material/content_copy:"
    ):
        st.switch_page("pages/launch.py", query_params={"like": run.name} | settings)


def _titles(tasks: Sequence[TaskFacts]) -> dict[str, str]:
    return {LOSS: "Multi-task loss"} | {task.name: task.title for task in tasks}


def _best(rows: pd.DataFrame) -> "pd.Series | None":
    """The row with the highest rho; None if none has a number."""
    measured = rows[rows["rho"].notna()]
    return None if measured.empty else measured.sort_values("rho", kind="stable").iloc[-1]


def _fails(frame: pd.DataFrame, version: str, task: str) -> bool:
    """Whether a signal was compared with a task's loss and is no better than chance."""
    rows = frame[(frame["version"] == version) & (frame["task"] == task)]
    return bool(len(rows)) and not (rows["low"] > 0).any()


def _signal_text(row: pd.Series) -> str:
    interval = f"{row['low']:.2f} to {row['high']:.2f}"
    return f"{_name(row)} (ρ {row['rho']:.2f}, {interval}, n={row['n']:,})"


def _name(row: pd.Series) -> str:
    if row["joined"]:
        return f"{row['version']}, tasks joined by {row['joined']}"
    return str(row["version"])


def _names(rows: pd.DataFrame) -> list[str]:
    return [_name(row) for _, row in rows.iterrows()]
