"""The training curves of a run: a panel per task, one training strong and the others faint."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd
import streamlit as st

from mtal.analysis.tables.training_curve import training_curve
from mtal.analysis.text import training_curve as words
from mtal.config import Config
from mtal.figures import training_curve as figures
from mtal.runs.jobs.loss_curves import LossCurve, read_losses
from mtal.runs.jobs.progress import STAGES
from mtal.runs.store.failures import NOT_FINITE, failure_of
from mtal.runs.store.run import Run
from mtal.ui import inputs, live
from mtal.ui.components.chart import show_figure
from mtal.ui.text import plain

NETWORK, PAIRS, AUTOENCODER = "train", "pairs", "embedding"  # stages that train
TITLES = {NETWORK: "Network", PAIRS: "Pair blocks", AUTOENCODER: "Auto-encoder"}
ABOUT = {
    PAIRS: "Loss of the refined predictions on the batches as they are trained on. Backbone and "
    "initial heads are frozen.",
    AUTOENCODER: "Mean squared error of the restored features, which are standardised: 1 is no "
    "better than their means.",
}
NEWEST = "newest"
A_ROW = 3


class Choice(NamedTuple):
    """Which curves are shown: of a stage, and the cycle that stands out (a number, or NEWEST)."""

    stage: str
    cycle: str


def show_training(run: Run) -> None:
    """Draw the section, live while the run lives; nothing before the first loss is reported."""
    curves = read_losses(run.paths)
    choice = None
    if curves:
        st.subheader("Training", anchor=False)
        choice = _choose(curves)
    live.repeat(run, "training", partial(_show, run, choice), partial(_trainings, run))


def ending(run: Run, curves: Sequence[LossCurve], curve: LossCurve) -> words.Ending | None:
    """Where and why a training ended early; None for one that goes on or is complete.

    curves: all of the run, the newest last, to which only the end of the run belongs.
    """
    if run.status.alive or curve.ended or curve is not curves[-1]:
        return None
    failure = failure_of(run)
    # a step whose loss is not finite is not reported
    return words.Ending(curve.done + (failure is NOT_FINITE), failure.title)


def _trainings(run: Run) -> list[tuple[int, str]]:
    """Cycle and stage of all trainings, on which the choices depend."""
    return [(curve.cycle, curve.stage) for curve in read_losses(run.paths)]


def _choose(curves: Sequence[LossCurve]) -> Choice:
    """Ask for the stage, and for the cycle that stands out, where there is a choice."""
    present = {curve.stage for curve in curves}
    stages = [stage for stage in STAGES if stage in present]
    cycles = sorted({curve.cycle for curve in curves})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage, cycle = stages[0], NEWEST
        if len(stages) > 1:
            stage = inputs.choose(
                "Training of",
                stages,
                "run",
                "stage",
                lambda stage: TITLES.get(stage, STAGES[stage]),
                follows=False,
                widget=partial(st.segmented_control, required=True),
                strict=False,
            )
        if len(cycles) > 1:
            cycle = inputs.choose(
                "Cycle",
                [NEWEST, *map(str, cycles)],
                "run",
                "curve",
                str.capitalize,
                follows=False,
                widget=partial(st.selectbox, width=200),
                strict=False,
            )
    return Choice(stage, cycle)


def _show(run: Run, choice: Choice | None) -> None:
    """Draw the curves. No widget, so it may be redrawn."""
    curves = read_losses(run.paths)
    own = [curve for curve in curves if choice and curve.stage == choice.stage]
    if choice is None or not own:
        return
    chosen = next((curve for curve in own if str(curve.cycle) == choice.cycle), own[-1])
    table = training_curve(curves, choice.stage)
    rows = table[table["cycle"] == chosen.cycle]
    titles = {task.name: task.title for task in run.tasks}
    titles = {name: titles.get(name, name.capitalize()) for name in rows["task"].unique()}
    end = ending(run, curves, chosen)
    st.markdown(plain_verdict(chosen, rows, titles, end))
    columns = inputs.columns(len(titles), A_ROW, "run.training")
    for column, (task, title) in zip(columns, titles.items(), strict=True):
        with column:
            _show_panel(run, table[table["task"] == task], chosen, title, end)
    about = ABOUT.get(choice.stage, _about_network(run.config))
    st.caption(f"{words.points_note(table, chosen.cycle)} {about}")


def plain_verdict(
    curve: LossCurve, rows: pd.DataFrame, titles: dict[str, str], end: words.Ending | None
) -> str:
    """Say how a training went, or how far it is, as Markdown."""
    position = f"Cycle {curve.cycle}, step {curve.steps[-1]:,} of {curve.total:,}"
    if end is not None:
        return f"{position}. **Ended in step {end.step:,}**: {plain(end.words)}."
    if not curve.ended:
        return f"{position}."
    escaped = {task: plain(title) for task, title in titles.items()}
    return f"Cycle {curve.cycle}, {curve.steps[-1]:,} steps. {words.verdict(rows, escaped)}"


def _show_panel(
    run: Run, rows: pd.DataFrame, curve: LossCurve, title: str, end: words.Ending | None
) -> None:
    """Draw the curves of one task. rows: of all cycles."""
    stage, task = str(rows["stage"].iloc[0]), str(rows["task"].iloc[0])
    units = {facts.name: facts.loss_unit for facts in run.tasks}
    st.markdown(f"**{plain(title)}**")
    show_figure(
        figures.training_curve(
            rows, curve.cycle, units.get(task, ""), f"{run.name}/{stage}/{task}", end
        ),
        rows,
        f"{run.name}-{stage}-{task}",
        f"Training loss of {title}, cycle {curve.cycle} · {run.name}",
        f"run.training.{task}",
        words.summary(rows[rows["cycle"] == curve.cycle], title),
    )


def _about_network(config: Config) -> str:
    augmented = ", augmented and" if config.augment else ""
    return (
        f"Loss of the final predictions on the batches as they are trained on{augmented} before "
        "task weights. It tells whether training went well, not how good the network is: the "
        "validation images do. The learning rate falls to 0, which flattens the end."
    )
