"""The table of training losses: a row per cycle, point and task, smoothed by a running median."""

import numpy as np

from mtal.analysis.tables.training_curve import COLUMNS, WINDOW, training_curve
from mtal.runs.jobs.loss_curves import LossCurve


def curve(cycle, stage, losses):
    made = LossCurve(cycle, stage, len(losses))
    for step, loss in enumerate(losses, 1):
        made.add({"done": step, "total": len(losses), "loss": loss})
    return made


def slow_medians(values):
    half = WINDOW // 2
    return [np.median(values[max(0, at - half) : at + half + 1]) for at in range(len(values))]


def test_every_point_of_the_stage_is_a_row_and_others_are_left_out():
    curves = [
        curve(0, "train", [{"depth": 2.0, "semseg": 3.0}, {"depth": 1.0}]),
        curve(0, "pairs", [{"depth": 9.0}]),
        curve(1, "train", [{"depth": 4.0}]),
    ]
    table = training_curve(curves, "train")
    assert tuple(table.columns) == COLUMNS
    assert table[["cycle", "step", "task", "loss"]].to_numpy().tolist() == [
        [0, 1, "depth", 2.0],
        [0, 1, "semseg", 3.0],
        [0, 2, "depth", 1.0],
        [1, 1, "depth", 4.0],
    ]


def test_cycles_and_tasks_are_smoothed_each_by_itself():
    rng = np.random.default_rng(0)
    values = {(cycle, task): rng.random(40) for cycle in (0, 1) for task in ("a", "b")}
    curves = [
        curve(
            cycle, "train", [{task: values[cycle, task][at] for task in "ab"} for at in range(40)]
        )
        for cycle in (0, 1)
    ]
    table = training_curve(curves, "train")
    for (cycle, task), losses in values.items():
        rows = table[(table["cycle"] == cycle) & (table["task"] == task)]
        assert np.allclose(rows["smoothed"], slow_medians(losses))


def test_without_losses_the_table_is_empty_with_all_columns():
    table = training_curve([], "train")
    assert table.empty
    assert tuple(table.columns) == COLUMNS
