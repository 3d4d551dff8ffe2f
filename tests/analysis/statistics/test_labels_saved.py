"""Labels saved, and how sure that is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtal.analysis.statistics.label_efficiency import Reach, reach
from mtal.analysis.statistics.labels_saved import Share, _interval, _share, _weights, labels_saved
from tests.analysis.statistics.drawn import FEW, rows, tables

X = [10, 20, 30, 40]
BETTER = {
    "random": [[0.0, 1, 2, 3], [0.2, 1.3, 2.1, 3.2], [0.1, 0.9, 2.2, 3.1]],
    "ours": [[0.0, 2, 3, 4], [0.2, 2.2, 3.4, 4.1], [0.1, 2.4, 3.3, 4]],
}


def test_by_hand():
    saved = labels_saved(
        rows({"ours": [[0.0, 2, 4]], "random": [[0.0, 1, 2]]}, [10, 20, 40]),
        "ours",
        "random",
        "higher",
    )
    assert saved[:6] == (Share(0.5, ""), None, None, Reach(20, ""), Reach(40, ""), 2)
    assert (saved.n, saved.paired, saved.draws, saved.censored) == ((1, 1), True, 0, 0)


def test_a_reference_that_peaks_early_is_measured_at_its_peak():
    saved = labels_saved(
        rows({"ours": [[0.0, 1, 2]], "random": [[0.0, 3, 2]]}, [10, 20, 40]),
        "ours",
        "random",
        "higher",
    )
    assert saved.reference.x == pytest.approx(10 + 10 * 2 / 3)
    assert saved.share.value < 0


@pytest.mark.parametrize(
    ("target", "share", "ours", "random"),
    [
        (2.0, Share(0.5, ""), Reach(15, ""), Reach(30, "")),
        (1.0, Share(0.5, ">="), Reach(10, "<="), Reach(20, "")),
        (5.0, Share(1 - 35 / 40, ">="), Reach(35, ""), Reach(40, ">")),
        (0.0, Share(np.nan, "?"), Reach(10, "<="), Reach(10, "<=")),
        (9.0, Share(np.nan, "?"), Reach(40, ">"), Reach(40, ">")),
    ],
)
def test_censoring_is_carried_on(target, share, ours, random):
    table = rows({"ours": [[1.0, 3, 4, 6]], "random": [[0.0, 1, 2, 3]]}, X)
    saved = labels_saved(table, "ours", "random", "higher", target=target)
    assert (saved.group, saved.reference, saved.share.censor) == (ours, random, share.censor)
    assert saved.share.value == pytest.approx(share.value, nan_ok=True)
    turned = labels_saved(table, "random", "ours", "higher", target=target).share
    assert turned.censor == {"": "", ">=": "<=", "?": "?"}[share.censor]


def test_the_same_seed_draws_the_same():
    table = rows(BETTER, X)
    saved = labels_saved(table, "ours", "random", "higher", draws=500, seed=3)
    assert saved == labels_saved(
        table.sample(frac=1, random_state=1), "ours", "random", "higher", draws=500, seed=3
    )
    assert saved.low.value <= saved.share.value <= saved.high.value
    assert (saved.n, saved.paired, saved.draws, saved.censored) == ((3, 3), True, 500, 0)


def test_draws_are_those_of_a_loop():
    table = rows(BETTER, X)
    rng = np.random.default_rng(0)
    picks = rng.integers(3, size=(400, 3))
    ours, random = np.array(BETTER["ours"]), np.array(BETTER["random"])
    shares = []
    for drawn in picks:
        target = random[drawn].mean(axis=0)[-1]
        budgets = [
            reach(X, values[drawn].mean(axis=0), target, "higher") for values in (ours, random)
        ]
        assert not any(values.censor for values in budgets)
        shares.append(1 - budgets[0].x / budgets[1].x)
    saved = labels_saved(table, "ours", "random", "higher", draws=400)
    shares.sort()
    assert saved.low.value == pytest.approx(shares[9])
    assert saved.high.value == pytest.approx(shares[390])


def test_shared_seeds_are_drawn_together():
    """Seeds differ much, and ours leads by the same in each: only joint draws show it."""
    table = rows(
        {
            "random": [[0.0, 10, 20, 30], [50.0, 60, 70, 80], [90.0, 100, 110, 120]],
            "ours": [[10.0, 20, 30, 40], [60.0, 70, 80, 90], [100.0, 110, 120, 130]],
        },
        X,
    )
    joint = labels_saved(table, "ours", "random", "higher")
    apart = table.assign(seed=table["seed"] + 10 * (table["group"] == "ours"))
    apart = labels_saved(apart, "ours", "random", "higher")
    assert joint.share == apart.share
    assert joint.low.value == pytest.approx(joint.high.value)
    assert (joint.paired, apart.paired, apart.n) == (True, False, (3, 3))
    assert apart.censored > 0
    assert apart.low.censor == "<="
    assert apart.high.censor == ">="


def test_with_two_shared_seeds_only_these_count():
    table = rows(BETTER, X)
    fewer = table[(table["group"] == "ours") | (table["seed"] < 2)]
    saved = labels_saved(fewer, "ours", "random", "higher")
    assert (saved.n, saved.paired) == ((2, 2), True)
    assert saved == labels_saved(table[table["seed"] < 2], "ours", "random", "higher")


@pytest.mark.parametrize(("ours", "random"), [("ours", "nobody"), ("nobody", "random")])
def test_without_a_line_nothing_is_said(ours, random):
    saved = labels_saved(rows(BETTER, X), ours, random, "higher")
    assert saved.share.censor == "?"
    assert np.isnan(saved.share.value)
    assert saved.low is None
    assert labels_saved(rows(BETTER, X).iloc[:0], ours, random, "higher").share.censor == "?"


def test_one_seed_has_no_interval():
    table = rows(BETTER, X)
    saved = labels_saved(
        table[(table["group"] == "random") | (table["seed"] == 0)], "ours", "random", "higher"
    )
    assert (saved.n, saved.paired, saved.low, saved.high, saved.draws) == (
        (1, 1),
        True,
        None,
        None,
        0,
    )
    assert saved == labels_saved(
        table[table["seed"] == 0], "ours", "random", "higher"
    )  # against the same seed alone


@FEW
@given(tables(groups="ab"), st.sampled_from(["higher", "lower"]))
def test_ends_are_in_order_and_a_line_saves_nothing_against_itself(table, better):
    saved = labels_saved(table, "a", "b", better, draws=50)
    if saved.low and not saved.low.censor and not saved.high.censor:
        assert saved.low.value <= saved.high.value
    same = labels_saved(table, "b", "b", better, draws=20)
    assert same.share.censor == "?" or same.share.value == pytest.approx(0)


@given(
    st.lists(st.tuples(st.floats(-3, 1), st.floats(-3, 1)).map(sorted), min_size=40, max_size=60)
)
def test_ends_bound_what_the_censored_draws_could_have_been(ranges):
    """Wherever true values lie within their ranges, their percentiles agree with the ends."""
    ranges = np.array(ranges).T
    low, high = _interval(ranges)
    for part in (0, 0.3, 1):
        true = np.sort(ranges[0] + part * (ranges[1] - ranges[0]))
        for end, value in (
            (low, true[int(0.025 * (len(true) - 1))]),
            (high, true[int(np.ceil(0.975 * (len(true) - 1)))]),
        ):
            assert {
                "": abs(value - end.value) < 1e-9,
                ">=": value >= end.value - 1e-9,
                "<=": value <= end.value + 1e-9,
                "?": True,
            }[end.censor]


def test_censored_draws_move_an_end_to_what_is_known():
    """Of 100 draws 10 are "at least 0.6", the others 0.2: the upper end is at least 0.6."""
    ranges = np.array([[0.2] * 90 + [0.6] * 10, [0.2] * 90 + [1.0] * 10])
    assert _interval(ranges) == (Share(0.2, ""), Share(0.6, ">="))
    ranges = np.array([[-np.inf] * 10 + [0.2] * 90, [-0.5] * 10 + [0.2] * 90])
    assert _interval(ranges) == (Share(-0.5, "<="), Share(0.2, ""))
    assert _share(-np.inf, 1).censor == "?"


def test_weights_are_shares_of_draws_with_replacement():
    weights = _weights(5, 1000, np.random.default_rng(0))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert set(np.round(5 * weights.ravel(), 9)) == {0, 1, 2, 3, 4, 5}
    np.testing.assert_allclose(weights.mean(axis=0), 0.2, atol=0.02)


def test_a_point_that_a_seed_lacks_is_no_point_of_the_mean():
    """A seed of random lacks the last budget: the target is the mean at the one before."""
    table = rows(BETTER, X)
    table.loc[(table["group"] == "random") & (table["seed"] == 2) & (table["x"] == 40), "value"] = (
        np.nan
    )
    saved = labels_saved(table, "ours", "random", "higher")
    assert saved.target == pytest.approx((2 + 2.1 + 2.2) / 3)
    assert saved.reference == Reach(30, "")


def test_an_upper_end_between_two_is_at_most_the_higher():
    ranges = np.array([[-np.inf] * 10 + [0.3] * 90, [0.5] * 10 + [0.3] * 90])
    assert _interval(ranges)[1] == Share(0.5, "<=")
