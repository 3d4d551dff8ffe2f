"""What a run takes of a data set.

Broken files are left out by name, partly labelled pools work, and people's labels are waited for.
"""

import shutil

import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.dataset import DataError, label_mask
from mtal.datasets.readers.nyud import NYUD
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.prepare_data import drop_unlabelled, drop_unreadable
from mtal.engine.stages.required_labels import LabelsAwaited, await_labels
from mtal.engine.stages.start_labels import start_on_disk
from mtal.engine.workers import run as run_worker
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.datasets.nyud_folder import write_image, write_nyud

TRAIN, VAL = tuple(f"{number:04d}" for number in range(12)), ("0901", "0902", "0903", "0904")
FAST = {
    "size": (24, 32),
    "backbone": "tiny",
    "pretrained": False,
    "channels": 4,
    "pair_channels": 4,
    "embedding": 8,
    "epochs": 1,
    "pair_epochs": 1,
    "pair_steps": 0,
    "embedding_epochs": 1,
    "batch": 2,
    "start_percent": 25,
    "step_percent": 25,
    "cycles": 3,
    "projection": "pca",
    "device": "cpu",
    "threads": 1,
    "precision": "float32",
}


@pytest.fixture
def folder(tmp_path):
    return write_nyud(tmp_path / "NYUD_MT", train=TRAIN, val=VAL)


def settings(folder, **more) -> Config:
    return Config(
        **FAST
        | {"dataset": "nyud", "data": str(folder), "tasks": ("semseg", "depth", "normals")}
        | more
    )


def new_run(config: Config, tmp_path) -> Run:
    return Run(create(config, StorePaths(tmp_path / "store")).folder)


def load(folder, **more):
    return NYUD.load(settings(folder, **more))


DRAWN_BY_HAND = ("segmentation/{}.png", "normals/{}.npy")


def move(source, target, name):
    """A file from one folder to the same place in another."""
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    (source / name).rename(target / name)


def bring(folder, ids):
    """The labels that somebody made of these images."""
    for name in ids:
        for pattern in DRAWN_BY_HAND:
            move(folder.parent / "desk", folder, pattern.format(name))


class TestBadFiles:
    @pytest.mark.parametrize("strategy", ["ours", "random"])
    def test_they_are_left_out_by_name_and_the_run_goes_to_its_end(
        self, folder, tmp_path, strategy
    ):
        """Broken, missing and odd files of every sort: none of them is a crash in the middle."""
        (folder / "images" / "0003.jpg").write_bytes(
            (folder / "images" / "0003.jpg").read_bytes()[:-150]
        )
        (folder / "images" / "0007.jpg").unlink()
        (folder / "images" / "0902.jpg").write_bytes(b"text")
        for name in TRAIN[:3] + TRAIN[8:]:  # whichever is acquired in whichever cycle
            (folder / "depth" / f"{name}.npy").write_bytes(b"no")
        (folder / "normals" / "0904.npy").write_bytes(b"")
        run = new_run(
            settings(folder, strategy=strategy, start_percent=40, step_percent=30), tmp_path
        )
        cycle.run_cycles(run, StageTimer(run, 0))
        assert run.cycles_done() == 3
        assert set(run.facts.pool) == set(TRAIN) - {"0003", "0007"}
        assert run.facts.validation == ("0901", "0903", "0904")
        rows = {(row.split, row.id, row.what): row.problem for row in run.facts.left_out}
        assert {
            ("pool", "0003", "image"),
            ("pool", "0007", "image"),
            ("validation", "0902", "image"),
            ("validation", "0904", "normals"),
        } <= set(rows)
        assert "truncated" in rows["pool", "0003", "image"]
        assert "0007.jpg is missing" in rows["pool", "0007", "image"]
        labelled = run.labelled(2, run.start_labels())
        broken = {run.facts.pool[index] for index in np.flatnonzero(labelled[:, 1])} & {
            *TRAIN[:3],
            *TRAIN[8:],
        }
        assert {name for _, name, what in rows if what == "depth"} == broken != set()
        assert run.validation(2).set_index("id").isna()["loss.normals"].to_dict() == {
            "0901": False,
            "0903": False,
            "0904": True,
        }
        assert np.isfinite(run.metrics()["value"]).all()
        assert run.facts.measured == {"semseg": 3, "depth": 3, "normals": 2}

    def test_a_split_that_is_mostly_broken_is_a_wrong_folder(self, folder, empty_store, tmp_path):
        for name in VAL[:3]:
            (folder / "images" / f"{name}.jpg").write_bytes(b"no")
        with pytest.raises(DataError, match=r"3 of 4 validation images .*right folder"):
            drop_unreadable(load(folder), empty_store.data("nyud", "x"), lambda *_: None)

    def test_a_task_that_cannot_be_measured_is_an_error_at_once(self, folder, tmp_path):
        for name in VAL:
            (folder / "depth" / f"{name}.npy").write_bytes(b"no")
        run = new_run(settings(folder), tmp_path)
        with pytest.raises(DataError, match=r"no validation image .* usable label of depth"):
            cycle.run_cycles(run, StageTimer(run, 0))
        assert run.cycles_done() == 0


