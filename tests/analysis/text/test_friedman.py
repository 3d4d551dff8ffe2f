"""Mean ranks over tasks in words: where they are, and why they are not."""

import pandas as pd
import pytest
from scipy import stats

from mtal.analysis.text.friedman import explanation, mean_ranks, table

NAMED = {"a": "Ours", "b": "Random", "c": "RBAL"}
HEIGHTS = {"a": [1, 1, 2, 1, 1, 1], "b": [3, 3, 3, 3, 2, 3], "c": [2, 2, 1, 2, 3, 2]}


def curves(tasks=6, groups="abc", cycles=2) -> pd.DataFrame:
    """Lower is better, but for the last task, with turned heights; in the loss b is the best."""
    rows = [
        {
            "run": group,
            "group": group,
            "seed": 0,
            "cycle": cycle,
            "x": 10.0 * cycle,
            "task": f"t{index}",
            "better": "higher" if index == 5 else "lower",
            "value": (-1 if index == 5 else 1) * HEIGHTS[group][index] - cycle / 9,
        }
        for index in range(tasks)
        for group in groups
        for cycle in range(cycles)
    ]
    return pd.DataFrame(
        [
            *rows,
            *(
                {**row, "task": "loss", "better": "lower", "value": -9.0 * (row["group"] == "b")}
                for row in rows
                if row["task"] == "t0"
            ),
        ]
    )


def test_ranks_by_area_over_tasks_without_the_loss():
    ranks, reason = mean_ranks(curves())
    expected = stats.friedmanchisquare(*HEIGHTS.values())
    assert reason == ""
    assert ranks.settings == 6
    assert (ranks.statistic, ranks.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert table(ranks, NAMED).to_numpy().tolist() == [
        ["Ours", "1.17"],
        ["RBAL", "2.00"],
        ["Random", "2.83"],
    ]
    assert "over 6 tasks, 1 is best" in explanation(ranks)
    assert f"more than {ranks.difference:.2f}" in explanation(ranks)
    assert "no independent settings" in explanation(ranks)


def test_without_a_clear_test_no_difference_is_named():
    ranks, _ = mean_ranks(curves())
    text = explanation(ranks._replace(p=0.2))
    assert "no line is shown to differ" in text
    assert "Nemenyi" not in text


@pytest.mark.parametrize(
    ("some", "reason"),
    [
        (curves(groups="ab"), "needs 3 lines, not 2"),
        (curves(tasks=4), "needs 5 tasks in which every line has an area"),
        (curves(cycles=1), "under its curve, not 0"),
        (curves().iloc[:0], "needs 3 lines, not 0"),
    ],
)
def test_too_little_is_explained(some, reason):
    ranks, text = mean_ranks(some)
    assert ranks is None
    assert reason in text


def test_a_task_in_which_a_line_has_no_value_does_not_count():
    some = curves(tasks=5)
    some.loc[(some["task"] == "t2") & (some["group"] == "c"), "value"] = float("nan")
    assert "under its curve, not 4" in mean_ranks(some)[1]
