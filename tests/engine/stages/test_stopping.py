"""Rules that end a run early: by themselves, and in whole runs that are cut and go on."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from mtal.config import Config, ConfigError
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import measure, stopping
from mtal.engine.workers import run as run_worker
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config


class TestRules:
    def test_without_a_rule_a_run_goes_on(self):
        assert stopping.reason(Config(), [5.0] * 10, 10**9) == ""

    @pytest.mark.parametrize(("labels", "over"), [(299, False), (300, True), (301, True)])
    def test_the_label_budget(self, labels, over):
        assert bool(stopping.reason(Config(label_budget=300), [5.0], labels)) is over

    @pytest.mark.parametrize(
        ("losses", "over"),
        [
            ([], False),
            ([5.0], False),
            ([5.0, 5.0], False),  # too early to tell
            ([5.0, 4.9, 4.8], True),  # 4 % over two cycles
            ([5.0, 4.9, 4.7], False),  # 6 %
            ([5.0, 4.9, 4.75], False),  # 5 % is not less than 5 %
            ([5.0, 2.0, 5.5], True),  # it rose since
            ([9.0, 5.0, 4.9, 4.8], True),  # what was before does not count
            ([5.0, 5.0, 4.0], False),
            ([5.0, 4.9, float("nan")], False),
            ([float("nan"), 4.9, 4.9], False),
        ],
    )
    def test_the_plateau(self, losses, over):
        assert (
            bool(stopping.reason(Config(plateau_percent=5, plateau_cycles=2), losses, 10)) is over
        )

    def test_the_reason_says_how_much_it_fell(self):
        config = Config(plateau_percent=5, plateau_cycles=1)
        assert stopping.reason(config, [5.0, 4.9], 9) == (
            "plateau: over the last cycle the multi-task loss fell by 2 %, less than 5 %"
        )
        assert (
            stopping.reason(config, [5.0, 5.1], 9)
            == "plateau: over the last cycle the multi-task loss did not fall"
        )
        assert (
            stopping.reason(Config(label_budget=1500), [], 1500)
            == "the label budget of 1,500 task labels is spent"
        )

    def test_the_last_batch_is_cut(self):
        assert [
            stopping.affordable(Config(label_budget=100), 30, labels) for labels in (10, 70, 71, 99)
        ] == [30, 30, 29, 1]
        assert stopping.affordable(Config(), 30, 10**6) == 30

    def test_a_start_beyond_the_budget_is_an_error(self):
        stopping.check_start(Config(label_budget=30), 10, 30)
        with pytest.raises(
            ConfigError,
            match=r"label_budget: the start has 33 task labels already \(11 images, 3 tasks\), "
            "more than 30; raise label_budget or lower start_percent",
        ):
            stopping.check_start(Config(label_budget=30), 11, 33)


def finished_here(folder, *sets):
    """A whole run by its worker, in this process, and its outcome."""
    run = Run(
        create(
            tiny_config("epochs=1", "pair_epochs=1", "strategy=random", *sets), StorePaths(folder)
        ).folder
    )
    return run, run_worker.work(run.paths)


class TestRuns:
    @pytest.mark.parametrize("budget", [18, 19, 25, 33, 40])
    def test_the_label_budget_is_met_exactly(self, tmp_path, budget):
        """24 images of three tasks: 18 labels at the start, 15 more in each cycle."""
        run, outcome = finished_here(
            tmp_path, f"label_budget={budget}", "cycles=4", "step_percent=20"
        )
        labels = run.metrics().query("task == 'loss'")["labels"].tolist()
        assert labels == [*[18, 33][: 1 + (budget > 33)], budget] if budget > 18 else [18]
        assert sum(len(run.picked(number)) for number in range(run.cycles_done())) == budget - 18
        assert not run.cycle(run.cycles_done() - 1).pick.exists()
        assert outcome.outcome == "finished"
        assert outcome.reason == f"the label budget of {budget} task labels is spent"

    def test_a_start_beyond_the_budget_trains_nothing(self, tmp_path):
        run, outcome = finished_here(tmp_path, "label_budget=17")
        assert outcome.outcome == "failed"
        assert outcome.reason.startswith(
            "label_budget: the start has 18 task labels already (6 images, 3 tasks)"
        )
        assert outcome.error == "ConfigError"
        assert not any(row["stage"] == "train" for row in run.reports())

    def test_our_strategy_also_acquires_a_part_of_an_image(self, tmp_path):
        config = tiny_config("epochs=1", "pair_epochs=1", "label_budget=26")
        run = Run(create(config, StorePaths(tmp_path)).folder)
        assert "26 task labels" in cycle.run_cycles(run, StageTimer(run, 0))
        assert run.metrics().query("task == 'loss'")["labels"].tolist() == [18, 26]

    PLATEAU = ("plateau_percent=99", "plateau_cycles=1", "cycles=4", "step_percent=20")

    def test_a_plateau_ends_a_run_and_a_resumed_one_at_the_same_place(self, tmp_path, monkeypatch):
        whole, outcome = finished_here(tmp_path / "whole", *self.PLATEAU)
        assert whole.cycles_done() == 2
        assert outcome.outcome == "finished"
        assert outcome.reason.startswith("plateau: over the last cycle the multi-task loss")
        assert len(whole.picked(0)) == 15
        assert len(whole.picked(1)) == 0

        cut = Run(create(whole.config, StorePaths(tmp_path / "cut")).folder)
        shutil.copy(whole.paths.facts, cut.paths.facts)
        shutil.copytree(whole.paths.cycle(0).folder, cut.paths.cycle(0).folder)
        again = run_worker.work(cut.paths)
        assert again == outcome
        assert cut.metrics().equals(whole.metrics())

        monkeypatch.setattr(cycle, "prepare", lambda *_: pytest.fail("nothing must be loaded"))
        # as if it had been killed before it wrote its result
        at_once = run_worker.work(cut.paths)
        assert (at_once.outcome, at_once.reason) == ("finished", outcome.reason)
        assert cut.cycles_done() == 2

    def test_its_worker_writes_the_reason_down(self, tmp_path, capsys):
        run, _ = finished_here(tmp_path, *self.PLATEAU)
        assert run.status is Status.FINISHED
        assert run.result["reason"].startswith("plateau: ")
        assert run.total_cycles_text == "2"
        assert f"finished after {run.result['seconds']:.0f} s: plateau: " in capsys.readouterr().out
        assert len(run.facts.plan) == 4  # an upper bound

    def test_a_loss_that_still_falls_is_no_plateau(self, tmp_path, monkeypatch):
        """With losses of 10, 5 and 4.9 in place of those measured, only the last is a plateau."""
        losses = iter([10.0, 5.0, 4.9])
        evaluate = measure.evaluate

        def evaluate_with_other_loss(*args):
            return replace(evaluate(*args), loss=next(losses))

        monkeypatch.setattr(measure, "evaluate", evaluate_with_other_loss)
        run, outcome = finished_here(
            tmp_path, "plateau_percent=10", "plateau_cycles=1", "cycles=4", "step_percent=20"
        )
        assert run.cycles_done() == 3
        assert (
            outcome.reason
            == "plateau: over the last cycle the multi-task loss fell by 2 %, less than 10 %"
        )

    def test_cycles_that_are_up_give_no_reason(self, tmp_path):
        run, outcome = finished_here(
            tmp_path, "label_budget=1000", "plateau_percent=99", "plateau_cycles=9", "cycles=2"
        )
        assert (run.cycles_done(), outcome.outcome, outcome.reason) == (2, "finished", "")
        np.testing.assert_array_equal(run.metrics().query("task == 'loss'")["labels"], [18, 33])

    COINCIDENCES = (("label_budget=33",), ("plateau_percent=99", "plateau_cycles=1"))

    @pytest.mark.parametrize("rule", COINCIDENCES)
    def test_a_rule_that_is_met_in_the_last_cycle_gives_no_reason(self, tmp_path, rule):
        run, outcome = finished_here(tmp_path, *rule, "cycles=2", "step_percent=20")
        assert (run.cycles_done(), outcome.outcome, outcome.reason) == (2, "finished", "")
        # as if it had been killed before it wrote its result
        again = run_worker.work(run.paths)
        assert (again.outcome, again.reason) == ("finished", "")