class TestHalfLabelled:
    @pytest.fixture
    def half(self, folder):
        for name in TRAIN[:4]:  # no label at all
            for what, ending in (("segmentation", "png"), ("depth", "npy"), ("normals", "npy")):
                (folder / what / f"{name}.{ending}").unlink()
        for name in TRAIN[4:8]:  # one task is missing
            (folder / "depth" / f"{name}.npy").unlink()
        return folder

    def test_images_without_labels_are_no_part_of_a_simulation(self, half):
        dataset, bare = drop_unlabelled(load(half))
        assert (dataset.pool.ids, bare) == (TRAIN[4:], 4)
        assert label_mask(dataset.pool, dataset.tasks).sum(axis=0).tolist() == [8, 4, 8]

    @pytest.mark.parametrize("strategy", ["ours", "random"])
    def test_a_simulation_acquires_only_labels_that_exist(self, half, tmp_path, strategy):
        run = new_run(
            settings(half, strategy=strategy, start_percent=20, step_percent=40), tmp_path
        )
        cycle.run_cycles(run, StageTimer(run, 0))
        available = label_mask(drop_unlabelled(load(half))[0].pool, load(half).tasks)
        labelled = run.labelled(2, run.start_labels())
        assert not (labelled & ~available).any()
        assert labelled.sum() == run.metrics().query("cycle == 2")["labels"].iloc[0]
        assert run.facts.without_labels == 4
        picks = [tuple(pair) for number in (0, 1) for pair in run.picked(number)]
        assert len(set(picks)) == len(picks)
        assert labelled.sum() == available.sum()  # 20 % and two times 40 % are all labels


class TestPeopleLabel:
    """start=labelled: labels appear in the folder while the run waits for them."""

    @pytest.fixture
    def open_folder(self, folder):
        for name in TRAIN[4:]:
            for pattern in DRAWN_BY_HAND:  # depth is measured, so all images have it
                move(folder, folder.parent / "desk", pattern.format(name))
        return folder

    def test_it_picks_waits_goes_on_and_ends(self, open_folder, tmp_path):
        run = new_run(settings(open_folder, start="labelled", cycles=3), tmp_path)
        outcome = run_worker.work(run.paths)
        assert (outcome.outcome, run.cycles_done()) == ("stopped", 1)
        picked = sorted({run.facts.pool[image] for image in run.picked(0)[:, 0]})
        assert len(picked) == 3
        assert not set(picked) & set(TRAIN[:4])
        assert "waits for labels of 3 picked images (semseg 3, normals 3 missing)" in outcome.reason
        assert all(name in outcome.reason for name in picked)
        assert (
            str(open_folder / "segmentation") in outcome.reason
        )  # where the first of them belongs

        bring(open_folder, picked[:2])
        again = run_worker.work(run.paths)
        assert (again.outcome, run.cycles_done()) == ("stopped", 1)
        assert f"1 picked image (semseg 1, normals 1 missing): {picked[2]}" in again.reason

        bring(open_folder, picked[2:])
        assert run_worker.work(run.paths).outcome == "stopped"  # for the labels of the second pick
        assert run.cycles_done() == 2
        start = np.array(
            [[1, 1, 1]] * 4 + [[0, 1, 0]] * 8, bool
        )  # labels that came later are no part of it
        np.testing.assert_array_equal(run.start_labels(), start)
        assert run.metrics().query("task == 'loss'")["labels"].tolist() == [20, 26]
        bring(open_folder, [run.facts.pool[image] for image in np.unique(run.picked(1)[:, 0])])
        assert run_worker.work(run.paths).outcome == "finished"
        assert run.metrics().query("task == 'loss'")["labels"].tolist() == [20, 26, 32]
        assert run.metrics().query("task == 'loss'")["percent"].tolist() == pytest.approx(
            [100 * n / 36 for n in (20, 26, 32)]
        )

    def test_a_changed_image_still_needs_consent(self, open_folder, tmp_path):
        run = new_run(settings(open_folder, start="labelled", cycles=2), tmp_path)
        run_worker.work(run.paths)
        write_image(
            open_folder, "0000", np.random.default_rng(77)
        )  # another picture under the same name
        outcome = run_worker.work(run.paths)
        assert outcome.outcome == "failed"
        assert "--accept-data" in outcome.reason

    def test_nothing_labelled_and_nothing_open_are_errors_that_say_what_to_do(self, folder):
        dataset, full = load(folder), np.ones((12, 3), bool)
        with pytest.raises(DataError, match="start=random"):
            start_on_disk(full, None, dataset)
        none = full.copy()
        none[:, 1] = False
        with pytest.raises(DataError, match=r"semseg 12, depth 0, normals 12"):
            start_on_disk(none, None, dataset)

    def test_who_waits_for_nothing_goes_on(self, folder):
        dataset, full = load(folder), np.ones((12, 3), bool)
        await_labels(dataset, full, full)
        available = full.copy()
        available[5, 2] = False
        with pytest.raises(LabelsAwaited, match=r"1 picked image \(normals 1 missing\): 0005"):
            await_labels(dataset, full, available)


