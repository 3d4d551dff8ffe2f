"""Overlap of picks, and that of chance."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mtal.analysis.statistics.overlap import between_groups, between_seeds, by_chance, jaccard

SETS = st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(0, 9), max_size=8))


@given(SETS)
def test_jaccard_is_that_of_sets(picks):
    shares = jaccard(picks)
    assert shares.index.tolist() == shares.columns.tolist() == list(picks)
    for first in picks:
        for second in picks:
            both, either = {*picks[first]} & {*picks[second]}, {*picks[first]} | {*picks[second]}
            assert shares.loc[first, second] == pytest.approx(
                len(both) / len(either) if either else np.nan, nan_ok=True
            )


def test_ids_may_be_texts_or_arrays():
    assert jaccard({"a": ["x", "y"], "b": ["y"]}).loc["a", "b"] == 0.5
    assert jaccard({"a": np.array([1, 2]), "b": np.array([2, 3])}).loc["b", "a"] == pytest.approx(
        1 / 3
    )


@pytest.mark.parametrize(
    ("first", "second", "pool"), [(1, 1, 3), (2, 3, 5), (3, 3, 4), (0, 2, 4), (4, 4, 4)]
)
def test_chance_is_the_mean_over_all_sets(first, second, pool):
    fixed = set(range(first))
    shares = [
        len(fixed & {*drawn}) / len(fixed | {*drawn}) for drawn in combinations(range(pool), second)
    ]
    assert by_chance(first, second, pool) == pytest.approx(np.mean(shares))


@pytest.mark.parametrize(
    ("first", "second", "pool"), [(80, 80, 2000), (1600, 900, 2000), (500, 3, 20_000)]
)
def test_chance_is_that_of_the_hypergeometric_distribution(first, second, pool):
    both = np.arange(max(0, first + second - pool), min(first, second) + 1)
    probability = stats.hypergeom(pool, first, second).pmf(both)
    expected = probability @ (both / (first + second - both))
    assert by_chance(first, second, pool) == pytest.approx(expected, rel=1e-9)


def test_chance_is_near_its_approximation_and_refuses_the_impossible():
    both = 100 * 80 / 2000
    assert by_chance(100, 80, 2000) == pytest.approx(both / (180 - both), rel=0.02)
    assert np.isnan(by_chance(0, 0, 5))
    with pytest.raises(ValueError, match="pool of 3"):
        by_chance(4, 1, 3)


def test_a_later_batch_of_random_runs_overlaps_as_chance_says():
    rng = np.random.default_rng(0)
    runs = [rng.permuted(np.tile(np.arange(12), (4000, 1)), axis=1)[:, 3:6] for _ in range(2)]
    both = (runs[0][:, :, None] == runs[1][:, None]).sum(axis=(1, 2))
    assert np.mean(both / (6 - both)) == pytest.approx(by_chance(3, 3, 12), abs=0.01)


def picks(**runs: list[list[int]]) -> pd.DataFrame:
    """name and seed, such as ours0 -> a list of picks per cycle."""
    return pd.DataFrame(
        [
            (name[:-1], int(name[-1]), cycle, image)
            for name, batches in runs.items()
            for cycle, batch in enumerate(batches)
            for image in batch
        ],
        columns=["group", "seed", "cycle", "id"],
    )


def test_between_groups_by_hand():
    table = picks(
        ours0=[[1, 2], [3, 4]], random0=[[2, 3], [1, 9]], ours1=[[5, 6]], random1=[[5, 6], [7, 8]]
    )
    overlaps = between_groups(table, pool=10)
    assert overlaps[["cycle", "one", "other", "mean", "pairs"]].to_numpy().tolist() == [
        [0, "ours", "random", (1 / 3 + 1) / 2, 2],
        [1, "ours", "random", 0, 1],
    ]
    assert overlaps["chance"].tolist() == pytest.approx([by_chance(2, 2, 10)] * 2)
    added = between_groups(table, pool=10, cumulative=True)
    assert added[["mean", "pairs"]].to_numpy().tolist() == [[(1 / 3 + 1) / 2, 2], [3 / 5, 1]]
    assert added["chance"].iloc[1] == by_chance(4, 4, 10)


def test_between_seeds_by_hand():
    table = picks(ours0=[[1, 2]], ours1=[[2, 3]], ours2=[[1, 2], [5, 6]], random0=[[7, 8]])
    overlaps = between_seeds(table, pool=20)
    assert overlaps[["cycle", "group", "pairs"]].to_numpy().tolist() == [[0, "ours", 3]]
    assert overlaps["mean"].tolist() == pytest.approx([(1 / 3 + 1 + 1 / 3) / 3])
    assert between_seeds(table, pool=20, cumulative=True)["pairs"].tolist() == [3]


def test_no_picks_no_rows():
    nothing = picks()
    assert between_groups(nothing, 5).empty
    assert between_seeds(nothing, 5, cumulative=True).empty
    assert jaccard({}).empty


def test_a_pair_is_one_pair_in_whatever_order_the_runs_of_a_seed_come():
    table = pd.DataFrame(
        [
            (group, seed, 0, image)
            for seed, groups in ((0, "ab"), (1, "ba"))
            for group in groups
            for image in ((1, 2) if group == "a" else (2, 3 + seed))
        ],
        columns=["group", "seed", "cycle", "id"],
    )
    overlaps = between_groups(table, 10)
    assert overlaps[["one", "other", "pairs"]].to_numpy().tolist() == [["a", "b", 2]]
    assert overlaps["mean"].iloc[0] == pytest.approx(1 / 3)
