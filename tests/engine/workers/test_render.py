"""Pictures on request: equal to those of the cycle, and a plain reason where there are none."""

import os
import shutil
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from mtal.datasets.dataset import DataError, LabelNotBought
from mtal.datasets.registry import DATASETS
from mtal.engine.workers import reload_cycle, render
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs import outcome
from mtal.runs.jobs.launch import create, request_stop
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.paths import RenderPaths, StorePaths
from mtal.runs.store.render_requests import RenderRequests
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import write_facts
from tests.real_runs import tiny_config


@pytest.fixture
def run(finished_run, tmp_path) -> Run:
    """A real finished run to write in."""
    shutil.copytree(finished_run.paths.folder, tmp_path / finished_run.name)
    return Run(tmp_path / finished_run.name)


def pending_requests(run: Run, number: int, *images: int) -> RenderRequests:
    """Requests, also for what the cycle drew itself; no job is started."""
    requests = RenderRequests(run, number)
    requests.paths.pending.mkdir(parents=True, exist_ok=True)
    for image in images:
        requests.paths.request(image).touch()
    return requests


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def undrawn(run: Run, number: int) -> list[int]:
    return sorted(set(range(24)) - run.drawn(number))


class TestPictures:
    @pytest.mark.parametrize("number", [0, 1])
    def test_they_equal_those_of_the_cycle_byte_for_byte(self, run, number):
        images = run.evidence(number)["images"][::4]
        requests = pending_requests(run, number, *images)
        render.main(requests.paths.folder)
        assert (requests.result["outcome"], requests.result["reason"]) == ("finished", "")
        assert requests.result["traceback"] == ""
        assert requests.drawn() == set(images)
        for image in images:
            assert files(requests.paths.samples.sample(image)) == files(
                run.cycle(number).samples.sample(image)
            )

    def test_any_other_image_gets_the_same_kinds_and_is_found_like_the_others(self, run):
        image, drawn = undrawn(run, 1)[0], run.evidence(1)["images"][0]
        render.main(pending_requests(run, 1, image).paths.folder)
        assert image in run.drawn(1)
        assert run.pictures(1, image) == run.pictures(1, drawn)
        assert {
            name: (values.shape, values.dtype) for name, values in run.maps(1, image).items()
        } == {name: (values.shape, values.dtype) for name, values in run.maps(1, drawn).items()}
        assert (
            run.maps(1, image)["depth.gap.semseg"].max()
            != run.maps(1, drawn)["depth.gap.semseg"].max()
        )

    def test_the_last_cycle_shows_predictions_and_the_truth(self, run):
        render.main(pending_requests(run, 2, 4).paths.folder)
        tasks = run.config.tasks
        assert run.pictures(2, 4) == [
            "image",
            *(f"{task}.{what}" for task in tasks for what in ("initial", "final", "truth")),
        ]

    def test_no_label_is_read_that_is_not_shown_nor_another_image(self, run, monkeypatch):
        """Nothing but the one image that was asked for is opened."""
        source, read = DATASETS["drawn"], []

        class Spy:
            def __init__(self, split) -> None:
                self.split, self.ids, self.files, self.has_label = (
                    split,
                    split.ids,
                    split.files,
                    split.has_label,
                )

            def image(self, index):
                read.append(index)
                return self.split.image(index)

            def label(self, index, task):
                read.append(index)
                return self.split.label(index, task)

        def load(config):
            dataset = source.load(config)
            return dataset.with_splits(Spy(dataset.pool), dataset.validation)

        monkeypatch.setitem(reload_cycle.DATASETS, "drawn", replace(source, load=load))
        render.main(pending_requests(run, 2, 11).paths.folder)
        assert set(read) == {11}
        assert len(read) == 1 + 3


