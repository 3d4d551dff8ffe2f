"""What the labels of one picked image changed: its loss and its disagreement in every later cycle, and its weights."""

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, figures, listed
from mtal.figures.loss_history import Panel, over_cycles
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import inputs, loaders
from mtal.ui.text import plain

PARTS = {"loss": "loss", "s": "disagreement"}


def show_afterwards(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Of a picked image only. Says why there is nothing where there is nothing."""
    if not pool["picked"].iloc[image]:
        return
    st.subheader("Afterwards", anchor=False)
    rows = loaders.afterwards(run, cycle, image)
    if rows.empty:
        st.caption("This run did not write down what became of its picks: it is older than that.")
        return
    told = [
        sentence for task in run.tasks for part in PARTS if (sentence := change(rows, task, part))
    ]
    st.markdown(plain(" ".join([*told, weights(rows, run.tasks)]) or _nothing_yet(rows, run)))
    if inputs.switch("Show as", ["chart", "table"], "inspect", "later") == "table":
        st.dataframe(
            rows,
            key="inspect.later.table",
            hide_index=True,
            width="content",
            height="content",
            alt="Loss, disagreement and weight of this image per cycle",
        )
        return
    panels = [
        Panel(
            f"{task.title}, {title}",
            f"{part}.{task.name}",
            "" if part == "loss" else task.distance_unit,
        )
        for part, title in PARTS.items()
        for task in run.tasks
        if is_measured(rows, f"{part}.{task.name}")
    ]
    if panels:
        st.html(over_cycles(rows, panels))


def change(rows: pd.DataFrame, task: TaskFacts, part: str) -> str:
    """`Its depth loss fell from 1.90 to 0.700 after one training on it.`, or "" without a value before and after."""
    column = f"{part}.{task.name}"
    if column not in rows:
        return ""
    before, after = rows[~rows["learned"]], rows[rows["learned"]]
    if (
        before.empty
        or after.empty
        or not np.isfinite(before[column].iloc[0])
        or not np.isfinite(after[column].iloc[0])
    ):
        return ""
    first, then, last = (
        float(before[column].iloc[0]),
        float(after[column].iloc[0]),
        float(after[column].iloc[-1]),
    )
    unit = f" {task.distance_unit}" if part == "s" else ""
    verb = "fell" if then < first else "rose" if then > first else "stayed"
    moved = (
        f"{verb} at {figures(then)}{unit}"
        if verb == "stayed"
        else f"{verb} from {figures(first)} to {figures(then)}{unit}"
    )
    known = len(after) > 1 and np.isfinite(last)
    later = (
        f", and stands at {figures(last)} after {count(len(after), 'training')}" if known else ""
    )
    return f"Its {task.title.lower()} {PARTS[part]} {moved} after one training on it{later}."


def weights(rows: pd.DataFrame, tasks: tuple[TaskFacts, ...]) -> str:
    """`In its first training its weight was 1.80 for depth and 0.400 for normals.`; "" where it has not been learned."""
    after = rows[rows["learned"]]
    given = {
        task.title.lower(): float(after[f"weight.{task.name}"].iloc[0])
        for task in tasks
        if len(after)
        and f"weight.{task.name}" in after
        and np.isfinite(after[f"weight.{task.name}"].iloc[0])
    }
    if not given:
        return ""
    if len(set(given.values())) == 1:
        return f"In its first training its weight was {figures(next(iter(given.values())))} for every task (1 is the mean)."
    texts = [f"{figures(value)} for {title}" for title, value in given.items()]
    return f"In its first training its weight was {listed(texts)} (1 is the mean)."


def is_measured(rows: pd.DataFrame, column: str) -> bool:
    """Whether any cycle has a number there."""
    return column in rows and bool(np.isfinite(rows[column].astype(float)).any())


def _nothing_yet(rows: pd.DataFrame, run: Run) -> str:
    if rows["learned"].any():
        return "Nothing was measured of it before or after."
    if run.status.alive:
        return "The cycle that learns from it is not complete yet."
    return "No later cycle has learned from it."
