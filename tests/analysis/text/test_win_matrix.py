"""Who beats whom in words, against plain loops over the cells."""

import pandas as pd
import pytest
from scipy import stats

from mtal.analysis.statistics.win_matrix import wins
from mtal.analysis.text.win_matrix import (
    NO_PAIRS,
    ONLY_START,
    beaten,
    counted,
    explained,
    in_square,
    most_seeds,
    table,
    texts,
    told,
    untested,
    words,
)

NAMED = {"a": "Ours", "b": "Random", "c": "RBAL"}


def rows(seeds=3, lone=True) -> pd.DataFrame:
    """a is always better than b by nearly the same; c, if `lone`, has the first two seeds only. Two tasks and the loss."""
    found = []
    for task in ("loss", "depth", "normals"):
        for group, base in {"a": 1.0, "b": 2.0, "c": 1.5}.items():
            for seed in range(min(seeds, 2) if group == "c" and lone else seeds):
                found += [
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
    return pd.DataFrame(found)


def test_the_loss_alone_or_every_task_counts():
    assert set(counted(rows(), "loss")["setting"]) == {"loss"}
    assert set(counted(rows(), "tasks")["setting"]) == {"depth", "normals"}


def test_cells_and_rates_equal_the_plain_loops():
    found = wins(counted(rows(), "tasks"))
    cells, square, rates = words(found), in_square(found), beaten(found)
    for one in NAMED:
        assert pd.isna(square.loc[one, one])
        assert cells.loc[one, one] == ""
        losses = [found.matrix.loc[other, one] for other in NAMED if other != one]
        assert rates[one] == pytest.approx(
            sum(losses) / len(NAMED)
        )  # over all rows, the empty diagonal too
        for other in NAMED:
            if other != one:
                assert cells.loc[one, other] == (
                    f"{found.matrix.loc[one, other]:.2f} of {found.possible.loc[one, other]:.2f} "
                    f"possible wins, n={found.n.loc[one, other]}"
                )
    assert list(rates.values()) == sorted(rates.values())
    assert square.loc["a", "b"] == 2
    assert table(found, NAMED)["strategy"].tolist() == [NAMED[group] for group in rates]


def test_the_least_beaten_are_told_of_lines_that_share_seeds_enough():
    found = wins(counted(rows(), "tasks"))  # c shares two seeds with the others
    assert told(found, NAMED) == "Beaten least often: Ours 0.00, Random 1.33"
    assert table(found, NAMED).set_index("strategy")["how often it is beaten"].to_dict() == {
        "Ours": "0.000",
        "RBAL": "unknown: below 3 shared seeds",
        "Random": "1.333",
    }
    few = wins(counted(rows(seeds=2), "tasks"))
    assert told(few, NAMED) == "No two lines share 3 seeds, so nothing can be said."


def test_how_to_read_it():
    found = wins(counted(rows(), "tasks"))
    assert most_seeds(found) == 3
    plain, corrected = (
        explained(found, corrected=False),
        explained(wins(counted(rows(), "tasks"), True), corrected=True),
    )
    for text in (plain, corrected):
        assert "|t| must be above 12.71 at n=2 and above 4.30 at n=3" in text
        assert "all lines are the same" in text
    assert "2 settings, so a cell can reach 2" in plain
    assert "Grey: fewer than 3 shared seeds" in plain
    assert "Holm" not in plain
    smallest = [stats.t.ppf(1 - 0.05 / 2 / 6, n - 1) for n in (2, 3)]  # three pairs at two budgets
    assert "Holm's correction over up to 6 pairs and budgets of a setting" in corrected
    assert (
        f"the smallest p needs |t| above {smallest[0]:.2f} at n=2 and above {smallest[1]:.2f} at n=3"
        in corrected
    )
    alike = explained(wins(counted(rows(5, lone=False), "loss")), corrected=False)
    assert "|t| must be above 2.78 at n=5" in alike
    assert "1 setting, so a cell can reach 1" in alike
    assert "Grey" not in alike


def test_without_shared_seeds_nothing_can_be_tested():
    assert most_seeds(wins(counted(rows(1), "loss"))) < 2
    assert most_seeds(wins(counted(rows().iloc[:0], "loss"))) == 0
    assert untested(wins(counted(rows(1), "loss"))) == NO_PAIRS


def test_the_common_start_alone_says_nothing():
    start = rows()[lambda found: found["cycle"] == 0].assign(
        value=lambda found: 1.0 * found["seed"]
    )
    assert untested(wins(counted(start, "tasks"))) == ONLY_START
    assert untested(wins(counted(rows(), "tasks"))) == ""


def test_cells_of_few_seeds_say_so_instead_of_a_number():
    found = texts(wins(counted(rows(), "tasks")))
    assert (found.loc["a", "b"], found.loc["a", "c"], found.loc["c", "b"]) == ("2.00", "n=2", "n=2")