class TestWhereThereCanBeNone:
    def failed(self, run: Run, number: int) -> str:
        requests = pending_requests(run, number, 2, 3)
        render.main(requests.paths.folder)
        assert requests.status is Status.FAILED
        assert requests.pending() == requests.drawn() == set()  # or it would try for ever
        assert requests.result["traceback"] == ""
        return requests.result["reason"]

    def test_a_network_that_is_gone_is_named(self, run):
        run.cycle(1).network.unlink()
        assert str(run.cycle(1).network) in self.failed(run, 1)

    def test_a_network_of_another_version_is_named(self, run):
        path = run.cycle(1).network
        weights = {key: tensor.clone() for key, tensor in load_file(path).items()}
        weights.popitem()
        save_file(weights, path)
        assert "another version, which built backbone=tiny otherwise" in self.failed(run, 1)

    def test_blocks_that_are_gone_are_named(self, run):
        run.cycle(1).pairs.unlink()
        assert str(run.cycle(1).pairs) in self.failed(run, 1)

    def test_data_that_changed_is_refused(self, run):
        write_facts(run.paths.facts, run.facts.updated(fingerprint="0" * 16))
        assert "is not what cycle 0 of" in self.failed(run, 0)

    def test_a_cycle_of_before_a_known_change_is_refused_and_one_of_after_it_is_not(self, run):
        now = run.facts.fingerprint
        write_facts(
            run.paths.facts,
            run.facts.updated(data_changes=[{"cycle": 2, "before": "0" * 16, "after": now}]),
        )
        assert "is not what cycle 1 of" in self.failed(run, 1)
        render.main(pending_requests(run, 2, 5).paths.folder)
        assert run.drawn(2) == {5}

    def test_data_that_is_gone_is_named(self, run):
        config = read_json(run.paths.config)
        write_json(run.paths.config, config | {"dataset": "folder", "data": "no/such/folder"})
        assert "no/such/folder" in self.failed(run, 0)

    def test_where_people_label_new_labels_of_the_pool_are_no_change(self, run):
        dataset = DATASETS["drawn"].load(run.config)

        class Grown:
            folder = "data"

            def fingerprint(self, pool_labels=True):
                return "f" * 16 if pool_labels else dataset.fingerprint(pool_labels=False)

        with pytest.raises(DataError, match="is not what cycle 0 of"):
            reload_cycle.refuse_changed(run, 0, Grown())
        config = read_json(run.paths.config)
        write_json(run.paths.config, config | {"start": "labelled"})
        reload_cycle.refuse_changed(Run(run.paths.folder), 0, Grown())

    def test_one_image_that_cannot_be_read_does_not_hinder_the_others(self, run, monkeypatch):
        original = reload_cycle.draw

        def draw(at, image):
            if image == 2:
                raise reload_cycle.DataError("broken.jpg cannot be read")
            return original(at, image)

        monkeypatch.setattr(reload_cycle, "draw", draw)
        requests = pending_requests(run, 0, 2, 5)
        render.main(requests.paths.folder)
        assert (requests.drawn(), requests.pending()) == ({5}, set())
        assert (requests.result["outcome"], requests.result["reason"]) == (
            "failed",
            "broken.jpg cannot be read",
        )

    def test_where_people_label_no_truth_is_looked_for(self, tmp_path):
        dataset, acquired = DATASETS["drawn"].load(tiny_config()), np.zeros((24, 3), bool)
        assert (
            reload_cycle.ground_truth(
                dataset.pool, dataset.tasks, acquired, tiny_config("start=labelled")
            )
            is None
        )
        assert (
            reload_cycle.ground_truth(dataset.pool, dataset.tasks, acquired, tiny_config())
            is not None
        )

    def test_without_signal_quality_no_label_is_shown_that_was_not_acquired(self):
        dataset, acquired = DATASETS["drawn"].load(tiny_config()), np.zeros((24, 3), bool)
        acquired[5, 1] = True
        truth = reload_cycle.ground_truth(
            dataset.pool, dataset.tasks, acquired, tiny_config("signal_quality=false")
        )
        np.testing.assert_array_equal(truth.shown, acquired)
        assert truth.labels.targets([5], dataset.tasks[1]).any()
        for image, task in ((5, 0), (6, 1)):
            with pytest.raises(LabelNotBought):
                truth.labels.targets([image], dataset.tasks[task])
        assert reload_cycle.ground_truth(
            dataset.pool, dataset.tasks, acquired, tiny_config()
        ).shown.all()


@pytest.fixture
def quick(monkeypatch) -> list[int]:
    """Images in the order in which they were drawn, by a drawer that needs no network."""
    order: list[int] = []

    def drawer(image, samples):
        order.append(image)
        samples.sample(image).mkdir(parents=True)

    monkeypatch.setattr(reload_cycle, "drawer_of", lambda paths: drawer)
    return order


