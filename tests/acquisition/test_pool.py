"""Pools that are labelled in part: what is still open, and which images are covered."""

import numpy as np

from mtal.acquisition.pool import Pool

HALF = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], bool)


def test_an_image_is_covered_once_nothing_of_it_is_left_to_label():
    assert Pool(("a", "b"), HALF, {}).covered.tolist() == [True, False, False, False]


def test_labels_that_nobody_can_supply_are_not_waited_for():
    closed = np.array([[0, 0], [0, 1], [0, 0], [1, 1]], bool)
    pool = Pool(("a", "b"), HALF, {}, closed)
    assert pool.covered.tolist() == [
        True,
        True,
        False,
        False,
    ]  # the last one has no label, so nothing is learned there
    assert pool.open_images.tolist() == [False, False, True, False]


def test_a_label_changes_whether_its_own_image_is_covered_and_no_other():
    """Also the label that completes the first image, such as where a sensor gives depth for all."""
    rng = np.random.default_rng(0)
    labelled = rng.random((40, 3)) < 0.3
    labelled[labelled.all(axis=1), 0] = False  # none is complete
    closed = (rng.random((40, 3)) < 0.1) & ~labelled
    for image, task in rng.permutation(np.argwhere(~labelled & ~closed)).tolist():
        before = Pool(("a", "b", "c"), labelled.copy(), {}, closed).covered
        labelled[image, task] = True
        after = Pool(("a", "b", "c"), labelled, {}, closed).covered
        assert set(np.flatnonzero(before != after).tolist()) <= {image}
    assert after.sum() == labelled.any(axis=1).sum()
