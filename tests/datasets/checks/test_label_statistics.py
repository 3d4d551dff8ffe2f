"""Sums over labels equal plain counting over all their pixels."""

from math import log10

import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.checks.label_statistics import FACING, bin_edges, form, measure, summarise
from mtal.datasets.synthetic.shapes import DRAWN
from mtal.tasks.task import IGNORE


@pytest.fixture(scope="module")
def labels():
    """Task name -> task and its labels, of drawn images with some pixels taken out."""
    dataset = DRAWN.load(Config(dataset="drawn", data="8+1", size=(24, 32), tasks=DRAWN.task_names))
    labels = {}
    for task in dataset.tasks:
        arrays = [dataset.pool.label(index, task) for index in range(8)]
        for label in arrays:
            label[:3, :5] = task.ignore
        labels[task.name] = task, arrays
    return labels


def summary_of(labels, name):
    """The summary of a task's labels, and the labels as one array."""
    task, arrays = labels[name]
    return summarise(task, [measure(label, task) for label in arrays]), np.stack(arrays)


def test_forms(labels):
    assert {name: form(task) for name, (task, _) in labels.items()} == {
        "semseg": "classes",
        "human_parts": "classes",
        "depth": "amounts",
        "normals": "vectors",
        "edge": "yes or no",
        "saliency": "yes or no",
    }


def test_classes(labels):
    facts, stored = summary_of(labels, "semseg")
    valid = stored != IGNORE
    for number, (name, percent, images) in enumerate(facts["classes"]):
        assert name == labels["semseg"][0].classes[number]
        assert percent == pytest.approx(100 * (stored == number).sum() / valid.sum())
        assert images == 100 * sum((label == number).any() for label in stored) / len(stored)
    assert facts["valid_percent"] == pytest.approx(100 * valid.mean())


def test_amounts(labels):
    facts, stored = summary_of(labels, "depth")
    metres = stored[stored > 0].astype(float)
    assert (facts["min"], facts["max"], facts["mean"]) == pytest.approx(
        (metres.min(), metres.max(), metres.mean())
    )
    assert sum(percent for *_, percent in facts["histogram"]) == pytest.approx(100)
    for low, high, percent in facts["histogram"]:  # edges are rounded to four digits
        inside = [low * 1.0002 < value < high / 1.0002 for value in metres]
        edge = sum(abs(log10(value / limit)) < 1e-3 for value in metres for limit in (low, high))
        assert abs(percent - 100 * np.mean(inside)) <= 100 * edge / len(metres) + 1e-9
    assert facts["histogram"][0][0] <= metres.min()
    assert metres.max() <= facts["histogram"][-1][1]


def test_amounts_beyond_the_bins_count_in_the_outer_ones(labels):
    task, _ = labels["depth"]
    facts = measure(np.array([[1e-9, 1e9, 1.0]], np.float32), task)
    assert (facts.counts[0], facts.counts[-1], facts.counts.sum()) == (1, 1, 3)
    middle = int(np.flatnonzero(facts.counts)[1])
    assert bin_edges()[middle] <= 1 < bin_edges()[middle + 1]


def test_yes_or_no(labels):
    facts, stored = summary_of(labels, "edge")
    valid = stored != IGNORE
    assert facts["mean"] == pytest.approx((stored == 1).sum() / valid.sum())
    shares = [100 * (label == 1).sum() / (label != IGNORE).sum() for label in stored]
    assert facts["histogram"][0][0] <= min(shares)
    assert sum(percent for *_, percent in facts["histogram"]) == pytest.approx(100)
    inside = [low < share < high for low, high, _ in facts["histogram"] for share in shares]
    assert sum(inside) >= len(shares) - 1


def test_vectors(labels):
    facts, stored = summary_of(labels, "normals")
    vectors = stored[(stored != 0).any(axis=-1)].astype(float)
    np.testing.assert_allclose(facts["direction"], vectors.mean(axis=0), atol=1e-4)
    counts = dict.fromkeys(FACING, 0)
    directions = (("right", "left"), ("down", "up"), ("away", "the camera"))
    for vector in vectors:
        axis = max(range(3), key=lambda part: abs(vector[part]))
        counts[directions[axis][int(vector[axis] < 0)]] += 1
    assert dict(facts["facing"]) == pytest.approx(
        {name: 100 * count / len(vectors) for name, count in counts.items()}
    )
    assert dict(facts["facing"])["the camera"] > dict(facts["facing"])["away"]
    assert (facts["min"], facts["mean"]) == (None, None)


def test_no_label_at_all_and_none_with_a_valid_pixel(labels):
    for task, arrays in labels.values():
        empty = measure(np.full_like(arrays[0], task.ignore), task)
        assert (empty.valid, empty.constant) == (0, False)
        for facts in ([], [empty]):
            summary = summarise(task, facts)
            assert (summary["labels"], summary["valid_percent"]) == (0, 0)
            assert (summary["min"], summary["mean"]) == (None, None)
