"""Resized splits: sizes, values, the memory limit, the gate, all broken files in one message."""

import threading

import numpy as np
import pytest
import torch

from mtal.config import Config
from mtal.datasets.dataset import DataError, Gated, LabelNotBought
from mtal.datasets.readers.nyud import NYUD
from mtal.datasets.resized import Resized, resize_image, resize_label
from mtal.datasets.synthetic.shapes import DRAWN
from tests.datasets.nyud_folder import SIZE, nyud_config, write_nyud

ROOMY_GB = 0.1
TASKS = ("semseg", "depth", "normals")


class Counted:
    """A split that notes what is read from it."""

    def __init__(self, split):
        self.split, self.ids, self.read = split, split.ids, []
        self._lock = threading.Lock()

    def image(self, index):
        with self._lock:
            self.read.append((index, "image"))
        return self.split.image(index)

    def label(self, index, task):
        with self._lock:
            self.read.append((index, task.name))
        return self.split.label(index, task)


@pytest.fixture
def dataset():
    return DRAWN.load(Config(dataset="drawn", data="6+2", size=(24, 32), tasks=TASKS))


@pytest.fixture
def counted(dataset):
    return Counted(dataset.pool)


def test_own_size_is_passed_through(dataset):
    data = Resized(dataset.pool, (24, 32), ROOMY_GB)
    images = data.images([4, 1])
    assert (images.dtype, images.shape) == (torch.uint8, (2, 3, 24, 32))
    np.testing.assert_array_equal(images[0].permute(1, 2, 0), dataset.pool.image(4))
    for task in dataset.tasks:
        target = data.targets(np.array([4, 1]), task)
        assert target.shape == (2, task.label_channels, 24, 32)
        assert target.numpy().dtype == task.label_dtype
        label = dataset.pool.label(1, task)
        np.testing.assert_allclose(target[1].permute(1, 2, 0).squeeze(-1), label, atol=1e-6)


@pytest.mark.parametrize("size", [(12, 16), (17, 31), (60, 50), (24, 32), (1, 1)])
def test_labels_are_of_the_nearest_pixel(dataset, size):
    label = dataset.pool.label(0, dataset.tasks[0])
    expected = np.empty(size, label.dtype)
    for row in range(size[0]):
        for column in range(size[1]):
            expected[row, column] = label[
                int((row + 0.5) * 24 / size[0]), int((column + 0.5) * 32 / size[1])
            ]
    np.testing.assert_array_equal(resize_label(label, size), expected)


def test_vectors_become_unit_length_and_zero_stays_zero():
    label = np.array([[[0, 0, 0], [0, 3, 4]]], np.float32)
    resized = resize_label(label, (2, 4))
    np.testing.assert_allclose(resized[:, :2], 0)
    np.testing.assert_allclose(resized[:, 2:], np.broadcast_to([0, 0.6, 0.8], (2, 2, 3)), atol=1e-6)
    assert resized.dtype == np.float32


def test_images_shrink_by_averaging():
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    small = resize_image(np.repeat(checks[..., None], 3, -1).astype(np.uint8), (8, 8))
    assert small.shape == (8, 8, 3)
    # Without antialiasing it would be black or white.
    assert np.abs(small.astype(int) - 127).max() < 10


def test_everything_is_read_once_while_there_is_room(counted, dataset):
    data = Resized(counted, (24, 32), ROOMY_GB)
    for _ in range(3):
        data.images(range(6))
        data.targets([0, 1], dataset.tasks[1])
    assert sorted(counted.read) == sorted(
        [(index, "image") for index in range(6)] + [(0, "depth"), (1, "depth")]
    )


def test_memory_is_bounded_and_results_stay_the_same(counted, dataset):
    two_images = 2 * 3 * 24 * 32 / 2**30
    data, roomy = Resized(counted, (24, 32), two_images), Resized(dataset.pool, (24, 32), ROOMY_GB)
    for _ in range(2):
        assert torch.equal(data.images(range(6)), roomy.images(range(6)))
    assert len(counted.read) == 6 + 4
    nothing = Counted(dataset.pool)
    for _ in range(2):
        Resized(nothing, (24, 32), 0).images([0])
    assert len(nothing.read) == 2


