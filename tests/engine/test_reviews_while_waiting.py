"""People decide while a run waits for labels.

What they reject is not waited for, and a cycle that has begun stays as it began.
"""

import os
import shutil
import signal
import time

import numpy as np
import pytest

from mtal.config import Config
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import apply_reviews
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.sample_weights import training_weights
from mtal.engine.workers import run as run_worker
from mtal.runs.files import read_json
from mtal.runs.jobs.launch import create, start
from mtal.runs.paths import StorePaths
from mtal.runs.reviews.effective import effective_batch, is_settled
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run
from tests.datasets.nyud_folder import write_nyud
from tests.engine.stages.test_prepare_data import DRAWN_BY_HAND, FAST, TRAIN, VAL, bring, move
from tests.real_runs import wait


@pytest.fixture
def folder(tmp_path):
    """Four images with labels; the others have depth only, the rest is on somebody's desk."""
    folder = write_nyud(tmp_path / "NYUD_MT", train=TRAIN, val=VAL)
    for name in TRAIN[4:]:
        for pattern in DRAWN_BY_HAND:
            move(folder, folder.parent / "desk", pattern.format(name))
    return folder


def waiting(folder, store, **more) -> Run:
    """A run that has made its first pick of three images and waits for their labels."""
    config = Config(
        **FAST
        | {
            "dataset": "nyud",
            "data": str(folder),
            "tasks": ("semseg", "depth", "normals"),
            "start": "labelled",
            "sample_weights": "on",
        }
        | more
    )
    run = Run(create(config, StorePaths(store)).folder)
    assert run_worker.work(run.paths).outcome == "stopped"
    assert run.cycles_done() == 1
    return run


def ranked(run, number, first, last):
    """Ids with these ranks in a cycle's pool."""
    pool = run.pool(number)
    return pool[pool["rank"].between(first, last)].sort_values("rank")["id"].tolist()


def trained_on(run, number):
    """Ids with all labels when a cycle began."""
    return {
        run.facts.pool[image]
        for image in np.flatnonzero(run.labelled(number, run.start_labels()).all(axis=1))
    }


def same(first, other):
    """The networks of two runs, and what they picked, cycle for cycle."""
    assert first.cycles_done() == other.cycles_done()
    for number in range(first.cycles_done()):
        assert first.cycle(number).network.read_bytes() == other.cycle(number).network.read_bytes()
        np.testing.assert_array_equal(first.picked(number), other.picked(number))
        np.testing.assert_array_equal(
            first.labelled(number, first.start_labels()),
            other.labelled(number, other.start_labels()),
        )


def test_a_rejected_image_is_not_waited_for_and_the_run_learns_from_what_came_for_it(
    folder, tmp_path
):
    run = waiting(folder, tmp_path / "store")
    picked, [refill] = ranked(run, 0, 1, 3), ranked(run, 0, 4, 4)
    ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "rejected", "ann")
    bring(folder, [picked[0], picked[2]])
    reason = run_worker.work(run.paths).reason
    assert f"labels of 1 picked image (semseg 1, normals 1 missing): {refill}." in reason
    assert not is_settled(run, 0)

    bring(folder, [refill])
    assert "waits for labels" in run_worker.work(run.paths).reason  # of the second pick
    assert run.cycles_done() == 2
    assert is_settled(run, 0)
    assert trained_on(run, 1) == {*TRAIN[:4], picked[0], picked[2], refill}
    assert run.metrics().query("task == 'loss'")["labels"].tolist() == [20, 26]
    pool = run.pool(1).set_index("id")
    assert pool.loc[refill, "labelled"]
    assert not pool.loc[picked[1], "open"]  # nobody is asked twice for what was not wanted
    assert pool.loc[picked[1], "rank"] == 0
    assert picked[1] not in ranked(run, 1, 1, 99)

    ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "", "bo")  # it is wanted after all
    bring(folder, ranked(run, 1, 1, 3))
    assert run_worker.work(run.paths).outcome == "finished"
    assert trained_on(run, 2) == {*trained_on(run, 1), *ranked(run, 1, 1, 3)}


def test_who_rejects_in_the_moment_in_which_a_cycle_begins_comes_too_late(
    folder, tmp_path, monkeypatch
):
    run = waiting(folder, tmp_path / "store")
    picked, read = ranked(run, 0, 1, 3), apply_reviews.effective_decisions

    def effective_decisions(run, cycle):
        decisions = read(run, cycle)
        ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "rejected", "ann")
        return decisions

    monkeypatch.setattr(apply_reviews, "effective_decisions", effective_decisions)
    bring(folder, picked)
    context = prepare(run, StageTimer(run, 1), accept_data=False)
    labels = apply_reviews.apply_reviews(run, 1, context.dataset, context.labels)
    assert labels.labelled[run.facts.pool.index(picked[1])].all()
    assert run.applied_reviews(1)["rejected"] == []
    assert not labels.rejected.any()


