"""Welch's tests on means, against SciPy's on the values themselves."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mtal.analysis.statistics.welch import welch


def test_cells_are_those_of_scipy_on_the_values():
    rng = np.random.default_rng(0)
    values = {
        (group, cell): rng.normal(position * (1 + cell % 3), 1, 4 + position)
        for position, group in enumerate("abc")
        for cell in range(12)
    }
    rows = pd.DataFrame(
        [
            (
                group,
                cell,
                "lower" if cell % 2 else "higher",
                sample.mean(),
                sample.std(ddof=1),
                len(sample),
            )
            for (group, cell), sample in values.items()
        ],
        columns=["group", "cell", "better", "mean", "spread", "n"],
    )
    tests = welch(rows, "a")
    assert list(zip(tests["other"], tests["cell"], strict=True)) == [
        (other, cell) for other in "bc" for cell in range(12)
    ]
    for other, cell, ahead, p in tests.itertuples(index=False):
        first, second = values["a", cell], values[other, cell]
        assert p == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue)
        assert ahead == pytest.approx(
            (second.mean() - first.mean()) if cell % 2 else (first.mean() - second.mean())
        )


def test_cells_that_one_lacks_and_groups_without_any_are_left_out():
    rows = pd.DataFrame(
        {
            "group": ["a", "a", "b", "c"],
            "cell": [0, 1, 1, 2],
            "better": "higher",
            "mean": [0.0, 9, 1, 1],
            "spread": 0.1,
            "n": 3,
        }
    )
    assert welch(rows, "a")[["other", "cell", "ahead"]].to_numpy().tolist() == [["b", 1, 8.0]]
    assert welch(rows, "nobody").empty
