"""Mean differences to a reference after the start."""

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from mtal.analysis.statistics.paired_means import paired_means
from tests.analysis.statistics.drawn import FEW, rows, tables


@FEW
@given(tables(gaps=False))
def test_they_are_plain_means_of_plain_differences(table):
    measured = paired_means(table, "b").set_index("group")
    for group in "ac":
        differences = []
        for seed in sorted(table["seed"].unique()):
            of_seed = table[table["seed"] == seed].sort_values("x")
            own = of_seed[of_seed["group"] == group].drop_duplicates("x")
            base = of_seed[of_seed["group"] == "b"].drop_duplicates("x").set_index("x")["value"]
            later = [
                value - base[x]
                for x, value in zip(own["x"][1:], own["value"][1:], strict=True)
                if x in base.index
            ]
            if later:
                differences.append(np.mean(later))
        if group not in measured.index:
            assert not differences
            continue
        row = measured.loc[group]
        assert row["difference"] == pytest.approx(np.mean(differences))
        if len(differences) > 1:
            low, high = stats.t.interval(
                0.95, len(differences) - 1, np.mean(differences), stats.sem(differences)
            )
            assert [row["low"], row["high"]] == pytest.approx([low, high], nan_ok=True)
            if np.std(differences) > 1e-9:
                assert row["p"] == pytest.approx(stats.ttest_1samp(differences, 0).pvalue)


def test_the_start_does_not_count():
    table = rows({"r": [[9, 5, 4], [9, 6, 5]], "a": [[1, 4, 3], [2, 5, 4]]}, [1, 2, 3])
    row = paired_means(table, "r").iloc[0]
    assert (row["group"], row["difference"], row["pairs"]) == ("a", -1, 2)
    assert (row["low"], row["high"]) == (-1, -1)


def test_a_seed_with_a_missing_point_does_not_count():
    table = rows({"r": [[5, 5, 5]] * 3, "a": [[5, 4, 4], [5, 4, 4], [5, 0, np.nan]]}, [1, 2, 3])
    row = paired_means(table, "r").iloc[0]
    assert (row["difference"], row["pairs"]) == (-1, 2)


def test_one_seed_has_no_interval_and_none_no_row():
    table = rows({"r": [[5, 5]], "a": [[5, 4]], "lonely": [[np.nan, np.nan]]}, [1, 2])
    measured = paired_means(table, "r")
    assert measured["group"].tolist() == ["a"]
    assert measured[["low", "high"]].isna().all(axis=None)