class TestRequests:
    def test_one_that_comes_while_the_worker_is_ending_is_fulfilled(self, run, quick, monkeypatch):
        """Written with the result, after the last look: whoever asked saw the lock held."""
        requests = pending_requests(run, 0, 1)
        original, late = outcome.write_json, [7, 8]

        def ending(path, value):
            original(path, value)
            if late:
                pending_requests(run, 0, late.pop(0))

        monkeypatch.setattr(outcome, "write_json", ending)
        with requests.paths.lock.open("a") as lock:
            assert take(lock, 0)
            render.main(requests.paths.folder)
        assert quick == [1, 7, 8]
        assert requests.pending() == set()
        assert requests.status is Status.FINISHED

    def test_one_worker_leaves_it_to_the_next_if_there_is_one(self, run, quick, monkeypatch):
        requests = pending_requests(run, 0, 1)
        original = render.free
        with requests.paths.lock.open("a") as lock, requests.paths.lock.open("a") as next_one:
            assert take(lock, 0)
            monkeypatch.setattr(render, "inherited", lambda path: lock.fileno())

            def free(fd):
                original(fd)
                pending_requests(run, 0, 7)
                assert take(next_one, 0)

            monkeypatch.setattr(render, "free", free)
            render.main(requests.paths.folder)
        assert quick == [1]
        assert requests.pending() == {7}

    def test_a_stop_takes_them_back_and_keeps_what_is_drawn(self, run, quick, monkeypatch):
        requests = pending_requests(run, 0, 1, 2, 3)
        original = render.draw_image

        def draw_and_stop(paths, *rest):
            problem = original(paths, *rest)
            request_stop(paths)
            return problem

        monkeypatch.setattr(render, "draw_image", draw_and_stop)
        render.main(requests.paths.folder)
        assert (requests.drawn(), requests.pending(), requests.status) == (
            {1},
            set(),
            Status.STOPPED,
        )

    def test_what_is_half_drawn_is_not_seen(self, run, quick, monkeypatch):
        seen = []
        requests = pending_requests(run, 0, 1)

        def drawer(image, samples):
            samples.sample(image).mkdir(parents=True)
            seen.append(requests.drawn())
            raise ZeroDivisionError("killed")

        monkeypatch.setattr(reload_cycle, "drawer_of", lambda paths: drawer)
        render.main(requests.paths.folder)
        assert seen == [set()]
        assert requests.drawn() == set()
        assert "ZeroDivisionError" in requests.result["traceback"]


def test_two_people_at_once_lose_nothing_and_start_one_job(run):
    """In real processes, while a run waits for the device: requests do not queue behind it."""
    waiting = create(tiny_config("seed=5"), StorePaths(run.paths.folder.parent))
    first, second = undrawn(run, 0)[:2]
    started = []
    with waiting.lock.open("a") as lock:
        assert take(lock, 0)  # queued for ever
        people = [
            threading.Thread(
                target=lambda image=image: started.append(RenderRequests(run, 0).add([image]))
            )
            for image in (first, second)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        requests, give_up = RenderRequests(run, 0), time.monotonic() + 240
        while requests.pending():
            assert time.monotonic() < give_up, requests.log_tail()
            time.sleep(0.05)
        assert requests.drawn() == {first, second}
        assert started.count(True) == 1
        assert requests.status is Status.RUNNING  # it lingers, so that a third is answered at once
        request_stop(requests.paths)
        while requests.status.alive:
            assert time.monotonic() < give_up
            time.sleep(0.05)
        assert np.isfinite(list(run.maps(0, first).values())[-1]).all()


def test_a_second_round_counts_its_seconds_from_its_own_begin(tmp_path, monkeypatch):
    """A request came in while the lock was free, so the same worker draws again."""
    paths, begins, taken = RenderPaths(tmp_path / "0"), [], iter([True, False])
    paths.folder.mkdir()

    def note_begin(*_):
        begins.append(paths.began.stat().st_mtime)
        os.utime(paths.began, (1, 1))

    monkeypatch.setattr(render, "run_job", note_begin)
    monkeypatch.setattr(render, "inherited", lambda *_: object())
    monkeypatch.setattr(render, "free", lambda *_: None)
    monkeypatch.setattr(render, "numbers_in", lambda *_: {3})
    monkeypatch.setattr(render, "take", lambda *_, **__: next(taken))
    render.main(paths.folder)
    assert len(begins) == 2
    assert min(begins) > 1
