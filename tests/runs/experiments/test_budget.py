"""What a cycle acquires, against counting by hand; the form and the engine count alike."""

import numpy as np
import pytest

from mtal.config import Config
from mtal.runs.experiments.budget import (
    PoolSize,
    images_labelled,
    images_per_cycle,
    labels_per_cycle,
    mean_labels,
    pool_size,
)


def test_the_official_split_grows_by_tenths():
    config = Config(start_percent=10, step_percent=10)
    counts = [images_labelled(config, 645, cycle) for cycle in range(6)]
    assert counts == [64, 128, 192, 256, 320, 384]


def test_a_tiny_pool_still_grows_and_never_beyond_itself():
    config = Config(start_percent=10, step_percent=10)
    assert images_per_cycle(config, 3) == 1
    assert [images_labelled(config, 3, cycle) for cycle in range(6)] == [1, 2, 3, 3, 3, 3]


def test_what_is_labelled_already_is_where_a_run_goes_on():
    config = Config(start="labelled", start_percent=50, step_percent=10)
    assert [images_labelled(config, 100, cycle, start=7) for cycle in range(3)] == [7, 17, 27]


@pytest.mark.parametrize(
    ("labels", "mean"),
    [
        (np.ones((100, 3), bool), 3.0),
        (np.arange(300).reshape(100, 3) % 3 == 0, 1.0),
        (np.arange(300).reshape(100, 3) % 3 < 2, 2.0),
        (np.zeros((4, 3), bool), 0.0),
    ],
)
def test_images_without_any_label_do_not_count_in_the_mean(labels, mean):
    assert mean_labels(labels) == mean
    assert mean_labels(np.vstack([labels, np.zeros((50, 3), bool)])) == mean


def test_a_cycle_may_always_acquire_a_label():
    assert labels_per_cycle(Config(step_percent=10), 3, 0.2) == 1


def test_a_simulation_leaves_images_without_labels_out():
    labels = np.zeros((30, 2), bool)
    labels[:20, 0] = labels[:10, 1] = True
    size = pool_size(Config(start="random", step_percent=10), labels)
    assert size == PoolSize(images=20, start=None, labels_per_image=1.5)
    assert labels_per_cycle(Config(step_percent=10), size.images, size.labels_per_image) == 3


def test_people_label_what_is_not_labelled_yet():
    labels = np.zeros((30, 2), bool)
    labels[:20, 0] = labels[:10, 1] = True
    size = pool_size(Config(start="labelled", step_percent=10), labels)
    assert size == PoolSize(images=30, start=20, labels_per_image=1.5)


@pytest.mark.parametrize("start", ["random", "coverage", "set"])
def test_people_label_the_images_of_a_chosen_start_whole(start):
    labels = np.zeros((30, 2), bool)
    labels[:20, 0] = True
    size = pool_size(Config(start=start, start_set="mine", labelling="people"), labels)
    assert size == PoolSize(images=30, start=None, labels_per_image=2)


@pytest.mark.parametrize(
    ("acquirable", "labels"),
    [
        (np.ones((100, 3), bool), 30),
        (np.arange(300).reshape(100, 3) % 3 == 0, 10),  # one label of each image
        (np.eye(3, dtype=bool), 1),
        (np.pad(np.ones((40, 2), bool), ((0, 60), (1, 0))), 20),  # nothing left of 60 images
    ],
)
def test_the_budget_counts_labels_that_can_be_acquired(acquirable, labels):
    mean = mean_labels(acquirable)
    assert labels_per_cycle(Config(step_percent=10), len(acquirable), mean) == labels
