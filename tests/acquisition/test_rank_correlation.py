"""Rank correlation: against ranks by hand, and how often its interval holds the truth."""

import math

import numpy as np
import pytest

from mtal.acquisition.rank_correlation import correlation


def by_hand(values, losses):
    """Spearman's rho in plain Python: Pearson's correlation of ranks, ties share their mean."""

    def ranks(column):
        return [
            sum(other < value for other in column)
            + (1 + sum(other == value for other in column)) / 2
            for value in column
        ]

    x, y = ranks(values), ranks(losses)
    mean = (len(x) + 1) / 2
    shared = sum((a - mean) * (b - mean) for a, b in zip(x, y, strict=True))
    rho = shared / math.sqrt(sum((a - mean) ** 2 for a in x) * sum((b - mean) ** 2 for b in y))
    limited = max(-1 + 1 / len(x), min(1 - 1 / len(x), rho))
    half = 1.959964 * math.sqrt((1 + limited**2 / 2) / (len(x) - 3))
    z = 0.5 * math.log((1 + limited) / (1 - limited))
    return rho, min(rho, math.tanh(z - half)), max(rho, math.tanh(z + half))


class TestCorrelation:
    @pytest.mark.parametrize("seed", range(5))
    def test_equals_ranks_by_hand_also_with_ties(self, seed):
        rng = np.random.default_rng(seed)
        losses = rng.normal(size=30)
        values = np.round(losses + rng.normal(size=30), 1 if seed % 2 else 0)
        assert correlation(values, losses) == pytest.approx(
            by_hand(values.tolist(), losses.tolist())
        )

    def test_the_same_order_is_1_and_the_reverse_minus_1(self):
        losses = np.random.default_rng(0).normal(size=50)
        rho, low, high = correlation(np.exp(losses), losses)
        assert (rho, high) == pytest.approx((1, 1))
        assert 0.9 < low < 0.98
        rho, low, high = correlation(-(losses**3), losses)
        assert (rho, low) == pytest.approx((-1, -1))
        assert -0.98 < high < -0.9

    def test_the_same_order_of_four_images_is_no_certainty(self):
        """By chance it comes once in 24 times."""
        values = np.array([1.0, 2.0, 3.0, 4.0])
        rho, low, high = correlation(values, values)
        assert (rho, high) == pytest.approx((1, 1))
        assert low < 0

    @pytest.mark.parametrize(
        ("values", "losses"),
        [
            ([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]),
            ([1, 2, 3, 4, 5], [2, 2, 2, 2, 2]),
            ([1, 2, 3], [1, 2, 3]),
            ([], []),
        ],
    )
    def test_where_nothing_can_be_said_there_is_no_number(self, values, losses):
        assert np.isnan(correlation(np.array(values, float), np.array(losses, float))).all()

    def test_the_interval_holds_the_truth_in_about_95_of_100_cases(self):
        """Two normal columns of Pearson correlation r have Spearman's 6 / pi asin(r / 2)."""
        rng, r = np.random.default_rng(1), 0.5
        truth, held = 6 / math.pi * math.asin(r / 2), 0
        for _ in range(600):
            x = rng.normal(size=60)
            _, low, high = correlation(x, r * x + math.sqrt(1 - r * r) * rng.normal(size=60))
            held += low <= truth <= high
        assert 0.92 < held / 600 < 0.98
