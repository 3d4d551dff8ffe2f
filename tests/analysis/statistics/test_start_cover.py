import numpy as np
import pytest

from mtal.analysis.statistics import start_cover as module
from mtal.analysis.statistics.start_cover import DRAWS, start_cover


def points(images=80):
    return np.random.default_rng(0).normal(size=(images, 5)).astype(np.float32)


def mask(images, chosen):
    result = np.zeros(images, bool)
    result[list(chosen)] = True
    return result


def test_the_mean_distance_to_the_nearest_start_image():
    x, chosen = points(), [3, 40, 41]
    nearest = [min(np.linalg.norm(point - x[image]) for image in chosen) for point in x]
    cover = start_cover(x, mask(80, chosen))
    assert cover.distance == pytest.approx(np.mean(nearest), rel=1e-4)
    assert cover.random.shape == (DRAWS,)


def test_one_image_of_each_group_is_better_than_random_ones_and_one_group_is_worse():
    groups = np.repeat(30 * np.eye(8, dtype=np.float32), 10, axis=0)
    x = groups + np.random.default_rng(0).normal(size=groups.shape).astype(np.float32)
    assert start_cover(x, mask(80, range(0, 80, 10))).worse == DRAWS
    assert start_cover(x, mask(80, range(8))).worse == 0


def test_a_large_pool_is_measured_on_a_part(monkeypatch):
    monkeypatch.setattr(module, "MOST_DISTANCES", 80 * 30)
    x = points()
    whole = start_cover(x, mask(80, range(20)))
    assert whole.distance == start_cover(x, mask(80, range(20))).distance > 0
