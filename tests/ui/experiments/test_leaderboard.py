"""The ranking of lines: means, spreads and differences to Random against plain loops."""

import math
import statistics

import pandas as pd
import pytest

from mtal.ui.experiments.leaderboard import default_lines, last_common_cycle, ranking, ranking_table

# (strategy, variant, seed) -> loss per cycle
VALUES = {
    ("random", "", 0): [5.0, 4.6, 4.5],
    ("random", "", 1): [5.2, 4.9, 4.4],
    ("ours", "", 0): [5.0, 4.0, 3.5],
    ("ours", "", 1): [5.2, 4.2],
    ("ours", "across=mean", 0): [5.0, 4.8, 4.9],
    ("equal-ss", "", 7): [6.0, 5.0],
}


def curve_table(
    values=VALUES, better="lower", labels=lambda strategy, cycle: 30 * (cycle + 1)
) -> pd.DataFrame:
    """A table as `curve_rows` returns, of one task."""
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


def row(points: pd.DataFrame, group: str) -> pd.Series:
    return points.set_index("group").loc[group]


def test_means_spreads_and_differences_equal_the_plain_loops():
    points = ranking(curve_table(), 1)
    ours = row(points, "ours")
    assert ours["mean"] == pytest.approx(statistics.mean([4.0, 4.2]))
    assert ours["std"] == pytest.approx(statistics.stdev([4.0, 4.2]))
    gains = [4.0 - 4.6, 4.2 - 4.9]  # seed by seed
    assert ours["gain"] == pytest.approx(statistics.mean(gains))
    assert ours["gain_std"] == pytest.approx(statistics.stdev(gains))
    assert (ours["n"], ours["pairs"]) == (2, 2)
    variant = row(points, "oursacross=mean")
    assert variant["gain"] == pytest.approx(4.8 - 4.6)  # held against plain Random
    assert math.isnan(variant["std"])
    assert row(points, "equal-ss")["pairs"] == 0  # Random has no seed 7
    assert row(points, "random")["pairs"] == 0
    assert list(points["group"]) == ["ours", "random", "oursacross=mean", "equal-ss"]  # best first


def test_higher_is_better_where_it_is():
    assert ranking(curve_table(better="higher"), 1)["group"].iloc[0] == "equal-ss"


def test_only_the_seeds_that_have_come_so_far_count():
    ours = row(ranking(curve_table(), 2), "ours")
    assert (ours["n"], ours["mean"], ours["gain"]) == (1, 3.5, pytest.approx(-1.0))


def test_a_variant_is_held_against_random_of_the_same_variant_if_there_is_one():
    values = {
        ("random", "", 0): [5.0],
        ("random", "epochs=2", 0): [7.0],
        ("ours", "epochs=2", 0): [6.5],
    }
    assert row(ranking(curve_table(values), 0), "oursepochs=2")["gain"] == pytest.approx(-0.5)


@pytest.mark.parametrize("title", ["Ours", "Random"])
def test_strategies_of_ones_own_may_be_called_as_others_are(title):
    values = {
        ("random", "", 0): [5.0, 4.6],
        ("ours", "", 0): [5.0, 3.5],
        ("mine", "", 0): [5.0, 3.6],
    }
    rows = curve_table(values).replace(
        {"group": {"random": "Random", "ours": "Ours", "mine": title}}
    )
    gains = ranking(rows, 1).set_index("strategy")["gain"]
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
    ours = row(ranking(curve_table(values), 0), "oursepochs=2")
    # Seed 1 has no Random of this variant, and no other takes its place.
    assert (ours["gain"], ours["pairs"]) == (pytest.approx(-0.5), 1)


def test_no_row_at_the_cycle_is_no_row():
    assert ranking(curve_table(), 99).empty


def test_random_is_read_off_at_as_many_labels_and_never_beyond_its_course():
    values = {("random", "", 0): [5.0, 4.0], ("ours", "", 0): [5.0, 4.0, 3.0]}

    def labels(strategy: str, cycle: int) -> int:
        return 45 if strategy == "ours" and cycle == 0 else 30 * (cycle + 1)

    rows = curve_table(values, labels=labels)
    # Half way between Random's cycles.
    assert row(ranking(rows, 0), "ours")["gain"] == pytest.approx(5.0 - 4.5)
    assert row(ranking(rows, 2), "ours")["pairs"] == 0


def test_the_last_common_cycle_is_the_last_that_each_line_has_reached():
    assert last_common_cycle(curve_table()) == 1
    long = {key: losses for key, losses in VALUES.items() if key[0] != "equal-ss"}
    assert last_common_cycle(curve_table(long)) == 2


def test_the_table_says_which_way_is_better_and_what_is_within_the_spread():
    # As `seconds_per_cycle` returns them.
    seconds = pd.DataFrame({"training": ["2"], "selection": ["–"]}, index=["random"])
    shown = ranking_table(ranking(curve_table(), 1), seconds, "Loss ↓").set_index(
        ["strategy", "variant"]
    )
    differences = shown["difference to Random"].to_list()
    assert differences[0] == "-0.650 ± 0.071, better"
    assert differences[1] == "is Random"
    assert differences[2] == "+0.200, worse, one seed"
    assert differences[3] == "no run of Random to compare with"
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
    shown = ranking_table(ranking(curve_table(noisy), 0), seconds, "Loss ↓")
    assert shown["difference to Random"].iloc[1] == "no clear difference (+0.150 ± 0.495)"
    assert "variant" not in shown


def test_many_lines_begin_with_the_papers():
    rows = curve_table(
        {
            (name, label, 0): [1.0]
            for name in ("entropy", "random", "bald", "ours")
            for label in ("", "across=mean")
        }
    )
    assert default_lines(rows) == ["random", "ours"]
    own = curve_table({("ours", f"embedding={size}", 0): [1.0] for size in range(20)})
    assert len(default_lines(own)) == 8
