"""Each rule speaks of the odd one out, and is silent about what is common in a set."""

import numpy as np
import pytest

from mtal.datasets.checks.label_statistics import measure
from mtal.datasets.checks.plausibility import suspicions
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE

N, SHAPE = 40, (20, 30)


def told(task, labels, alike=None):
    """Position -> kind."""
    facts = [None if label is None else measure(label, task) for label in labels]
    ids = [f"i{place}" for place in range(len(labels))]
    return {
        place: kind for place, kind, _ in suspicions(task, ids, facts, alike or range(len(labels)))
    }


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def class_labels(rng):
    return [rng.integers(0, 4, SHAPE).astype(np.uint8) for _ in range(N)]


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_class_labels_of_one_value_nearly_empty_and_copied(rng):
    task, labels = semseg(("a", "b", "c", "d")), class_labels(rng)
    assert told(task, labels) == {}
    labels[5] = np.full(SHAPE, 2, np.uint8)
    labels[9][1:] = IGNORE
    labels[9][0, 5:] = IGNORE
    labels[20] = labels[3].copy()
    labels[30] = None
    labels[31] = np.full(SHAPE, IGNORE, np.uint8)
    assert told(task, labels) == {5: "one value", 9: "nearly empty", 20: "copied label"}
    alike = list(range(N))
    alike[20] = alike[3]  # the pictures are copies, so the labels may be
    assert told(task, labels, alike) == {5: "one value", 9: "nearly empty"}


def test_what_is_common_is_how_these_labels_are(rng):
    task, labels = semseg(("a", "b", "c", "d")), class_labels(rng)
    for place in range(3):
        labels[place] = np.full(SHAPE, place, np.uint8)
    assert told(task, labels) == {}
    assert told(task, [labels[-1]] * N) == {}


def test_depth_in_another_unit(rng):
    task, labels = depth(), [rng.uniform(1, 8, SHAPE).astype(np.float32) for _ in range(N)]
    labels[0] *= 4
    assert told(task, labels) == {}
    labels[4] *= 39.37
    labels[6] /= 1000
    assert told(task, labels) == {4: "other unit", 6: "other unit"}
    assert told(task, labels[3:6]) == {}  # too few to compare


def test_normals_turned_away_are_told_singly_or_once(rng):
    labels = [unit(rng.normal(size=(*SHAPE, 3)) - (0, 0, 1.5)) for _ in range(N)]
    assert told(normals(), labels) == {}
    labels[7] = -labels[7]
    assert told(normals(), labels) == {7: "turned away"}
    assert told(normals(), [-label for label in labels]) == {None: "turned away"}


def test_edges_that_are_mostly_yes(rng):
    labels = [(rng.random(SHAPE) < 0.05).astype(np.uint8) for _ in range(N)]
    assert told(edge(), labels) == {}
    labels[2] = 1 - labels[2]
    assert told(edge(), labels) == {2: "mostly yes"}
    assert (
        told(edge(), [1 - label for label in labels[3:]]) == {}
    )  # as common in things that are large
