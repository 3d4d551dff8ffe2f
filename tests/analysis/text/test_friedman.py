"""Mean ranks over tasks in words: where they are, and why they are not."""

import pandas as pd
import pytest
from scipy import stats

from mtal.analysis.text.friedman import explained, ranked, table

NAMED = {"a": "Ours", "b": "Random", "c": "RBAL"}
HEIGHTS = {"a": [1, 1, 2, 1, 1, 1], "b": [3, 3, 3, 3, 2, 3], "c": [2, 2, 1, 2, 3, 2]}


def curves(tasks=6, groups="abc", cycles=2) -> pd.DataFrame:
    """Lower is better, but for the last task, whose heights are turned; and the loss, in which b is best."""
    found = [
        {
            "run": group,
            "group": group,
            "seed": 0,
            "cycle": cycle,
            "x": 10.0 * cycle,
            "task": f"t{place}",
            "better": "higher" if place == 5 else "lower",
            "value": (-1 if place == 5 else 1) * HEIGHTS[group][place] - cycle / 9,
        }
        for place in range(tasks)
        for group in groups
        for cycle in range(cycles)
    ]
    return pd.DataFrame(
        [
            *found,
            *(
                {**one, "task": "loss", "better": "lower", "value": -9.0 * (one["group"] == "b")}
                for one in found
                if one["task"] == "t0"
            ),
        ]
    )


def test_ranks_by_area_over_tasks_without_the_loss():
    found, reason = ranked(curves())
    expected = stats.friedmanchisquare(*HEIGHTS.values())
    assert reason == ""
    assert found.settings == 6
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert table(found, NAMED).to_numpy().tolist() == [
        ["Ours", "1.17"],
        ["RBAL", "2.00"],
        ["Random", "2.83"],
    ]
    assert "over 6 tasks, 1 is best" in explained(found)
    assert f"more than {found.difference:.2f}" in explained(found)
    assert "no independent settings" in explained(found)


def test_without_a_clear_test_no_difference_is_named():
    found, _ = ranked(curves())
    said = explained(found._replace(p=0.2))
    assert "no line is shown to differ" in said
    assert "Nemenyi" not in said


@pytest.mark.parametrize(
    ("some", "reason"),
    [
        (curves(groups="ab"), "needs 3 lines, and here are 2"),
        (curves(tasks=4), "needs 5 tasks in which every line has an area"),
        (curves(cycles=1), "and here are 0"),
        (curves().iloc[:0], "needs 3 lines, and here are 0"),
    ],
)
def test_too_little_is_said(some, reason):
    found, said = ranked(some)
    assert found is None
    assert reason in said


def test_a_task_in_which_a_line_has_no_value_does_not_count():
    some = curves(tasks=5)
    some.loc[(some["task"] == "t2") & (some["group"] == "c"), "value"] = float("nan")
    assert "and here are 4" in ranked(some)[1]
