"""How far the signals of a run can be trusted: in one sentence, as a table; and why there may be no numbers."""

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
    "ρ is the rank correlation (Spearman) of a signal with the true loss of the unlabelled images: 1 = it ranks them by how "
    "wrong the network is, 0 = it says nothing, below 0 = it points the wrong way. Chance favours the best of many: see "
    "whether it stays the best over the cycles."
)


def say_why_none(run: Run) -> None:
    """Why there is nothing to show for this run, with the way out, and the end of the page; nothing if there is something."""
    config = run.config
    if config.start == "labelled":
        st.info(
            "This run goes on from labels that people make, so the true loss of an unlabelled image is unknown: what a "
            "signal is worth can only be measured in a simulation, on labels that exist.",
            icon=":material/label_off:",
        )
    elif not config.signal_quality:
        st.info(
            "In this run “Signal quality” is switched off, so its signals were not compared with true losses.",
            icon=":material/toggle_off:",
        )
        _offer_copy(run, {"signal_quality": "true"})
    elif loaders.qualities(run).empty and any(
        run.cycle(number).pick.exists() for number in range(run.cycles_done())
    ):
        title = plain(run.strategy_title)
        st.info(
            f"**{title}** measures no signal that rates images, so there is none to compare with the true loss. With "
            "*Describe the pool: always* a run measures all signals that its tasks allow.",
            icon=":material/sensors_off:",
        )
        _offer_copy(run, {"describe": "always"})
    else:
        return
    st.stop()


def titles(run: Run) -> dict[str, str]:
    """What a signal can be right about: the multi-task loss, then the tasks. Name -> title."""
    return {LOSS: "Multi-task loss"} | {task.name: task.title for task in run.tasks}


def choose_view() -> tuple[Joined, str]:
    """How the tasks of a signal become one number for the multi-task loss; "colours" or "table"."""
    left, right = st.columns([1, 1])
    with left:
        joined = inputs.switch(
            "Tasks joined by",
            ["mean", "max"],
            "signals",
            "joined",
            "How the tasks' numbers become one, which is held against the multi-task loss.",
        )
    with right:
        return ("max" if joined == "max" else "mean"), inputs.switch(
            "Show as", ["colours", "table"], "signals", "view"
        )


def verdict(frame: pd.DataFrame, tasks: Sequence[TaskFacts]) -> str:
    """One sentence: the signal to trust for the multi-task loss, which task it fails, and the best one for each task.

    `frame` as `Run.quality` gives it. A signal fails a task if its interval does not lie above 0.
    """
    best = {
        name: _best(frame[frame["task"] == name]) for name in (LOSS, *(task.name for task in tasks))
    }
    top, titles = best.pop(LOSS), {task.name: task.title for task in tasks}
    parts = [
        f"{titles[name]}: "
        + (_told(row) if row is not None and row["low"] > 0 else "none beyond chance")
        for name, row in best.items()
    ]
    said = f"Best per task: {'; '.join(parts)}."
    sure = any(row is not None and row["low"] > 0 for row in best.values())
    if top is None or not top["low"] > 0:
        if not sure:
            return (
                "No signal ranks the images by their loss better than chance: neither by the multi-task loss nor by that of "
                "a single task. With few unlabelled images that is usual."
            )
        return f"No signal ranks the images by their multi-task loss better than chance. {said}"
    failed = [titles[name] for name in titles if _fails(frame, str(top["version"]), name)]
    alone = (
        "it says nothing beyond chance about any single task"
        if len(failed) == len(titles)
        else f"it fails {listed(failed)}"
    )
    return f"For the multi-task loss {_told(top)} deserves most trust{f', but {alone}' if failed else ''}. {said}"


def table(frame: pd.DataFrame, tasks: Sequence[TaskFacts]) -> pd.DataFrame:
    """The numbers for people, best first within a task. `frame` as `Run.quality` gives it, with or without a cycle."""
    order = {LOSS: "Multi-task loss"} | {task.name: task.title for task in tasks}
    rows = frame.assign(place=frame["task"].map({name: place for place, name in enumerate(order)}))
    rows = rows.sort_values(["place", "rho"], ascending=[True, False], kind="stable")
    return pd.DataFrame(
        {
            "task": rows["task"].map(order),
            "signal": _names(rows),
            "ρ": rows["rho"],
            "95 % from": rows["low"],
            "to": rows["high"],
            "n": rows["n"],
            **({"cycle": rows["cycle"]} if "cycle" in rows else {}),
        }
    )


def show_table(rows: pd.DataFrame, key: str, alt: str) -> None:
    """`table` drawn."""
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


def _best(rows: pd.DataFrame) -> "pd.Series | None":
    """The row with the highest rho; None if none has a number."""
    known = rows[rows["rho"].notna()]
    return None if known.empty else known.sort_values("rho", kind="stable").iloc[-1]


def _fails(frame: pd.DataFrame, version: str, task: str) -> bool:
    """Whether a signal does not say more than chance about a task; not where it says nothing about single tasks at all."""
    rows = frame[(frame["version"] == version) & (frame["task"] == task)]
    return bool(len(rows)) and not (rows["low"] > 0).any()


def _told(row: pd.Series) -> str:
    return (
        f"{_name(row)} (ρ {row['rho']:.2f}, {row['low']:.2f} to {row['high']:.2f}, n={row['n']:,})"
    )


def _name(row: pd.Series) -> str:
    return (
        f"{row['version']}, tasks joined by {row['joined']}"
        if row["joined"]
        else str(row["version"])
    )


def _names(rows: pd.DataFrame) -> list[str]:
    return [_name(row) for _, row in rows.iterrows()]