def test_native_targets_keep_the_size_of_the_label(counted, dataset):
    for size in ((12, 16), (24, 32)):
        data = Resized(counted, size, ROOMY_GB)
        data.preload(tasks=dataset.tasks)
        for task in dataset.tasks:
            for _ in range(3):
                for index, target in zip([4, 1], data.native_targets([4, 1], task), strict=True):
                    assert target.shape == (task.label_channels, 24, 32)
                    np.testing.assert_allclose(
                        target.permute(1, 2, 0).squeeze(-1),
                        dataset.pool.label(index, task),
                        atol=1e-6,
                    )
                    target.zero_()  # spoils nothing
    assert counted.read.count((4, "depth")) == (1 + 3) + (1 + 1)


def test_a_label_has_the_same_bits_whether_it_was_read_now_or_kept(dataset):
    """Otherwise a resumed run would differ in the last digits from one that went on."""

    class Longer(Counted):  # vectors of the size of the network, not quite of unit length
        def label(self, index, task):
            return super().label(index, task) * np.float32(1.003)

    normals = next(task for task in dataset.tasks if task.name == "normals")
    data = Resized(Longer(dataset.pool), (24, 32), ROOMY_GB)
    fresh, fresh_small = data.native_targets([3], normals)[0], data.targets([3], normals)[0]
    kept = data.native_targets([3], normals)[0]
    assert torch.equal(fresh, kept)
    assert torch.equal(fresh, fresh_small)
    present = fresh.norm(dim=0) > 0
    torch.testing.assert_close(fresh.norm(dim=0)[present], torch.ones(int(present.sum())))


def test_no_indices_no_images(dataset):
    data = Resized(dataset.pool, (24, 32), ROOMY_GB)
    assert data.images([]).shape == (0, 3, 24, 32)
    assert data.targets([], dataset.tasks[2]).shape == (0, 3, 24, 32)


class TestGate:
    @pytest.fixture
    def labelled(self):
        labelled = np.zeros((6, 3), bool)
        labelled[[0, 2]] = True
        labelled[5, 1] = True
        return labelled

    def test_labels_not_bought_are_refused(self, counted, dataset, labelled):
        data = Resized(Gated(counted, dataset.tasks, labelled), (24, 32), ROOMY_GB)
        assert data.images(range(6)).shape[0] == 6
        with pytest.raises(LabelNotBought, match=dataset.pool.ids[1]):
            data.targets([0, 1], dataset.tasks[0])

    def test_targets_for_never_touches_them(self, counted, dataset, labelled):
        data = Resized(Gated(counted, dataset.tasks, labelled), (24, 32), ROOMY_GB)
        targets = data.targets_for([5, 0, 1], dataset.tasks, labelled)
        for column, task in enumerate(dataset.tasks):
            assert task.has_label(targets[task.name]).tolist() == [
                bool(labelled[index, column]) for index in (5, 0, 1)
            ]
            assert (targets[task.name][2] == task.ignore).all()
            assert torch.equal(targets[task.name][1:2], data.targets([0], task))
        assert set(counted.read) == {(5, "depth"), (0, "semseg"), (0, "depth"), (0, "normals")}

    def test_preload_reads_images_and_the_labels_asked_for(self, counted, dataset, labelled):
        data, seen = Resized(Gated(counted, dataset.tasks, labelled), (24, 32), ROOMY_GB), []
        data.preload(lambda done, total: seen.append((done, total)), dataset.tasks, labelled)
        assert seen == [(done, 6) for done in range(7)]
        expected = [(index, "image") for index in range(6)] + [
            (index, task.name)
            for index in range(6)
            for column, task in enumerate(dataset.tasks)
            if labelled[index, column]
        ]
        assert sorted(counted.read) == sorted(expected)
        data.images(range(6))
        assert len(counted.read) == len(expected)

    def test_preload_reads_no_label_by_itself(self, counted, dataset):
        Resized(Gated(counted, dataset.tasks, np.zeros((6, 3), bool)), (24, 32), ROOMY_GB).preload()
        assert {what for _, what in counted.read} == {"image"}

    def test_a_new_gate_keeps_images_and_forgets_labels(self, counted, dataset, labelled):
        data = Resized(Gated(counted, dataset.tasks, labelled), (24, 32), ROOMY_GB)
        data.preload(tasks=dataset.tasks, labelled=labelled)
        free = data._free_bytes
        data.change_gate(Gated(counted, dataset.tasks, np.zeros((6, 3), bool)))
        assert data._free_bytes > free
        with pytest.raises(LabelNotBought):
            data.targets([0], dataset.tasks[0])
        before = len(counted.read)
        data.images(range(6))
        assert len(counted.read) == before
        with pytest.raises(ValueError, match="other images"):
            data.change_gate(dataset.validation)


