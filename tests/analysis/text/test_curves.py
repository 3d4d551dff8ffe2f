"""Curves in words."""

import pandas as pd

from mtal.analysis.lines import Level, Line
from mtal.analysis.statistics.curves import over_seeds
from mtal.analysis.tables.run_groups import apart
from mtal.analysis.text.areas import area_table, best_first, long_enough
from mtal.analysis.text.curves import (
    alone,
    band_note,
    behind,
    full,
    lines,
    message,
    reference_of,
    table,
    unequal_seeds,
    unequal_starts,
)


def rows(**courses) -> pd.DataFrame:
    """group -> values per seed; `random_1` is strategy random with variant 1."""
    return pd.DataFrame(
        [
            {
                "group": group,
                "title": group.title(),
                "strategy": group.split("_")[0],
                "variant": int("_" in group),
                "run": f"{group}-{seed}",
                "seed": seed,
                "cycle": cycle,
                "x": 10.0 * (cycle + 1),
                "images": 10 * (cycle + 1),
                "dataset": "made",
                "better": "lower",
                "value": value,
                "labels": 30 * (cycle + 1),
                "task": "loss",
                "metric": "sum",
                "whole": group == "full",
            }
            for group, seeds in courses.items()
            for seed, values in enumerate(seeds)
            for cycle, value in enumerate(values)
        ]
    )


ROWS = rows(ours=[[5.0, 4.0], [5.2, 4.2]], random_1=[[6.0, 5.0]], random=[[5.5]])


def test_lines_and_the_plainest_random():
    assert lines(ROWS)["random_1"] == Line("Random_1", "random", 1)
    assert reference_of(ROWS) == "random"
    assert reference_of(ROWS[ROWS["strategy"] != "random"]) is None


def test_the_table_and_the_message_say_the_same_numbers():
    mean, named = over_seeds(ROWS), lines(ROWS)
    found = table(mean, named, "labels", "std")
    assert found[found["strategy"] == "Ours"][["mean", "std", "n"]].to_numpy().tolist() == [
        ["5.100", "0.141", 2],
        ["4.100", "0.141", 2],
    ]
    assert found[found["strategy"] == "Random"]["std"].tolist() == [""]
    assert message(mean, named, "Loss") == (
        "Loss, last values: Ours 4.100 at 20 (n=2); Random_1 5.000 at 20 (n=1); Random 5.500 at 10 (n=1)"
    )


def test_bands_and_single_seeds():
    assert set(alone(ROWS)["group"]) == {"random", "random_1"}
    assert "thin lines" in band_note(ROWS, "std", thin=True)
    assert "standard error" in band_note(ROWS, "sem", thin=False)
    assert band_note(ROWS[ROWS["group"] != "ours"], "std", thin=True) == ""


def test_starts_of_one_seed_must_be_alike():
    assert not unequal_starts(ROWS)
    assert unequal_starts(ROWS.assign(images=ROWS["images"] + (ROWS["run"] == "random-0")))
    reference = rows(full=[[1.0]]).assign(images=645)
    assert not unequal_starts(pd.concat([ROWS, reference]))  # a run on all labels starts nowhere


def test_areas_leave_out_runs_of_one_point_and_rank_by_direction():
    long, short = long_enough(ROWS)
    assert (set(long["group"]), short) == ({"ours", "random_1"}, 1)
    found = best_first(long, "random_1")
    assert list(found["group"]) == ["ours", "random_1"]
    assert list(best_first(long.assign(better="higher"), None)["group"]) == ["random_1", "ours"]
    shown = area_table(found, {"ours": "Ours", "random_1": "Random"}, "random_1", "lower")
    assert shown["area"].tolist() == ["4.600 ± 0.141", "5.500"]
    assert shown["difference to Random"].tolist() == [
        "-1.000, better (n=1)",
        "is the reference",
    ]  # one seed in common
    turned = area_table(found, {"ours": "Ours", "random_1": "Random"}, "random_1", "higher")
    assert turned.loc[0, "difference to Random"] == "-1.000, worse (n=1)"


def test_lines_whose_points_have_fewer_seeds_than_others():
    assert not unequal_seeds(ROWS)
    assert unequal_seeds(rows(ours=[[5.0, 4.0], [5.2]]))


def test_runs_on_all_labels_of_other_settings_are_levels_of_their_own():
    one, other = (
        rows(full=[[1.0], [2.0]]),
        rows(full=[[5.0]]).assign(group="full7", title="All labels [epochs=7]"),
    )
    assert full(pd.concat([one, other])) == [
        Level("Full (n=2)", 1.5),
        Level("All labels [epochs=7] (n=1)", 5.0),
    ]
    assert full(one.assign(value=float("nan"))) == []


def test_the_data_behind_a_figure_are_all_that_it_shows():
    curves, whole = apart(pd.concat([ROWS, rows(full=[[1.0]])]))
    printed = pd.DataFrame(
        {"method": ["Ours"], "labelled_percent": [20], "mean": [7.0], "spread": [0.5]}
    )
    found = behind(curves, over_seeds(curves, "sem"), whole, printed, "sem")
    assert found["kind"].value_counts().to_dict() == {
        "seed": 7,
        "mean": 5,
        "all labels": 1,
        "published": 1,
    }
    first = found[(found["kind"] == "mean") & (found["title"] == "Ours")].iloc[0]
    assert (first["value"], first["n"], first["band"]) == (5.1, 2, "sem")
    assert round(first["spread"], 3) == 0.1
    assert found.loc[
        found["kind"] == "published", ["percent", "value", "n"]
    ].to_numpy().tolist() == [[20, 7.0, 3]]