def test_weights_are_those_of_what_was_acquired(folder, tmp_path):
    """The refill has the score with which it was ranked; the rejected image weighs nothing."""
    run = waiting(folder, tmp_path / "store")
    picked, [refill] = ranked(run, 0, 1, 3), ranked(run, 0, 4, 4)
    ReviewDatabase(run.store).decide(run.name, 0, [picked[0]], "rejected", "ann")
    bring(folder, [*picked[1:], refill])
    run_worker.work(run.paths)
    context = prepare(run, StageTimer(run, 1), accept_data=False)
    weights = training_weights(context, 1, run.labelled(1, run.start_labels()))
    positions = {name: index for index, name in enumerate(run.facts.pool)}
    assert not weights[positions[picked[0]], [0, 2]].any()
    scores = run.pool(0)[["n.semseg", "n.normals"]].to_numpy()[
        [positions[name] for name in (*picked[1:], refill)]
    ]
    expected = np.clip(scores / scores.mean(axis=0), 0.25, 4)
    start = np.ones((4, 2))  # labels of the start weigh 1, then the mean becomes 1
    scale = 7 / (start.sum(axis=0) + expected.sum(axis=0))
    np.testing.assert_allclose(
        weights[[positions[name] for name in (*picked[1:], refill)]][:, [0, 2]],
        expected * scale,
        rtol=1e-6,
    )


def test_who_decides_later_changes_nothing_that_has_begun(folder, tmp_path):
    run = waiting(folder, tmp_path / "store")
    picked, [refill] = ranked(run, 0, 1, 3), ranked(run, 0, 4, 4)
    ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "rejected", "ann")
    bring(folder, [picked[0], picked[2], refill])
    run_worker.work(run.paths)
    begun, labels = read_json(run.paths.applied_reviews(1)), run.labelled(1, run.start_labels())
    rows = effective_batch(run, 0, run.pool(0)).rows
    ReviewDatabase(run.store).decide(run.name, 0, [picked[0], picked[2], refill], "rejected", "bo")
    ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "accepted", "bo")
    bring(folder, ranked(run, 1, 1, 3))
    assert run_worker.work(run.paths).outcome == "finished"
    assert read_json(run.paths.applied_reviews(1)) == begun
    np.testing.assert_array_equal(run.labelled(1, run.start_labels()), labels)
    assert effective_batch(run, 0, run.pool(0)).rows.equals(rows)
    assert trained_on(run, 2) == {*TRAIN[:4], picked[0], picked[2], refill, *ranked(run, 1, 1, 3)}


def test_all_rejected_and_nothing_left_goes_on_with_what_there_is(folder, tmp_path):
    run = waiting(folder, tmp_path / "store", cycles=2)
    ReviewDatabase(run.store).decide(run.name, 0, ranked(run, 0, 1, 99), "rejected", "ann")
    assert run_worker.work(run.paths).outcome == "finished"
    assert run.acquired(0).shape == (0, 2)
    assert trained_on(run, 1) == set(TRAIN[:4])


def test_a_run_without_written_beginnings_is_read_as_before(folder, tmp_path):
    run = waiting(folder, tmp_path / "store")
    bring(folder, ranked(run, 0, 1, 3))
    run_worker.work(run.paths)
    before = run.labelled(1, run.start_labels())
    shutil.rmtree(run.paths.applied_reviews(1).parent)
    np.testing.assert_array_equal(run.labelled(1, run.start_labels()), before)
    np.testing.assert_array_equal(run.acquired(0), run.picked(0))
    ReviewDatabase(run.store).decide(run.name, 1, ranked(run, 1, 1, 1), "rejected", "ann")
    bring(folder, ranked(run, 1, 2, 4))
    assert run_worker.work(run.paths).outcome == "finished"
    assert trained_on(run, 2) == {*TRAIN[:4], *ranked(run, 0, 1, 3), *ranked(run, 1, 2, 4)}


def test_in_a_simulation_decisions_change_nothing(folder, tmp_path):
    bring(folder, TRAIN[4:])
    config = Config(
        **FAST
        | {
            "dataset": "nyud",
            "data": str(folder),
            "tasks": ("semseg", "depth", "normals"),
            "cycles": 2,
        }
    )
    quiet, busy = (
        Run(create(config, StorePaths(tmp_path / name)).folder) for name in ("quiet", "busy")
    )
    ReviewDatabase(busy.store).decide(busy.name, 0, TRAIN, "rejected", "ann")
    for run in (quiet, busy):
        assert run_worker.work(run.paths).outcome == "finished"
    same(quiet, busy)
    assert not busy.paths.applied_reviews(1).exists()


def test_killed_and_resumed_it_goes_on_with_what_it_began_with(folder, tmp_path):
    """A worker is killed in the cycle after a decision, people change their mind, it is resumed."""
    run = waiting(folder, tmp_path / "store", epochs=10)  # time to be killed in
    picked, [refill] = ranked(run, 0, 1, 3), ranked(run, 0, 4, 4)
    ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "rejected", "ann")
    shutil.copytree(tmp_path / "store", tmp_path / "straight")
    straight = Run(StorePaths(tmp_path / "straight").run(run.name).folder)
    bring(folder, [picked[0], picked[2], refill])

    assert start(run.paths)
    give_up = time.monotonic() + 240
    while not any(row["cycle"] == 1 and row["stage"] == "train" for row in run.reports()):
        assert run.status.alive, "\n".join(run.log_tail(40))
        assert time.monotonic() < give_up
        time.sleep(0.02)
    os.kill(int(run.paths.lock.read_text()), signal.SIGKILL)
    wait(run)
    assert run.cycles_done() == 1
    assert is_settled(run, 0)  # it had begun, so it is too late for another decision
    ReviewDatabase(run.store).decide(run.name, 0, [picked[1]], "accepted", "bo")
    ReviewDatabase(run.store).decide(run.name, 0, [picked[0]], "rejected", "bo")
    assert start(run.paths)
    wait(run)
    assert "waits for labels" in run.result["reason"]
    assert (
        "waits for labels" in run_worker.work(straight.paths).reason
    )  # never killed, nobody changed their mind
    same(run, straight)
