"""Welch's tests on means, against SciPy's on the values themselves."""
import numpy as np
import pandas as pd
from scipy import stats

from mtal.statistics.welch import welch

COLUMNS = ["other", "cells", "better", "worse", "undecided"]


def test_cells_are_those_of_scipy_on_the_values():
    rng = np.random.default_rng(0)
    values = {(group, cell): rng.normal(place * (1 + cell % 3), 1, 4 + place) for place, group in enumerate("abc")
              for cell in range(12)}
    rows = pd.DataFrame([(group, cell, "lower" if cell % 2 else "higher", one.mean(), one.std(ddof=1), len(one))
                         for (group, cell), one in values.items()],
                        columns=["group", "cell", "better", "mean", "spread", "n"])
    expected = []
    for other in "bc":
        counts = {"better": 0, "worse": 0, "undecided": 0}
        for cell in range(12):
            mine, theirs = values["a", cell], values[other, cell]
            higher = mine.mean() > theirs.mean()
            clear = stats.ttest_ind(mine, theirs, equal_var=False).pvalue < 0.05
            counts["undecided" if not clear else "better" if higher != bool(cell % 2) else "worse"] += 1
        expected.append([other, 12, *counts.values()])
    found = welch(rows, "a")
    assert found[COLUMNS].to_numpy().tolist() == expected
    assert (found[["better", "worse", "undecided"]].sum() > 0).all()


def test_cells_that_one_lacks_and_groups_without_any_are_left_out():
    rows = pd.DataFrame({"group": ["a", "a", "b", "c"], "cell": [0, 1, 1, 2], "better": "higher", "mean": [0.0, 9, 1, 1],
                         "spread": 0.1, "n": 3})
    assert welch(rows, "a").to_numpy().tolist() == [["b", 1, 1, 0, 0]]
    assert welch(rows, "nobody").empty
