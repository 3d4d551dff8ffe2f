"""Whole runs by the real engine: what they leave behind; killing or stopping changes nothing."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.scores import comparable
from mtal.acquisition.weights import score_weights
from mtal.config import Config
from mtal.datasets.dataset import DataError, Gated, LabelNotBought
from mtal.datasets.registry import DATASETS
from mtal.engine import cycle
from mtal.engine.rendering import draw
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.sample_weights import training_weights
from mtal.engine.workers import run as run_worker
from mtal.runs.jobs.launch import create, kill, request_stop, start
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import DataChange, write_facts
from tests.real_runs import random_start, tiny_config, wait

WHOLE = np.ones((24, 3), dtype=bool)  # every label exists


class TestFinishedRun:
    def test_every_cycle_has_metrics_and_all_but_the_last_a_pick(self, finished_run):
        config = finished_run.config
        assert finished_run.cycles_done() == config.cycles == 3
        table = finished_run.metrics()
        assert len(table) == 3 * (len(config.tasks) + 1)
        assert np.isfinite(table["value"]).all()
        assert [len(finished_run.picked(number)) for number in range(3)] == [15, 15, 0]

    def test_nothing_is_picked_twice_and_counts_agree(self, finished_run):
        start = random_start(finished_run.config, WHOLE)
        labelled = start.copy()
        for number in range(3):
            row = finished_run.metrics().query("cycle == @number and task == 'loss'").iloc[0]
            assert (row["images"], row["labels"]) == (labelled.any(axis=1).sum(), labelled.sum())
            np.testing.assert_array_equal(finished_run.labelled(number, start), labelled)
            pairs = finished_run.picked(number)
            assert not labelled[tuple(pairs.T)].any()
            labelled[tuple(pairs.T)] = True

    def test_both_strategies_start_from_the_same_images(self, finished_run, random_run):
        assert finished_run.facts.start == random_run.facts.start
        first, other = (
            run.metrics().query("cycle == 0")["value"].to_numpy()
            for run in (finished_run, random_run)
        )
        np.testing.assert_array_equal(first, other)

    def test_the_pick_follows_from_the_stored_numbers(self, finished_run):
        """Picking again from the stored signals gives the stored batch, scores and ranks."""
        config = finished_run.config
        for number in (0, 1):
            table = finished_run.pool(number)
            committee = np.stack(
                [
                    np.stack(
                        [table[f"m.{task}.{other}"] for other in config.tasks if other != task],
                        axis=1,
                    )
                    for task in config.tasks
                ],
                axis=1,
            )
            labelled = finished_run.labelled(number, random_start(config, WHOLE))
            pool = Pool(
                config.tasks,
                labelled,
                {"committee": committee, "embedding": finished_run.embedding(number)},
            )
            again = STRATEGIES["ours"].pick(
                pool, 15, np.random.default_rng([config.seed, number, 4]), Options()
            )
            np.testing.assert_array_equal(again.pairs, finished_run.picked(number))
            np.testing.assert_allclose(again.table["score"], table["score"], rtol=1e-6)
            ranked = table[table["rank"] > 0].sort_values("rank")
            assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
            assert ranked.index[:5].tolist() == again.images.tolist()
            assert table["cutoff"].iloc[0] == pytest.approx(table["score"].iloc[again.images[-1]])

    def test_scores_are_those_of_the_formula(self, finished_run):
        table, tasks = finished_run.pool(0), finished_run.config.tasks
        members = {
            task: [f"m.{task}.{other}" for other in tasks if other != task] for task in tasks
        }
        scores = np.column_stack([table[members[task]].max(axis=1) for task in tasks])
        np.testing.assert_allclose(np.column_stack([table[f"s.{task}"] for task in tasks]), scores)
        normalised = comparable(scores, ~table["labelled"].to_numpy(), "rank")
        np.testing.assert_allclose(table["inconsistency"], normalised.max(axis=1))

    def test_evidence_is_there_for_picks_and_near_misses(self, finished_run):
        evidence = finished_run.evidence(0)
        picked = finished_run.pool(0).query("picked").sort_values("rank").index.tolist()
        assert evidence["images"][:5] == picked
        assert len(evidence["images"]) > 5
        for image in evidence["images"]:
            for name in evidence["pictures"]:
                assert finished_run.picture(0, image, name).stat().st_size > 0
        assert {
            "depth.gap.semseg",
            "depth.gapself.normals",
            "semseg.initial",
            "semseg.final",
        } <= set(evidence["pictures"])

    def test_map_and_embedding_have_a_row_per_image(self, finished_run):
        assert finished_run.embedding(1).shape == (24, 16)
        assert finished_run.layout(1).shape == (24, 2)

    def test_random_measures_nothing_it_does_not_need(self, random_run):
        assert "s.depth" not in random_run.pool(0)
        assert random_run.embedding(0, "embedding") is None
        assert random_run.layout(0) is None
        assert set(random_run.seconds()["stage"]) == {
            "load",
            "feature",
            "groups",
            "train",
            "evaluate",
            "pick",
            "evidence",
            "others",
            "project",
            "afterwards",
        }
        assert random_run.content(0).empty

    def test_what_is_the_same_in_every_cycle_costs_random_nothing(self, random_run, finished_run):
        """Map, clusters and other strategies of the frozen feature, which no network predicts."""
        first, second = (random_run.embedding(number) for number in (0, 1))
        assert first.shape == (24, 496)
        assert np.array_equal(first, second)
        assert np.array_equal(random_run.layout(0, "frozen"), random_run.layout(1, "frozen"))
        assert np.array_equal(random_run.layout(0, "frozen"), finished_run.layout(0, "frozen"))
        assert {"cluster", "nearest", "nearest_after"} <= set(random_run.pool(0))
        assert "coverage" in random_run.others_picked(0)
        assert set(random_run.neighbours(0)) == {"frozen"}

    def test_it_says_how_alike_neighbours_are(self, finished_run):
        neighbours = finished_run.neighbours(0)["embedding"]
        assert neighbours["images"] == 24
        assert 0 <= neighbours["frozen"] <= 1
        assert neighbours["frozen_chance"] == pytest.approx(10 / 23)
        assert 0 < finished_run.fits(0)["embedding"]["epochs"] <= 1

    def test_the_auto_encoder_goes_on_and_leaves_nothing(self, finished_run):
        went_on = [finished_run.fits(number)["embedding"]["goes_on"] for number in (0, 1)]
        assert went_on == [False, True]
        assert not finished_run.paths.fitted.exists()

    def test_facts_say_what_pages_need(self, finished_run):
        facts = finished_run.facts
        assert len(facts.pool) == 24
        assert len(facts.validation) == 8
        assert facts.versions["torch"]
        assert [task.name for task in finished_run.tasks] == list(finished_run.config.tasks)
        assert [task.weight for task in finished_run.tasks] == [1, 1, 10]
        assert {"train", "pairs", "embedding", "score"} <= set(facts.plan[0])

    def test_every_planned_stage_reports_its_last_unit_in_its_own_cycle(self, finished_run):
        done = finished_run.reports()
        for number, stages in enumerate(finished_run.facts.plan):
            for stage in stages:
                rows = [row for row in done if (row["cycle"], row["stage"]) == (number, stage)]
                assert rows, (number, stage)
                assert rows[-1]["done"] == rows[-1]["total"], (number, stage)
                assert rows[-1]["total"] <= stages[stage], (number, stage)


def context_of(run: Run) -> SimpleNamespace:
    """What the weights of a run are made from."""
    return SimpleNamespace(
        run=run,
        config=run.config,
        strategy=STRATEGIES[run.config.strategy],
        dataset=DATASETS["drawn"].load(run.config),
    )


def test_sample_weights_are_ordered_for_ours_and_off_for_random(finished_run, random_run):
    """Half for labels that their task alone would not have chosen among the first five."""
    start = random_start(finished_run.config, WHOLE)
    labelled, table = finished_run.labelled(1, start), finished_run.pool(0)
    weights = training_weights(context_of(finished_run), 1, labelled)
    opened = table[table["open"]]
    for column, task in enumerate(finished_run.config.tasks):
        best = opened[f"s.{task}"].sort_values(ascending=False)[:5].min()
        for image in range(len(table)):
            expected = float(labelled[image, column])
            if labelled[image, column] and not start[image, column]:
                expected = 0.5 if table[f"s.{task}"][image] < best else 1
            assert weights[image, column] == expected
    assert (weights[labelled] == 0.5).any()
    labelled = random_run.labelled(1, random_start(random_run.config, WHOLE))
    np.testing.assert_array_equal(
        training_weights(context_of(random_run), 1, labelled), labelled.astype(float)
    )


def test_weights_by_score_are_those_of_the_normalised_columns(finished_run):
    """They are made from the committee's columns, and ours stores its normalised scores too."""
    labelled = finished_run.labelled(2, random_start(finished_run.config, WHOLE))
    context = context_of(finished_run)
    context.config = finished_run.config.model_copy(update={"sample_weights": "scores"})
    stored = [
        (
            finished_run.acquired(number),
            finished_run.pool(number)[[f"n.{task}" for task in context.config.tasks]].to_numpy(),
        )
        for number in range(2)
    ]
    weights = training_weights(context, 2, labelled)
    np.testing.assert_allclose(weights, score_weights(labelled, stored))
    np.testing.assert_allclose(weights.sum(axis=0) / labelled.sum(axis=0), 1)
    assert len(np.unique(weights[labelled])) > 3


