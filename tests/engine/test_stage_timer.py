"""The lines of a stage: enough for a curve, means that leave no step out, and the end of it."""

import pytest

from mtal.config import Config
from mtal.engine.stage_timer import StageTimer
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.loss_curves import POINTS, read_losses
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run


@pytest.fixture
def run(tmp_path):
    return Run(create(Config(), StorePaths(tmp_path)).folder)


@pytest.mark.parametrize("total", [7, POINTS, 333, 1000])
def test_a_quick_training_has_all_points_of_its_curve(run, total):
    with StageTimer(run, 0).stage("train", total) as report:
        for done in range(total):
            report(done + 1, total, {"depth": float(done)})
    (curve,) = read_losses(run.paths)
    assert min(total, POINTS // 2) <= len(curve.steps) <= POINTS
    assert curve.steps[-1] == total
    assert len(run.reports()) <= POINTS + 2


def test_a_line_holds_the_mean_of_the_steps_since_the_line_before(run):
    total = 4 * POINTS
    with StageTimer(run, 0).stage("train", total) as report:
        for done in range(total):
            report(done + 1, total, {"depth": float(done)})
    losses = [row["loss"]["depth"] for row in run.reports() if row["done"] > 1]
    assert sum(losses) / len(losses) == pytest.approx((total - 1) / 2, rel=0.02)
    assert losses[-1] == total - 2.5


def test_a_training_that_fails_has_its_curve_up_to_the_failure(run):
    def fail_in_step_34():
        with StageTimer(run, 0).stage("train", 4000) as report:
            for done in range(33):
                report(done + 1, 4000, {"depth": 1.0})
            raise FloatingPointError

    with pytest.raises(FloatingPointError):
        fail_in_step_34()
    assert (run.reports()[-1]["done"], run.reports()[-1]["total"]) == (33, 4000)


@pytest.mark.parametrize("reports_its_end", [False, True])
def test_a_training_that_stops_early_keeps_its_last_losses(run, reports_its_end):
    with StageTimer(run, 0).stage("embedding", 4000) as report:
        for done in range(33):
            report(done + 1, 4000, {"reconstruction": 1.0})
        if reports_its_end:
            report(4000, 4000)
    (curve,) = read_losses(run.paths)
    assert (curve.steps[-1], curve.ended) == (33, True)
    assert [row["done"] for row in run.reports()][-2:] == [33, 4000]


def test_stages_without_losses_report_now_and_then(run):
    with StageTimer(run, 0).stage("score", 5000) as report:
        for done in range(5000):
            report(done + 1, 5000)
    assert len(run.reports()) < 60
