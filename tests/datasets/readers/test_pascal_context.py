"""Class maps of PASCAL-Context are decoded once; edges equal a slow and plain twin."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mtal.datasets.readers import pascal_context
from mtal.datasets.readers.pascal_context import class_borders, class_map
from tests.datasets import pascal_folder
from tests.datasets.pascal_folder import SIZES, write_pascal
from tests.datasets.readers.pascal_twins import FILES, ONE, guo_hall, laplacian_differs, load


@pytest.fixture
def folder(tmp_path):
    return write_pascal(tmp_path / "PASCAL_MT")


class TestClassMap:
    def test_is_decoded_once_for_edge_and_normals_and_again_when_it_changed(
        self, folder, monkeypatch
    ):
        reads = []
        monkeypatch.setattr(
            pascal_context,
            "read_mat",
            lambda path, name: reads.append(path) or np.full(SIZES[ONE], 440),
        )
        dataset = load(folder, "edge", "normals")
        for task in dataset.tasks * 2:
            dataset.pool.label(0, task)
        assert len(reads) == 1
        os.utime(folder / FILES["edge"], (1, 1))
        dataset.pool.label(0, dataset.tasks[0])
        assert len(reads) == 2

    def test_nobody_can_spoil_it(self, folder):
        with pytest.raises(ValueError, match="read-only"):
            class_map(folder / FILES["edge"])[:] = 0

    def test_from_many_threads(self, folder):
        dataset = load(folder)
        work = [(index, task) for index in range(4) for task in dataset.tasks] * 5
        alone = [dataset.pool.label(*pair) for pair in work]
        pascal_context._decode_map.cache_clear()
        with ThreadPoolExecutor(8) as threads:
            labels = threads.map(lambda pair: load(folder).pool.label(*pair), work)
            for threaded, expected in zip(labels, alone, strict=True):
                np.testing.assert_array_equal(threaded, expected)

    def test_one_class_has_no_edges_and_numbers_of_any_type_are_classes(self, folder):
        for dtype in (np.uint8, np.uint16, np.int32, np.float64):
            pascal_folder.write_context(folder / FILES["edge"], np.full(SIZES[ONE], 18, dtype))
            assert not class_borders(class_map(folder / FILES["edge"])).any()
            assert (class_map(folder / FILES["edge"]) == 18).all()

    def test_edges_of_any_small_map(self):
        """Some have steps at the border that cancel, which only this kind of mirroring shows."""
        rng = np.random.default_rng(0)
        for size in [(2, 5), (4, 2)] + [(5, 6)] * 40:
            classes = rng.integers(1, 5, size).astype(np.uint16)
            expected = guo_hall(laplacian_differs(classes))
            np.testing.assert_array_equal(class_borders(classes), expected)

    def test_opposite_steps_hide_each_other(self):
        ramp = np.add.outer(np.zeros(9, int), np.arange(1, 10)).astype(np.uint16)
        assert not class_borders(ramp)[:, 1:-1].any()
