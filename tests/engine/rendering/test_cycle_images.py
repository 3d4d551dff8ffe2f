"""Which images of a cycle get pictures: the first picks and some near misses."""

import numpy as np

from mtal.engine.rendering.cycle_images import MOST_PICKS, NEAR_MISSES, images_to_draw


def test_picks_come_first_then_the_near_misses():
    rank = np.array([0, 3, 1, 0, 2, 4, 5, *range(6, 30)])
    assert images_to_draw(rank, 2).tolist() == np.argsort(rank)[2 : 4 + NEAR_MISSES].tolist()
    assert rank[images_to_draw(rank, 2)].tolist() == list(range(1, 3 + NEAR_MISSES))


def test_of_a_huge_batch_the_first_are_drawn_and_the_near_misses_too():
    picks = 3 * MOST_PICKS
    rank = np.random.default_rng(0).permutation(picks + 500) + 1
    assert rank[images_to_draw(rank, picks)].tolist() == [
        *range(1, MOST_PICKS + 1),
        *range(picks + 1, picks + 1 + NEAR_MISSES),
    ]


def test_without_ranks_below_the_cut_off_only_picks_are_drawn():
    assert images_to_draw(np.array([0, 2, 0, 1]), 2).tolist() == [3, 1]
