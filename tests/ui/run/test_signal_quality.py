"""The verdict on signals never claims more than the interval allows; order of the table."""

import pandas as pd
import pytest

from mtal.runs.store.run import QUALITY_COLUMNS
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui.run.signal_quality import table, verdict

TASKS = tuple(
    TaskFacts(
        name=name,
        title=title,
        metric="",
        axis="",
        unit="",
        better="",
        weight=1.0,
        distance="",
        distance_unit="",
        note="",
        value_unit="",
        legend=(),
    )
    for name, title in (("semseg", "Segmentation"), ("depth", "Depth"))
)
MAX = ("committee", "committee max")
ROWS = [
    (*MAX, "semseg", "", 0.3, 0.2, 0.4, 40),
    (*MAX, "depth", "", 0.1, -0.1, 0.3, 40),
    (*MAX, "loss", "mean", 0.5, 0.3, 0.7, 38),
    (*MAX, "loss", "max", 0.4, 0.2, 0.6, 38),
    ("margin", "margin", "semseg", "", 0.35, 0.25, 0.45, 40),
]


def frame(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))


def test_the_best_for_the_loss_the_task_that_it_fails_and_the_best_per_task():
    assert verdict(frame(*ROWS), TASKS) == (
        "For the multi-task loss committee max, tasks joined by mean (ρ 0.50, 0.30 to 0.70, n=38) "
        "deserves most trust, but it fails Depth. Best per task: Segmentation: margin (ρ 0.35, "
        "0.25 to 0.45, n=40); Depth: none beyond chance."
    )


def test_what_says_nothing_about_any_task_is_told_so():
    text = verdict(
        frame(
            ("bald", "BALD", "semseg", "", 0.1, -0.2, 0.4, 40),
            ("bald", "BALD", "depth", "", -0.3, -0.5, -0.1, 40),
            ("bald", "BALD", "loss", "max", 0.4, 0.1, 0.6, 40),
        ),
        TASKS,
    )
    assert "nothing beyond chance about any single task" in text


@pytest.mark.parametrize("rho", [-0.2, 0.1, float("nan")])
def test_no_trust_where_the_interval_holds_zero(rho):
    nothing = ("margin", "margin", "loss", "mean", rho, rho - 0.3, rho + 0.3, 9)
    text = verdict(frame(nothing, ("margin", "margin", "depth", "", 0.35, 0.25, 0.45, 40)), TASKS)
    assert text.startswith(
        "No signal ranks the images by their multi-task loss better than chance."
    )
    assert "Segmentation: none beyond chance; Depth: margin" in text
    assert "neither by the multi-task loss nor by that of a single task" in verdict(
        frame(nothing), TASKS
    )


def test_a_signal_of_no_single_task_fails_none():
    text = verdict(frame(("embedding", "diversity", "loss", "", 0.4, 0.2, 0.6, 40)), TASKS)
    assert "diversity (ρ 0.40, 0.20 to 0.60, n=40) deserves most trust. Best" in text


def test_the_table_is_in_the_order_of_tasks_and_best_first():
    shown = table(frame(*ROWS), TASKS)
    assert shown["task"].to_list() == ["Multi-task loss"] * 2 + ["Segmentation"] * 2 + ["Depth"]
    assert shown["signal"].to_list()[:3] == [
        f"committee max, tasks joined by {how}" for how in ("mean", "max")
    ] + ["margin"]
    assert shown["n"].to_list() == [38, 38, 40, 40, 40]
