"""Who wins so far: means, spreads and differences to Random against plain loops, on numbers made up for it."""

import math
import statistics

import pandas as pd
import pytest

from mtal.ui.experiments.leaderboard import last_common_cycle, standing, table, usual_lines

# (strategy, variant, seed) -> loss per cycle
VALUES = {
    ("random", "", 0): [5.0, 4.6, 4.5],
    ("random", "", 1): [5.2, 4.9, 4.4],
    ("ours", "", 0): [5.0, 4.0, 3.5],
    ("ours", "", 1): [5.2, 4.2],
    ("ours", "across=mean", 0): [5.0, 4.8, 4.9],
    ("equal-ss", "", 7): [6.0, 5.0],
}


def made(
    values=VALUES, better="lower", labels=lambda strategy, cycle: 30 * (cycle + 1)
) -> pd.DataFrame:
    """As `curve_rows` gives it, of one task."""
    return pd.DataFrame(
        [
            {
                "strategy": strategy,
                "label": label,
                "group": f"{strategy}{label}",
                "seed": seed,
                "cycle": cycle,
                "better": better,
                "labels": labels(strategy, cycle),
                "value": value,
            }
            for (strategy, label, seed), course in values.items()
            for cycle, value in enumerate(course)
        ]
    )


def row(found: pd.DataFrame, group: str) -> pd.Series:
    return found.set_index("group").loc[group]


def test_means_spreads_and_differences_equal_the_plain_loops():
    found = standing(made(), 1)
    ours = row(found, "ours")
    assert ours["mean"] == pytest.approx(statistics.mean([4.0, 4.2]))
    assert ours["std"] == pytest.approx(statistics.stdev([4.0, 4.2]))
    gains = [4.0 - 4.6, 4.2 - 4.9]  # seed by seed
    assert ours["gain"] == pytest.approx(statistics.mean(gains))
    assert ours["gain_std"] == pytest.approx(statistics.stdev(gains))
    assert (ours["n"], ours["pairs"]) == (2, 2)
    variant = row(found, "oursacross=mean")
    assert variant["gain"] == pytest.approx(4.8 - 4.6)  # held against plain Random
    assert math.isnan(variant["std"])
    assert row(found, "equal-ss")["pairs"] == 0  # Random has no seed 7
    assert row(found, "random")["pairs"] == 0
    assert list(found["group"]) == ["ours", "random", "oursacross=mean", "equal-ss"]  # best first


def test_higher_is_better_where_it_is():
    assert standing(made(better="higher"), 1)["group"].iloc[0] == "equal-ss"


def test_only_the_seeds_that_have_come_so_far_count():
    ours = row(standing(made(), 2), "ours")
    assert (ours["n"], ours["mean"], ours["gain"]) == (1, 3.5, pytest.approx(-1.0))


def test_a_variant_is_held_against_random_of_the_same_variant_if_there_is_one():
    values = {
        ("random", "", 0): [5.0],
        ("random", "epochs=2", 0): [7.0],
        ("ours", "epochs=2", 0): [6.5],
    }
    assert row(standing(made(values), 0), "oursepochs=2")["gain"] == pytest.approx(-0.5)


@pytest.mark.parametrize("title", ["Ours", "Random"])
def test_strategies_of_ones_own_may_be_called_as_others_are(title):
    values = {
        ("random", "", 0): [5.0, 4.6],
        ("ours", "", 0): [5.0, 3.5],
        ("mine", "", 0): [5.0, 3.6],
    }
    rows = made(values).replace({"group": {"random": "Random", "ours": "Ours", "mine": title}})
    gains = standing(rows, 1).set_index("strategy")["gain"]
    assert gains.drop("random").to_dict() == pytest.approx({"ours": -1.1, "mine": -1.0})
    assert math.isnan(gains["random"])


def test_random_of_a_variant_is_the_only_one_for_its_lines():
    values = {
        ("random", "", 0): [5.0],
        ("random", "", 1): [5.0],
        ("random", "epochs=2", 0): [7.0],
        ("ours", "epochs=2", 0): [6.5],
        ("ours", "epochs=2", 1): [6.5],
    }
    ours = row(standing(made(values), 0), "oursepochs=2")
    assert (ours["gain"], ours["pairs"]) == (
        pytest.approx(-0.5),
        1,
    )  # seed 1 has no such Random, and no other stands in


def test_no_row_at_the_cycle_is_no_row():
    assert standing(made(), 99).empty


def test_random_is_read_off_at_as_many_labels_and_never_beyond_its_course():
    values = {("random", "", 0): [5.0, 4.0], ("ours", "", 0): [5.0, 4.0, 3.0]}
    rows = made(
        values,
        labels=lambda strategy, cycle: (
            30 * (cycle + 1) + (15 if strategy == "ours" and cycle == 0 else 0)
        ),
    )
    assert row(standing(rows, 0), "ours")["gain"] == pytest.approx(
        5.0 - 4.5
    )  # half way between Random's cycles
    assert row(standing(rows, 2), "ours")["pairs"] == 0


def test_the_last_common_cycle_is_the_last_that_each_line_has_reached():
    assert last_common_cycle(made()) == 1
    assert (
        last_common_cycle(made({key: one for key, one in VALUES.items() if key[0] != "equal-ss"}))
        == 2
    )


def test_the_table_says_which_way_is_better_and_what_is_within_the_spread():
    seconds = pd.DataFrame(
        {"training": ["2"], "selection": ["–"]}, index=["random"]
    )  # as `seconds_per_cycle` tells them
    shown = table(standing(made(), 1), seconds, "Loss ↓").set_index(["strategy", "variant"])
    told = shown["difference to Random"].to_list()
    assert told[0] == "-0.650 ± 0.071, better"
    assert told[1] == "is Random"
    assert told[2] == "+0.200, worse, one seed"
    assert told[3] == "no run of Random to compare with"
    assert shown["Loss ↓"].iloc[0] == "4.100 ± 0.141"
    assert shown["Loss ↓"].iloc[2] == "4.800"
    assert shown["selection, s per cycle"].to_list() == ["–"] * 4
    assert shown["training, s per cycle"].to_list()[1] == "2"
    noisy = {
        ("random", "", 0): [5.0],
        ("random", "", 1): [5.0],
        ("ours", "", 0): [5.5],
        ("ours", "", 1): [4.8],
    }
    assert (
        "worse, within the spread"
        in table(standing(made(noisy), 0), seconds, "Loss ↓")["difference to Random"].iloc[1]
    )
    assert "variant" not in table(standing(made(noisy), 0), seconds, "Loss ↓")


def test_many_lines_begin_with_the_papers():
    rows = made(
        {
            (name, label, 0): [1.0]
            for name in ("entropy", "random", "bald", "ours")
            for label in ("", "across=mean")
        }
    )
    assert usual_lines(rows) == ["random", "ours"]
    own = made({("ours", f"embedding={size}", 0): [1.0] for size in range(20)})
    assert len(usual_lines(own)) == 8
