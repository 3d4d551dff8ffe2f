"""Loss, disagreement and weight of one picked image in the cycles after its pick."""

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


def show_loss_history(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Draw the section of a picked image, or say why there are no numbers."""
    if not pool["picked"].iloc[image]:
        return
    st.subheader("Afterwards", anchor=False)
    rows = loaders.loss_history(run, cycle, image)
    if rows.empty:
        st.caption("This run did not follow its picks: it was made by an earlier version.")
        return
    sentences = [change(rows, task, part) for task in run.tasks for part in PARTS]
    sentences.append(weights(rows, run.tasks))
    text = " ".join(sentence for sentence in sentences if sentence)
    st.markdown(plain(text or _why_none(rows, run)))
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
    """`Its depth loss fell from 1.90 to 0.700 after one training on it.`

    "" without a value before and after. part: a key of PARTS.
    """
    column = f"{part}.{task.name}"
    if column not in rows:
        return ""
    before = rows.loc[~rows["learned"], column].astype(float).tolist()
    after = rows.loc[rows["learned"], column].astype(float).tolist()
    if not before or not after or not np.isfinite([before[0], after[0]]).all():
        return ""
    unit = f" {task.distance_unit}" if part == "s" else ""
    if after[0] == before[0]:
        course = f"stayed at {figures(after[0])}{unit}"
    else:
        verb = "fell" if after[0] < before[0] else "rose"
        course = f"{verb} from {figures(before[0])} to {figures(after[0])}{unit}"
    text = f"Its {task.title.lower()} {PARTS[part]} {course} after one training on it"
    if len(after) > 1 and np.isfinite(after[-1]):
        text += f", and stands at {figures(after[-1])} after {count(len(after), 'training')}"
    return f"{text}."


def weights(rows: pd.DataFrame, tasks: tuple[TaskFacts, ...]) -> str:
    """`In its first training its weight was 1.80 for depth and 0.400 for normals.`

    "" where no network was trained on it yet.
    """
    after = rows[rows["learned"]]
    if after.empty:
        return ""
    first = after.iloc[0]
    weight = {task.title.lower(): first.get(f"weight.{task.name}", np.nan) for task in tasks}
    weight = {title: float(value) for title, value in weight.items() if np.isfinite(value)}
    if not weight:
        return ""
    texts = [f"{figures(value)} for {title}" for title, value in weight.items()]
    if len(set(weight.values())) == 1:
        texts = [f"{figures(min(weight.values()))} for every task"]
    return f"In its first training its weight was {listed(texts)} (1 is the mean)."


def is_measured(rows: pd.DataFrame, column: str) -> bool:
    """Whether any cycle has a finite number in this column."""
    return column in rows and bool(np.isfinite(rows[column].astype(float)).any())


def _why_none(rows: pd.DataFrame, run: Run) -> str:
    if rows["learned"].any():
        return "Nothing was measured of it before or after."
    if run.status.alive:
        return "The cycle that learns from it is not complete yet."
    return "No later cycle has learned from it."
