"""PartAL in a whole run: it acquires single labels, and learns from sure pseudo-labels."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from mtal.datasets.dataset import Gated
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.train import guesses, training_batches
from mtal.engine.workers import run as run_worker
from mtal.runs.jobs.launch import create
from mtal.runs.paths import CyclePaths, StorePaths
from mtal.runs.store.run import Run
from mtal.training.guesses import FinalHeads, FromLabels
from mtal.training.pseudo_labels import PSEUDO_LABEL_WEIGHT, missing_labels
from tests.real_runs import random_start, tiny_config

WHOLE = np.ones((24, 3), dtype=bool)


@pytest.fixture(scope="module")
def partal_run(tmp_path_factory) -> Run:
    store = StorePaths(tmp_path_factory.mktemp("partal"))
    run = Run(create(tiny_config("strategy=partal"), store).folder)
    assert run_worker.work(run.paths).outcome == "finished"
    return run


def test_it_acquires_as_many_labels_as_a_strategy_of_whole_images_but_of_more_images(
    partal_run, random_run
):
    picked, of_random = (
        [len(run.picked(number)) for number in range(3)] for run in (partal_run, random_run)
    )
    assert picked == of_random == [15, 15, 0]
    labels, of_random = (
        run.metrics().query("task == 'loss'")["labels"].tolist() for run in (partal_run, random_run)
    )
    assert labels == of_random
    assert len(np.unique(partal_run.picked(0)[:, 0])) > 5


def test_the_start_is_that_of_the_other_strategies(partal_run, random_run):
    assert partal_run.facts.start == random_run.facts.start
    first, other = (
        run.metrics().query("cycle == 0")["value"].to_numpy() for run in (partal_run, random_run)
    )
    np.testing.assert_array_equal(first, other)


def test_the_highest_standardised_pairs_are_picked(partal_run):
    table, tasks = partal_run.pool(0), partal_run.config.tasks
    labelled = partal_run.labelled(0, random_start(partal_run.config, WHOLE))
    numbers = np.stack([table[f"u.{task}"] for task in tasks], axis=1).astype(np.float64)
    free = np.where(labelled, np.nan, numbers)
    standard = (free - np.nanmean(free, axis=0)) / np.nanstd(free, axis=0)
    best = sorted(((-standard[i, k], i, k) for i, k in np.argwhere(~labelled)))[:15]
    assert {(i, k) for _, i, k in best} == {tuple(pair) for pair in partal_run.picked(0).tolist()}


def test_ranks_and_cut_off_hold_for_single_labels(partal_run):
    """Images that are labelled in part stay open, are scored by their best pair, and ranked."""
    labelled = partal_run.labelled(1, random_start(partal_run.config, WHOLE))
    table, pairs = partal_run.pool(1), partal_run.picked(1)
    np.testing.assert_array_equal(table["open"], ~labelled.all(axis=1))
    np.testing.assert_array_equal(table["labelled"], labelled.any(axis=1))
    assert (table["open"] & table["labelled"]).any()
    np.testing.assert_array_equal(np.isfinite(table["score"]), table["open"])
    ranked = table[table["rank"] > 0].sort_values("rank")
    assert ranked["rank"].tolist() == list(range(1, int(table["open"].sum()) + 1))
    assert ranked.index[: int(table["picked"].sum())].tolist() == list(
        dict.fromkeys(pairs[:, 0].tolist())
    )
    assert (np.diff(ranked["score"]) <= 0).all()
    assert (table.loc[table["picked"], "score"] >= table["cutoff"].iloc[0]).all()
    assert (table.loc[table["open"] & ~table["picked"], "score"] <= table["cutoff"].iloc[0]).all()


def test_missing_labels_are_learned_from_pseudo_labels_at_half_weight(
    partal_run, tmp_path, monkeypatch
):
    """The third training of the run, prepared anew: which pairs count how much."""
    run = Run(partal_run.paths.folder)
    monkeypatch.setattr(StageTimer, "stage", Silent)
    timer = StageTimer(run, 2)
    context = prepare(run, timer, False)
    labelled = run.labelled(2, context.labels.start)
    labels = replace(context.labels, labelled=labelled)
    context.pool.change_gate(Gated(context.dataset.pool, context.dataset.tasks, labelled))
    batches = training_batches(CycleContext(context, 2, labels, CyclePaths(tmp_path), timer))
    wanted = missing_labels(labelled)
    assert wanted.any()
    assert set(batches.pseudo_labels) == {
        (image, run.config.tasks[task]) for image, task in np.argwhere(wanted)
    }
    np.testing.assert_array_equal(batches.weights, np.where(wanted, PSEUDO_LABEL_WEIGHT, labelled))
    np.testing.assert_array_equal(batches.labelled, labelled)
    generator = torch.Generator().manual_seed(0)
    drawn = [batch for _ in range(3) for batch in batches.epoch(generator)]
    seen = {image for batch in drawn for image in batch.indices.tolist()}
    assert seen & set(np.flatnonzero(wanted.any(axis=1)))


def test_pair_blocks_are_fitted_for_the_next_training_and_not_measured(partal_run):
    assert [partal_run.cycle(number).pairs.exists() for number in range(3)] == [True, True, False]
    assert not [column for column in partal_run.pool(0) if column.startswith("m.")]
    assert "pairs" in partal_run.facts.needed_stages
    assert ["pairs" in stages for stages in partal_run.facts.plan] == [True, True, False]
    assert "committee" in partal_run.fits(0)


def test_guesses_use_the_labels_of_an_image_where_the_last_cycle_has_fitted_blocks(
    partal_run, tmp_path, monkeypatch
):
    """A run that an earlier version began has none in its last cycle."""
    run = Run(shutil.copytree(partal_run.paths.folder, tmp_path / "run"))
    monkeypatch.setattr(StageTimer, "stage", Silent)
    timer = StageTimer(run, 2)
    context = prepare(run, timer, False)
    labels = replace(context.labels, labelled=run.labelled(2, context.labels.start))
    cycle = CycleContext(context, 2, labels, CyclePaths(tmp_path), timer)
    assert isinstance(guesses(cycle), FromLabels)
    run.cycle(1).pairs.unlink()
    assert isinstance(guesses(cycle), FinalHeads)


def test_whole_images_need_no_pseudo_labels(tmp_path, monkeypatch):
    """The start is fully labelled, and there is no network yet that could predict."""
    run = Run(create(tiny_config("strategy=partal"), StorePaths(tmp_path)).folder)
    monkeypatch.setattr(StageTimer, "stage", Silent)
    timer = StageTimer(run, 0)
    context = prepare(run, timer, False)
    labels = context.labels
    batches = training_batches(CycleContext(context, 0, labels, CyclePaths(tmp_path), timer))
    assert batches.pseudo_labels == {}
    np.testing.assert_array_equal(batches.weights, labels.start)


class Silent:
    """A stage that nobody watches."""

    def __init__(self, *of: object) -> None:
        pass

    def __enter__(self):
        return lambda done, total, loss=None: None

    def __exit__(self, *error: object) -> None:
        pass
