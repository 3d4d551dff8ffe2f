"""How well scores predicted the losses on the labels just bought: a line and a chart."""

import streamlit as st

from mtal.analysis.text.worth import ABOUT, last_batch_text
from mtal.figures.signal_quality import quality_curve
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components.chart import show_figure
from mtal.ui.run import signal_quality
from mtal.ui.text import plain


def show_line(run: Run) -> None:
    """Say what the task scores were worth on the last batch; nothing where it is not known."""
    if text := last_batch_text(loaders.worth(run), run.tasks):
        st.caption(plain(text))


def show_worth(run: Run, task: str = "") -> None:
    """Draw the worth of all scores, batch by batch; nothing where it is not known.

    task: that is shown, or "loss"; "" asks for one.
    """
    frame = loaders.worth(run)
    if frame.empty:
        return
    st.subheader("On the labels just bought", anchor=False)
    if text := last_batch_text(frame, run.tasks):
        st.markdown(plain(text))
    st.caption(ABOUT)
    titles = signal_quality.titles(run)
    task = task or inputs.choose(
        "Task", list(titles), "signals", "task", lambda name: titles[name], follows=False
    )
    show_figure(
        quality_curve(frame, task, titles[task], f"{run.name}/bought"),
        frame,
        f"{run.name}-bought",
        f"Rank correlation with the loss on new labels, {titles[task]} · {run.name}",
        "signals.bought",
        f"Rank correlation of scores with the loss of {titles[task]} on the labels that came, by "
        "the cycle that picked them",
    )
