"""Each rule finds the label that looks wrong, and drops what is common in a set."""

import numpy as np
import pytest

from mtal.datasets.checks.label_statistics import measure
from mtal.datasets.checks.plausibility import implausible_labels
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE

N, SHAPE = 40, (20, 30)


def kinds_found(task, labels, alike=None):
    """Position -> kind."""
    facts = [None if label is None else measure(label, task) for label in labels]
    ids = [f"i{index}" for index in range(len(labels))]
    findings = implausible_labels(task, ids, facts, alike or range(len(labels)))
    return {finding.position: finding.kind for finding in findings}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def class_labels(rng):
    return [rng.integers(0, 4, SHAPE).astype(np.uint8) for _ in range(N)]


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_class_labels_of_one_value_nearly_empty_and_copied(rng):
    task, labels = semseg(("a", "b", "c", "d")), class_labels(rng)
    assert kinds_found(task, labels) == {}
    labels[5] = np.full(SHAPE, 2, np.uint8)
    labels[9][1:] = IGNORE
    labels[9][0, 5:] = IGNORE
    labels[20] = labels[3].copy()
    labels[30] = None
    labels[31] = np.full(SHAPE, IGNORE, np.uint8)
    assert kinds_found(task, labels) == {5: "one value", 9: "nearly empty", 20: "copied label"}
    alike = list(range(N))
    alike[20] = alike[3]  # the pictures are copies, so the labels may be
    assert kinds_found(task, labels, alike) == {5: "one value", 9: "nearly empty"}


def test_findings_that_are_common_in_a_set_are_dropped(rng):
    task, labels = semseg(("a", "b", "c", "d")), class_labels(rng)
    for value in range(3):
        labels[value] = np.full(SHAPE, value, np.uint8)
    assert kinds_found(task, labels) == {}
    assert kinds_found(task, [labels[-1]] * N) == {}


def test_depth_in_another_unit(rng):
    task, labels = depth(), [rng.uniform(1, 8, SHAPE).astype(np.float32) for _ in range(N)]
    labels[0] *= 4
    assert kinds_found(task, labels) == {}
    labels[4] *= 39.37
    labels[6] /= 1000
    assert kinds_found(task, labels) == {4: "other unit", 6: "other unit"}
    assert kinds_found(task, labels[3:6]) == {}  # too few to compare


def test_normals_turned_away_give_a_finding_each_or_one_for_the_set(rng):
    labels = [unit(rng.normal(size=(*SHAPE, 3)) - (0, 0, 1.5)) for _ in range(N)]
    assert kinds_found(normals(), labels) == {}
    labels[7] = -labels[7]
    assert kinds_found(normals(), labels) == {7: "turned away"}
    assert kinds_found(normals(), [-label for label in labels]) == {None: "turned away"}


def test_edges_that_are_mostly_yes(rng):
    labels = [(rng.random(SHAPE) < 0.05).astype(np.uint8) for _ in range(N)]
    assert kinds_found(edge(), labels) == {}
    labels[2] = 1 - labels[2]
    assert kinds_found(edge(), labels) == {2: "mostly yes"}
    large = [1 - label for label in labels[3:]]  # yes is common in this set
    assert kinds_found(edge(), large) == {}
