"""Pools that are labelled in part: what can still be bought, and from what diversity keeps away."""
import numpy as np

from mtal.acquisition.pool import Pool

HALF = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], bool)


def test_an_image_is_covered_once_nothing_is_left_to_buy_of_it():
    assert Pool(("a", "b"), HALF, {}).covered.tolist() == [True, False, False, False]


def test_labels_that_nobody_can_supply_are_not_waited_for():
    closed = np.array([[0, 0], [0, 1], [0, 0], [1, 1]], bool)
    pool = Pool(("a", "b"), HALF, {}, closed)
    assert pool.covered.tolist() == [True, True, False, False]          # the last one has no label, so nothing is learned there
    assert pool.open_images.tolist() == [False, False, True, False]


def test_where_no_image_is_complete_any_label_covers():
    """Such as depth from a sensor for all images beside a few drawn by hand elsewhere."""
    partly = HALF.copy()
    partly[0, 0] = False
    assert Pool(("a", "b"), partly, {}).covered.tolist() == [True, True, True, False]
