"""Who beats whom in words, against plain loops over the cells."""

import pandas as pd
import pytest
from scipy import stats

from mtal.analysis.statistics.win_matrix import wins
from mtal.analysis.text.win_matrix import (
    NO_PAIRS,
    ONLY_START,
    beaten_rates,
    cell_texts,
    cell_words,
    compared_rows,
    explanation,
    most_seeds,
    square_values,
    summary,
    table,
    untested_reason,
)

NAMED = {"a": "Ours", "b": "Random", "c": "RBAL"}


def rows(seeds=3, lone=True) -> pd.DataFrame:
    """Two tasks and the loss, in which a is always better than b by nearly the same.

    lone: c has the first two seeds only.
    """
    points = []
    for task in ("loss", "depth", "normals"):
        for group, base in {"a": 1.0, "b": 2.0, "c": 1.5}.items():
            for seed in range(min(seeds, 2) if group == "c" and lone else seeds):
                points += [
                    {
                        "group": group,
                        "seed": seed,
                        "cycle": cycle,
                        "x": 10.0 * cycle,
                        "task": task,
                        "better": "lower",
                        "value": base - cycle / 10 + 0.01 * seed * (cycle + 1) * (group == "a"),
                    }
                    for cycle in range(2)
                ]
    return pd.DataFrame(points)


def test_the_loss_alone_or_every_task_counts():
    assert set(compared_rows(rows(), "loss")["setting"]) == {"loss"}
    assert set(compared_rows(rows(), "tasks")["setting"]) == {"depth", "normals"}


def test_cells_and_rates_equal_the_plain_loops():
    matrix = wins(compared_rows(rows(), "tasks"))
    cells, square, rates = cell_words(matrix), square_values(matrix), beaten_rates(matrix)
    for row in NAMED:
        others = [group for group in NAMED if group != row]
        assert pd.isna(square.loc[row, row])
        assert cells.loc[row, row] == ""
        losses = [matrix.matrix.loc[other, row] for other in others]
        # Over all rows, the empty diagonal too.
        assert rates[row] == pytest.approx(sum(losses) / len(NAMED))
        for other in others:
            assert cells.loc[row, other] == (
                f"{matrix.matrix.loc[row, other]:.2f} of {matrix.possible.loc[row, other]:.2f} "
                f"possible wins, n={matrix.n.loc[row, other]}"
            )
    assert list(rates.values()) == sorted(rates.values())
    assert square.loc["a", "b"] == 2
    assert table(matrix, NAMED)["strategy"].tolist() == [NAMED[group] for group in rates]


def test_the_least_beaten_are_named_of_lines_that_share_seeds_enough():
    matrix = wins(compared_rows(rows(), "tasks"))  # c shares two seeds with the others
    assert summary(matrix, NAMED) == "Beaten least often: Ours 0.00, Random 1.33"
    assert table(matrix, NAMED).set_index("strategy")["how often it is beaten"].to_dict() == {
        "Ours": "0.000",
        "RBAL": "unknown: below 3 shared seeds",
        "Random": "1.333",
    }
    few = wins(compared_rows(rows(seeds=2), "tasks"))
    assert summary(few, NAMED) == "No two lines share 3 seeds, so nothing can be said."


def test_how_to_read_it():
    matrix = wins(compared_rows(rows(), "tasks"))
    assert most_seeds(matrix) == 3
    plain, corrected = (
        explanation(matrix, corrected=False),
        explanation(wins(compared_rows(rows(), "tasks"), True), corrected=True),
    )
    for text in (plain, corrected):
        assert "|t| must be above 12.71 at n=2 and above 4.30 at n=3" in text
        assert "all lines are the same" in text
    assert "2 settings, so a cell can reach 2" in plain
    assert "Grey: fewer than 3 shared seeds" in plain
    assert "Holm" not in plain
    smallest = [stats.t.ppf(1 - 0.05 / 2 / 6, n - 1) for n in (2, 3)]  # three pairs at two budgets
    assert "Holm's correction over up to 6 pairs and budgets of a setting" in corrected
    needed = f"above {smallest[0]:.2f} at n=2 and above {smallest[1]:.2f} at n=3"
    assert f"the smallest p needs |t| {needed}" in corrected
    alike = explanation(wins(compared_rows(rows(5, lone=False), "loss")), corrected=False)
    assert "|t| must be above 2.78 at n=5" in alike
    assert "1 setting, so a cell can reach 1" in alike
    assert "Grey" not in alike


def test_without_shared_seeds_nothing_can_be_tested():
    assert most_seeds(wins(compared_rows(rows(1), "loss"))) < 2
    assert most_seeds(wins(compared_rows(rows().iloc[:0], "loss"))) == 0
    assert untested_reason(wins(compared_rows(rows(1), "loss"))) == NO_PAIRS


def test_the_common_start_alone_says_nothing():
    start = rows()
    start = start[start["cycle"] == 0]
    start = start.assign(value=1.0 * start["seed"])
    assert untested_reason(wins(compared_rows(start, "tasks"))) == ONLY_START
    assert untested_reason(wins(compared_rows(rows(), "tasks"))) == ""


def test_cells_of_few_seeds_say_so_instead_of_a_number():
    texts = cell_texts(wins(compared_rows(rows(), "tasks")))
    assert (texts.loc["a", "b"], texts.loc["a", "c"], texts.loc["c", "b"]) == ("2.00", "n=2", "n=2")