def same_picks(first: Run, second: Run) -> None:
    for number in range(first.config.cycles):
        np.testing.assert_array_equal(first.picked(number), second.picked(number))
        pd.testing.assert_frame_equal(first.pool(number), second.pool(number))
        for stored in ("embedding", "layout"):
            np.testing.assert_array_equal(
                getattr(first, stored)(number), getattr(second, stored)(number)
            )
        for stored in ("content", "others"):
            pd.testing.assert_frame_equal(
                getattr(first, stored)(number), getattr(second, stored)(number)
            )
        assert first.others_picked(number) == second.others_picked(number)
        assert first.evidence(number) == second.evidence(number)
        for image in first.drawn(number):
            folders = [run.cycle(number).samples.sample(image) for run in (first, second)]
            files, others = (
                {file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders
            )
            assert files == others
            pd.testing.assert_frame_equal(
                first.loss_history(number, image), second.loss_history(number, image)
            )
    pd.testing.assert_frame_equal(first.metrics(), second.metrics())


def test_stopped_then_killed_and_resumed_gives_the_same(finished_run, tmp_path):
    """Stopped in the first cycle, killed in the second: only the cycle it was in is done again."""
    run = Run(create(finished_run.config, StorePaths(tmp_path)).folder)
    assert start(run.paths)
    until(run, lambda: any(row["stage"] == "train" for row in run.reports()))
    request_stop(run.paths)
    wait(run)
    assert run.status is Status.STOPPED
    assert start(run.paths)
    until(run, lambda: run.cycles_done() == 1 and run.reports()[-1]["cycle"] == 1)
    kept = run.cycle(0).metrics.stat().st_mtime_ns
    assert kill(run.paths)
    while run.status.alive:
        time.sleep(0.01)
    assert run.status is Status.INTERRUPTED
    assert run.cycles_done() == 1
    assert start(run.paths)
    wait(run)
    assert run.status is Status.FINISHED
    assert run.cycle(0).metrics.stat().st_mtime_ns == kept
    same_picks(run, finished_run)


def until(run: Run, is_so: Callable[[], bool]) -> None:
    """Wait until a living run's folder is so; shows its log if that takes too long."""
    give_up = time.monotonic() + 240
    while not is_so():
        assert run.status.alive, "\n".join(run.log_tail(40))
        assert time.monotonic() < give_up, "\n".join(run.log_tail(40))
        time.sleep(0.02)


class TestOddSettings:
    def test_a_pool_that_runs_out_is_no_error(self, tmp_path):
        """15 images, ten cycles: rounding up exhausts the pool before the last cycle."""
        config = tiny_config(
            "data=15+4",
            "start_percent=10",
            "step_percent=10",
            "cycles=10",
            "epochs=1",
            "pair_epochs=1",
        )
        run = finished_here(config, tmp_path)
        assert run.metrics().query("task == 'loss'")["images"].tolist()[-3:] == [15, 15, 15]

    def test_fewer_images_than_a_batch_and_one_task(self, tmp_path):
        config = tiny_config(
            "data=3+1", "tasks=depth", "strategy=random", "batch=8", "cycles=2", "epochs=1"
        )
        assert finished_here(config, tmp_path).metrics()["images"].tolist() == [1, 1, 2, 2]

    def test_what_the_tasks_do_not_allow_is_not_measured(self, tmp_path):
        """describe=always: one task has no committee, and without classes there is no margin."""
        config = tiny_config("tasks=depth", "strategy=random", "describe=always", "cycles=2")
        run = Run(create(config, StorePaths(tmp_path)).folder)
        context = prepare(run, StageTimer(run, 0), False)
        assert {"committee", "margin", "entropy"}.isdisjoint(context.signals)
        assert {"embedding", "uncertainty", "predicted_loss"} <= set(context.signals)

    def test_all_six_tasks_with_the_final_prediction_in_the_committee(self, tmp_path):
        config = tiny_config(
            "tasks=semseg,depth,normals,edge,saliency,human_parts",
            "with_final=true",
            "cycles=2",
            "epochs=1",
            "pair_epochs=1",
        )
        run = finished_here(config, tmp_path)
        assert {"m.edge.saliency", "m.human_parts.final"} <= set(run.pool(0))
        assert np.isfinite(run.metrics()["value"]).all()

    def test_a_run_killed_after_its_last_cycle_has_nothing_left_to_do(
        self, finished_run, tmp_path, monkeypatch
    ):
        shutil.copytree(finished_run.paths.folder, tmp_path / finished_run.name)
        run = Run(tmp_path / finished_run.name)
        run.paths.result.unlink()
        monkeypatch.setattr(cycle, "prepare", lambda *_: pytest.fail("nothing must be loaded"))
        cycle.run_cycles(run, StageTimer(run, 3))

    def test_what_is_read_from_the_last_cycle_is_there_after_a_resume(self, tmp_path, monkeypatch):
        """Weights and map to start from: interrupted after the first cycle, the end is the same."""
        config = tiny_config("finetune=true", "projection=umap")
        monkeypatch.setattr(cycle, "delete_fitted", lambda run: None)
        whole = finished_here(config, tmp_path / "whole")
        broken = Run(create(config, StorePaths(tmp_path / "broken")).folder)
        shutil.copytree(whole.paths.cycle(0).folder, broken.paths.cycle(0).folder)
        broken.paths.fitted.mkdir()
        shutil.copy(whole.paths.fitted_weights("embedding", 0), broken.paths.fitted)
        cycle.run_cycles(broken, StageTimer(broken, 1))
        same_picks(whole, broken)


def finished_here(config: Config, folder: Path) -> Run:
    """A whole run in this process."""
    run = Run(create(config, StorePaths(folder)).folder)
    cycle.run_cycles(run, StageTimer(run, 0))
    assert run.cycles_done() == config.cycles
    return run


class TestFailures:
    @pytest.mark.parametrize(
        ("sets", "words"),
        [
            (("strategy=nonsense",), "no strategy called 'nonsense'"),
            (("tasks=depth",), "at least two"),
            (("tasks=depth", "with_final=true"), "at least two"),
            (("tasks=depth", "strategy=entropy"), "classes"),
            (("tasks=depth,normals", "strategy=equal-ss"), "needs the task semseg"),
            (("tasks=depth", "strategy=random", "sample_weights=on"), "sample_weights: .*at least"),
            (("backbone=tiny", "pretrained=true"), "pretrained=false"),
            (("lr=1e30",), "not finite"),
            (("device=cuda:7",), "cuda:7 is not here"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path, sets, words):
        run = Run(create(tiny_config(*sets), StorePaths(tmp_path)).folder)
        with pytest.raises((ValueError, FloatingPointError), match=words):
            cycle.run_cycles(run, StageTimer(run, 0))
        assert run.cycles_done() == 0

    def test_the_worker_writes_down_what_went_wrong_and_in_which_stage(self, tmp_path):
        run = Run(create(tiny_config("lr=1e30"), StorePaths(tmp_path)).folder)
        run_worker.work(run.paths)
        assert run.status is Status.FAILED
        assert "not finite" in run.result["reason"]
        assert "Traceback" in run.result["traceback"]
        assert run.result["stage"] == "train"

    @pytest.mark.parametrize(
        "sets", [("strategy=nonsense",), ("dataset=folder", "data=/no/such/folder")]
    )
    def test_what_is_said_to_people_needs_no_traceback(self, tmp_path, capsys, sets):
        """A ConfigError and a DataError: one line in the log; the result names the class."""
        run = Run(create(tiny_config(*sets), StorePaths(tmp_path)).folder)
        assert run_worker.main(run.paths.folder, accept_data=False) == 1
        assert run.result["traceback"] == ""
        assert run.result["error"] in {"ConfigError", "DataError"}
        assert run.result["reason"] != ""
        assert capsys.readouterr().out.endswith(f" s: {run.result['reason']}\n")

    def test_a_stage_that_fails_in_a_later_cycle_is_named(self, tmp_path, monkeypatch):
        """A picture of the second cycle cannot be written: that cycle does not appear."""
        run = Run(create(tiny_config(), StorePaths(tmp_path)).folder)
        original = draw.save_picture

        def full_disk(samples, image, name, pixels):
            if samples.folder.parent.name == ".001":
                raise OSError(28, "No space left on device")
            original(samples, image, name, pixels)

        monkeypatch.setattr(draw, "save_picture", full_disk)
        outcome = run_worker.work(run.paths)
        assert (outcome.outcome, run.result["stage"]) == ("failed", "evidence")
        assert "No space left" in outcome.reason
        assert run.cycles_done() == 1


OTHER = "0" * 16  # fingerprint of data that looked otherwise


class TestChangedData:
    @pytest.fixture
    def cut(self, finished_run, tmp_path):
        """cut(cycles_done, facts) -> the run, that far, as if it had begun with other data."""

        def make(cycles_done: int, **facts: object) -> Run:
            shutil.copytree(finished_run.paths.folder, tmp_path / finished_run.name)
            run = Run(tmp_path / finished_run.name)
            write_facts(run.paths.facts, run.facts.updated(**{"fingerprint": OTHER} | facts))
            for number in range(cycles_done, 3):
                shutil.rmtree(run.paths.cycle(number).folder)
            return run

        return make

    def test_it_needs_consent_after_a_complete_cycle_and_is_noted(self, cut, finished_run):
        run = cut(2)
        run_worker.work(run.paths)
        assert run.status is Status.FAILED
        assert "changed since this run began" in run.result["reason"]
        assert f"resume {run.name} --accept-data" in run.result["reason"]
        assert run.facts.fingerprint == OTHER
        start(run.paths, accept_data=True)
        wait(run)
        assert run.status is Status.FINISHED
        now = finished_run.facts.fingerprint
        assert run.facts.data_changes == (DataChange(cycle=2, before=OTHER, after=now),)
        assert [run.fingerprint(number) for number in range(3)] == [OTHER, OTHER, now]
        same_picks(run, finished_run)

    def test_before_the_first_complete_cycle_it_is_only_noted(self, cut, finished_run):
        run = cut(0, pool=["another"])
        prepare(run, StageTimer(run, 0), accept_data=False)
        assert run.facts.data_changes == (
            DataChange(cycle=0, before=OTHER, after=finished_run.facts.fingerprint),
        )
        prepare(run, StageTimer(run, 0), accept_data=False)
        assert len(run.facts.data_changes) == 1  # kept, and no second one

    @pytest.mark.parametrize(
        ("facts", "accept", "words"),
        [
            ({}, False, "another size or time"),
            ({"validation": ["another"]}, True, "other validation images than when"),
            ({"pool": ["another"]}, True, "other pool images than when this run began"),
        ],
    )
    def test_what_changed_is_said_and_another_pool_is_never_accepted(
        self, cut, facts, accept, words
    ):
        run = cut(1, **facts)
        with pytest.raises(DataError, match=words):
            prepare(run, StageTimer(run, 1), accept_data=accept)
        assert run.facts.fingerprint == OTHER


def test_no_strategy_and_no_signal_can_read_a_label_that_was_not_acquired(tmp_path, monkeypatch):
    """Every read of a pool label during two real cycles is of a label acquired by then.

    After the pick its labels count too: they are shown, and the losses of the picked images are
    measured with them. With signal quality more are read, see stages/test_signal_quality.py.
    """
    config = tiny_config(
        "describe=always", "cycles=2", "signal_quality=false", "memory_gb=0"
    )  # each stage reads by itself
    run = Run(create(config, StorePaths(tmp_path)).folder)
    source, read = DATASETS["drawn"], []

    class Spy:
        def __init__(self, split) -> None:
            self.split, self.ids = split, split.ids
            self.image, self.files, self.has_label = split.image, split.files, split.has_label

        def label(self, index, task):
            read.append((index, task.name, run.cycles_done(), timer.current))
            return self.split.label(index, task)

    def load(config: Config):
        dataset = source.load(config)
        return dataset.with_splits(Spy(dataset.pool), dataset.validation)

    monkeypatch.setitem(DATASETS, "drawn", replace(source, load=load))
    timer = StageTimer(run, 0)
    cycle.run_cycles(run, timer)
    assert run.cycles_done() == 2
    start_images = random_start(run.config, WHOLE)
    assert {stage for *_, stage in read} == {"load", "train", "pairs", "evidence", "afterwards"}
    for index, task, number, stage in read:
        labelled = run.labelled(
            number + (stage in {"evidence", "afterwards"} and number < 1), start_images
        )
        assert labelled[index, run.config.tasks.index(task)], (index, task, number, stage)


def test_the_gate_refuses_by_name():
    dataset = DATASETS["drawn"].load(tiny_config())
    gated = Gated(dataset.pool, dataset.tasks, np.zeros((24, 3), bool))
    with pytest.raises(LabelNotBought, match="pool00000 has no acquired depth label"):
        gated.label(0, dataset.tasks[1])
    assert gated.image(0).shape == (33, 47, 3)