class TestNothingToLearnFrom:
    def test_a_pool_without_any_label_is_an_error_that_says_what_to_do(self, folder, tmp_path):
        for what in ("segmentation", "depth", "normals"):
            for name in TRAIN:
                next((folder / what).glob(f"{name}.*")).unlink()
        outcome = run_worker.work(new_run(settings(folder), tmp_path).paths)
        assert outcome.outcome == "failed"
        assert "no pool image" in outcome.reason
        assert "start=labelled" in outcome.reason

    def test_a_task_without_a_label_at_the_start_is_not_trained_on_nothing(self, folder, tmp_path):
        for name in TRAIN:
            (folder / "depth" / f"{name}.npy").unlink()
        outcome = run_worker.work(new_run(settings(folder), tmp_path).paths)
        assert "none of the 3 labelled images has a usable label of depth" in outcome.reason

    def test_nor_one_whose_labels_at_the_start_are_all_broken(self, folder, tmp_path):
        for name in TRAIN:
            (folder / "depth" / f"{name}.npy").write_bytes(b"no")
        run = new_run(settings(folder), tmp_path)
        outcome = run_worker.work(run.paths)
        assert "none of the 3 labelled images has a usable label of depth" in outcome.reason
        assert run.cycles_done() == 0


class TestDataThatGrowOrAreMended:
    """A run keeps the images that it began with, whatever is repaired or added since."""

    @pytest.fixture(autouse=True)
    def _what_the_next_cycle_goes_on_from_stays(self, monkeypatch):
        monkeypatch.setattr(cycle, "delete_fitted", lambda run: None)

    def stopped_after_one_cycle(self, config, tmp_path):
        whole = new_run(config, tmp_path)
        cycle.run_cycles(whole, StageTimer(whole, 0))
        half = Run(create(config, StorePaths(tmp_path / "half")).folder)
        shutil.copytree(whole.paths.cycle(0).folder, half.paths.cycle(0).folder)
        shutil.copytree(whole.paths.fitted, half.paths.fitted)
        shutil.copy(whole.paths.facts, half.paths.facts)
        return whole, half

    def test_a_repaired_image_and_a_new_one_take_no_part(self, folder, tmp_path):
        good = (folder / "images" / "0003.jpg").read_bytes()
        (folder / "images" / "0003.jpg").write_bytes(b"no")
        whole, half = self.stopped_after_one_cycle(settings(folder), tmp_path)
        (folder / "images" / "0003.jpg").write_bytes(good)
        lists = folder / "gt_sets" / "train.txt"
        lists.write_text("0500\n" + lists.read_text())
        write_image(folder, "0500", np.random.default_rng(5))
        cycle.run_cycles(half, StageTimer(half, 1))
        assert half.facts.pool == whole.facts.pool
        assert half.facts.left_out == whole.facts.left_out != ()
        assert half.facts.data_changes == ()
        for number in (0, 1):
            np.testing.assert_array_equal(half.picked(number), whole.picked(number))

    def test_an_image_that_is_gone_is_named(self, folder, tmp_path):
        _, half = self.stopped_after_one_cycle(settings(folder), tmp_path)
        (folder / "images" / "0902.jpg").unlink()
        outcome = run_worker.work(half.paths, accept_data=True)
        assert outcome.outcome == "failed"
        assert "other validation images than when this run began: 0902" in outcome.reason

    def test_before_the_first_cycle_the_start_is_found_anew(self, folder, tmp_path):
        """Positions written down by a start that failed mean nothing in a longer list."""
        for name in TRAIN[2:]:
            (folder / "segmentation" / f"{name}.png").unlink()
        for name in VAL:
            move(folder, folder.parent / "desk", f"depth/{name}.npy")
        run = new_run(settings(folder, start="labelled", cycles=2), tmp_path)
        assert "no validation image" in run_worker.work(run.paths).reason
        for name in VAL:
            move(folder.parent / "desk", folder, f"depth/{name}.npy")
        lists = folder / "gt_sets" / "train.txt"
        lists.write_text("0700\n0800\n" + lists.read_text())
        for name in ("0700", "0800"):
            write_image(folder, name, np.random.default_rng(7))
            (folder / "segmentation" / f"{name}.png").unlink()
        run_worker.work(run.paths)
        assert run.cycles_done() == 1
        start = {
            run.facts.pool[image]: labels.tolist()
            for image, labels in enumerate(run.start_labels())
            if labels[0]
        }
        assert start == {"0000": [True] * 3, "0001": [True] * 3}
        assert run.start_labels()[:, 1:].all()  # labels of other tasks are learned from too