class TestBroken:
    def test_broken_labels_are_named_and_count_nowhere_from_then_on(self, folder):
        dataset = NYUD.load(nyud_config(folder))
        (folder / "depth" / "0005.npy").write_bytes(b"no")
        (folder / "segmentation" / "0001.png").write_bytes(b"no")
        data, done = Resized(dataset.pool, SIZE, ROOMY_GB), []
        problems = data.preload(lambda *pair: done.append(pair), dataset.tasks)
        assert done[-1] == (4, 4)
        assert set(problems) == {(0, "semseg"), (2, "depth")}
        assert "depth/0005.npy" in problems[2, "depth"]
        for column, (task, broken) in enumerate(
            zip(dataset.tasks, (0, 2, None, None), strict=True)
        ):
            whole = [index != broken for index in range(4)]
            assert task.has_label(data.targets(range(4), task)).tolist() == whole
            assert [
                bool(task.has_label(target[None])) for target in data.native_targets(range(4), task)
            ] == whole
            targets = data.targets_for(range(4), dataset.tasks, np.ones((4, 4), bool))[
                dataset.tasks[column].name
            ]
            assert task.has_label(targets).tolist() == whole

    def test_labels_that_do_not_exist_can_be_ignored_without_reading(self, counted, dataset):
        data, mask = Resized(counted, (24, 32), ROOMY_GB), np.zeros((6, 3), bool)
        mask[4, 1] = True
        data.ignore_labels(dataset.tasks, mask)
        assert dataset.tasks[1].has_label(data.targets([3, 4], dataset.tasks[1])).tolist() == [
            True,
            False,
        ]
        assert counted.read == [(3, dataset.tasks[1].name)]

    def test_all_broken_images_are_in_one_message(self, folder):
        dataset = NYUD.load(nyud_config(folder))
        for name in ("0001", "0005"):
            (folder / "images" / f"{name}.jpg").write_bytes(b"no")
        with pytest.raises(
            DataError, match=r"2 images cannot be used: .*images/0001\.jpg.*images/0005\.jpg"
        ):
            Resized(dataset.pool, SIZE, ROOMY_GB).preload(tasks=dataset.tasks)

    def test_only_the_first_ten_are_named(self, folder):
        many = write_nyud(
            folder.parent / "many", train=tuple(f"{number:04d}" for number in range(16))
        )
        dataset = NYUD.load(nyud_config(many))
        for path in (many / "images").iterdir():
            path.write_bytes(b"no")
        with pytest.raises(DataError, match=r"16 images cannot be used: .*; and 6 more$") as caught:
            Resized(dataset.pool, SIZE, ROOMY_GB).preload()
        assert str(caught.value).count("cannot be read") == 10

    def test_a_report_can_stop_it(self, counted):
        def stop(done, total):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Resized(counted, (24, 32), ROOMY_GB).preload(stop)
        assert counted.read == []
