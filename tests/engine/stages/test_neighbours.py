"""Agreement of neighbours against a slow twin, and against chance."""

import numpy as np
import pytest

from mtal.engine.stages import neighbours
from mtal.engine.stages.neighbours import AMONG, Agreement, agreement, nearest_images


def slowly(points, frozen, sequences):
    """Shares by plain loops: of the same sequence, and among the nearest in the frozen feature."""

    def order(rows, image):
        others = [other for other in range(len(rows)) if other != image]
        return sorted(others, key=lambda other: float(np.linalg.norm(rows[image] - rows[other])))

    same, chance, near = [], [], []
    for image in range(len(points)):
        neighbour = order(points, image)[0]
        near.append(neighbour in order(frozen, image)[:AMONG])
        others = [
            other
            for other in range(len(points))
            if other != image and sequences[other] == sequences[image] != ""
        ]
        if others:
            same.append(neighbour in others)
            chance.append(len(others) / (len(points) - 1))
    return np.mean(same), np.mean(chance), np.mean(near)


def drawn(seed, count=40):
    rng = np.random.default_rng(seed)
    frozen = rng.normal(size=(count, 5))
    points = frozen @ rng.normal(size=(5, 3)) + rng.normal(size=(count, 3))
    sequences = np.array([f"s{number}" if number else "" for number in rng.integers(0, 9, count)])
    return points.astype(np.float32), frozen.astype(np.float32), sequences.astype(object)


@pytest.mark.parametrize("seed", range(4))
def test_is_what_plain_loops_find(seed, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK", 300)  # several blocks
    points, frozen, sequences = drawn(seed)
    result = agreement(points, frozen, sequences)
    same, chance, near = slowly(points, frozen, sequences)
    assert result.images == len(points)
    assert (result.sequence, result.sequence_chance, result.frozen) == pytest.approx(
        (same, chance, near)
    )
    assert result.frozen_chance == AMONG / 39


def test_the_frozen_feature_agrees_with_itself():
    _, frozen, _ = drawn(0)
    assert agreement(frozen, frozen, None).frozen == 1


def test_random_points_agree_by_chance():
    rng = np.random.default_rng(0)
    sequences = np.repeat(np.arange(50), 12).astype(str).astype(object)
    result = agreement(rng.normal(size=(600, 4)), rng.normal(size=(600, 4)), sequences)
    assert result.sequence == pytest.approx(result.sequence_chance, abs=0.02)
    assert result.frozen == pytest.approx(result.frozen_chance, abs=0.02)


def test_far_from_the_origin_too():
    points, frozen, sequences = drawn(1)
    assert agreement(points + 1000, frozen, sequences) == agreement(points, frozen, sequences)


def test_of_a_large_pool_some_images_are_looked_up(monkeypatch):
    points, frozen, sequences = drawn(0)
    monkeypatch.setattr(neighbours, "MOST_IMAGES", 7)
    assert agreement(points, frozen, sequences).images == 7


@pytest.mark.parametrize("count", [0, 1])
def test_without_neighbours(count):
    points = np.zeros((count, 3))
    assert agreement(points, points, None) == Agreement(count, None, None, None, None)


def test_without_anything_to_judge_by():
    points, frozen, _ = drawn(0)
    assert agreement(points, None, None) == Agreement(40, None, None, None, None)
    alone = np.array([f"s{image}" for image in range(40)], dtype=object)
    assert agreement(points, None, alone).sequence is None
    few = agreement(points[: AMONG + 1], frozen[: AMONG + 1], None)  # all would be among them
    assert few.frozen is None


def test_nearest_images_are_others():
    points = np.zeros((5, 2))
    result = nearest_images(points, np.arange(5), 2)
    assert all(image not in row for image, row in enumerate(result))
