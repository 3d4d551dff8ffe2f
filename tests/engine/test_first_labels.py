"""A pool without any label: the run chooses its start, waits for its labels, and goes on."""

import shutil

import numpy as np
import pytest

from mtal.config import Config
from mtal.engine.workers import run as run_worker
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.failures import WAITING_FOR_LABELS, failure_of
from mtal.runs.store.run import Run
from tests.datasets.nyud_folder import write_image, write_nyud
from tests.engine.stages.test_prepare_data import FAST, TRAIN, VAL, move

LABELS = ("segmentation/{}.png", "normals/{}.npy", "depth/{}.npy")


@pytest.fixture
def bare(tmp_path):
    """A pool of twelve images without any label; they lie on somebody's desk."""
    folder = write_nyud(tmp_path / "NYUD_MT", train=TRAIN, val=VAL)
    for name in TRAIN:
        for pattern in LABELS:
            move(folder, folder.parent / "desk", pattern.format(name))
    return folder


def bring(folder, ids):
    for name in ids:
        for pattern in LABELS:
            move(folder.parent / "desk", folder, pattern.format(name))


def new_run(folder, store, **more) -> Run:
    config = Config(
        **FAST
        | {
            "dataset": "nyud",
            "data": str(folder),
            "tasks": ("semseg", "depth", "normals"),
            "start": "coverage",
            "labelling": "people",
            "strategy": "random",
        }
        | more
    )
    return Run(create(config, StorePaths(store)).folder)


def start_of(run):
    return [run.facts.pool[image] for image in run.facts.start]


@pytest.mark.parametrize(
    "start",
    [{}, {"start_coverage": "k-centre"}, {"start_coverage": "typiclust"}, {"start": "random"}],
)
def test_the_start_is_chosen_before_any_label_exists_and_waited_for(bare, tmp_path, start):
    run = new_run(bare, tmp_path / "store", **start)
    outcome = run_worker.work(run.paths)
    chosen = start_of(run)
    assert (outcome.outcome, run.cycles_done(), len(chosen)) == ("stopped", 0, 3)
    missing = "semseg 3, depth 3, normals 3 missing"
    assert f"waits for labels of 3 picked images ({missing})" in outcome.reason
    assert all(name in outcome.reason for name in chosen)
    assert failure_of(run) is WAITING_FOR_LABELS
    assert run.start_labels().sum() == 9

    bring(bare, [*chosen[:2], *[name for name in TRAIN if name not in chosen][:4]])
    again = run_worker.work(run.paths)  # other labels came first, which changes nothing
    assert f"1 picked image (semseg 1, depth 1, normals 1 missing): {chosen[2]}" in again.reason
    assert start_of(run) == chosen

    bring(bare, chosen[2:])
    assert run_worker.work(run.paths).outcome in {"stopped", "finished"}
    assert run.cycles_done() >= 1
    assert start_of(run) == chosen
    assert run.metrics().query("cycle == 0 and task == 'loss'")["labels"].tolist() == [9]


def test_a_waiting_run_that_is_resumed_gives_the_bytes_of_one_that_never_waited(bare, tmp_path):
    waited = new_run(bare, tmp_path / "store", cycles=2, strategy="ours")
    run_worker.work(waited.paths)
    for ids in (start_of(waited), ()):
        bring(bare, ids)
        run_worker.work(waited.paths)
    rest = [name for name in TRAIN if name not in start_of(waited)]
    bring(bare, rest)
    assert run_worker.work(waited.paths).outcome == "finished"

    at_once = new_run(bare, tmp_path / "other", cycles=2, strategy="ours")
    assert run_worker.work(at_once.paths).outcome == "finished"
    for number in (0, 1):
        first, second = waited.cycle(number).network, at_once.cycle(number).network
        assert first.read_bytes() == second.read_bytes()
        np.testing.assert_array_equal(waited.picked(number), at_once.picked(number))


def test_a_start_that_was_asked_for_stays_when_images_are_added(bare, tmp_path):
    run = new_run(bare, tmp_path / "store")
    run_worker.work(run.paths)
    chosen = start_of(run)
    lists = bare / "gt_sets" / "train.txt"
    lists.write_text("0500\n0600\n" + lists.read_text())
    for number, name in enumerate(("0500", "0600")):
        write_image(bare, name, np.random.default_rng(number))
    assert "waits for labels" in run_worker.work(run.paths).reason
    assert run.facts.pool == TRAIN
    assert start_of(run) == chosen


def test_a_start_set_need_not_exist_any_more_once_it_was_asked_for(bare, tmp_path):
    run = new_run(bare, tmp_path / "store", start="set", start_set="first")
    reviews = ReviewDatabase(run.store)
    data = run.store.data("nyud", str(bare)).folder.name
    set_id = reviews.save_set(data, [TRAIN[8], TRAIN[1]], "Ada", "first")
    assert "waits for labels of 2 picked images" in run_worker.work(run.paths).reason
    assert start_of(run) == [TRAIN[1], TRAIN[8]]
    reviews.delete_set(set_id, "Ada")
    assert "waits for labels of 2 picked images" in run_worker.work(run.paths).reason


def test_a_set_that_must_be_part_of_a_covering_start_is(bare, tmp_path):
    run = new_run(bare, tmp_path / "store", start_set="first")
    data = run.store.data("nyud", str(bare)).folder.name
    ReviewDatabase(run.store).save_set(data, [TRAIN[8], TRAIN[1]], "Ada", "first")
    run_worker.work(run.paths)
    assert {TRAIN[1], TRAIN[8]} < set(start_of(run))
    assert len(start_of(run)) == 3


def test_an_unknown_start_set_fails_with_its_reason(bare, tmp_path):
    run = new_run(bare, tmp_path / "store", start="set", start_set="first")
    outcome = run_worker.work(run.paths)
    assert outcome.outcome == "failed"
    assert "start_set: there is no set 'first'" in outcome.reason


def test_a_validation_split_without_labels_is_an_error_before_anybody_labels(bare, tmp_path):
    for name in VAL:
        for pattern in LABELS:
            (bare / pattern.format(name)).unlink()
    outcome = run_worker.work(new_run(bare, tmp_path / "store").paths)
    assert outcome.outcome == "failed"
    assert "no validation image" in outcome.reason


def test_a_simulation_covers_the_images_that_have_labels(bare, tmp_path):
    bring(bare, TRAIN[:9])
    run = new_run(bare, tmp_path / "store", labelling="simulated", cycles=2)
    assert run_worker.work(run.paths).outcome == "finished"
    assert set(run.facts.pool) == set(TRAIN[:9])
    assert len(run.facts.start) == 2
    again = new_run(bare, tmp_path / "other", labelling="simulated", cycles=2, strategy="core-set")
    assert run_worker.work(again.paths).outcome == "finished"
    assert again.facts.start == run.facts.start


def test_a_covered_run_killed_after_a_cycle_goes_on_as_it_would_have(bare, tmp_path):
    bring(bare, TRAIN)
    whole = new_run(bare, tmp_path / "store", labelling="simulated")
    assert run_worker.work(whole.paths).outcome == "finished"
    half = new_run(bare, tmp_path / "half", labelling="simulated")
    shutil.copytree(whole.paths.cycle(0).folder, half.paths.cycle(0).folder)
    shutil.copy(whole.paths.facts, half.paths.facts)
    assert run_worker.work(half.paths).outcome == "finished"
    assert half.facts.start == whole.facts.start
    assert half.cycle(2).network.read_bytes() == whole.cycle(2).network.read_bytes()
