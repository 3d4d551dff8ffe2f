"""Curves in words."""

import pandas as pd

from mtal.analysis.lines import Level, Line
from mtal.analysis.statistics.curves import over_seeds
from mtal.analysis.tables.run_groups import split_all_labels
from mtal.analysis.text import areas
from mtal.analysis.text.curves import (
    FROZEN_AND_TUNED,
    FROZEN_NOTE,
    backbone_note,
    band_note,
    full_levels,
    lines,
    point_table,
    reference_of,
    single_seed_lines,
    summary,
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
                "frozen": False,
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


def test_the_table_and_the_summary_say_the_same_numbers():
    mean, named = over_seeds(ROWS), lines(ROWS)
    shown = table(mean, named, "labels", "std")
    assert shown[shown["strategy"] == "Ours"][["mean", "std", "n"]].to_numpy().tolist() == [
        ["5.100", "0.141", 2],
        ["4.100", "0.141", 2],
    ]
    assert shown[shown["strategy"] == "Random"]["std"].tolist() == [""]
    assert summary(mean, named, "Loss") == (
        "Loss, last values: Ours 4.100 at 20 (n=2); Random_1 5.000 at 20 (n=1); "
        "Random 5.500 at 10 (n=1)"
    )


def test_bands_and_single_seeds():
    assert set(single_seed_lines(ROWS)["group"]) == {"random", "random_1"}
    assert "thin lines" in band_note(ROWS, "std", thin=True)
    assert "standard error" in band_note(ROWS, "sem", thin=False)
    assert band_note(ROWS[ROWS["group"] != "ours"], "std", thin=True) == ""


def test_starts_of_one_seed_must_be_alike():
    assert not unequal_starts(ROWS)
    assert unequal_starts(ROWS.assign(images=ROWS["images"] + (ROWS["run"] == "random-0")))
    reference = rows(full=[[1.0]]).assign(images=645)
    assert not unequal_starts(pd.concat([ROWS, reference]))  # a run on all labels starts nowhere


def test_areas_leave_out_runs_of_one_point_and_rank_by_direction():
    long, short = areas.long_enough(ROWS)
    assert (set(long["group"]), short) == ({"ours", "random_1"}, 1)
    by_line = areas.best_first(long, "random_1")
    assert list(by_line["group"]) == ["ours", "random_1"]
    assert list(areas.best_first(long.assign(better="higher"), None)["group"]) == [
        "random_1",
        "ours",
    ]
    shown = areas.table(by_line, {"ours": "Ours", "random_1": "Random"}, "random_1", "lower")
    assert shown["area"].tolist() == ["4.600 ± 0.141", "5.500"]
    assert shown["difference to Random"].tolist() == [
        "-1.000, better, one seed",
        "is the reference",
    ]
    turned = areas.table(by_line, {"ours": "Ours", "random_1": "Random"}, "random_1", "higher")
    assert turned.loc[0, "difference to Random"] == "-1.000, worse, one seed"


def test_lines_whose_points_have_fewer_seeds_than_others():
    assert not unequal_seeds(ROWS)
    assert unequal_seeds(rows(ours=[[5.0, 4.0], [5.2]]))


def test_runs_on_all_labels_of_other_settings_are_levels_of_their_own():
    default, other = (
        rows(full=[[1.0], [2.0]]),
        rows(full=[[5.0]]).assign(group="full7", title="All labels [epochs=7]"),
    )
    assert full_levels(pd.concat([default, other])) == [
        Level("Full (n=2)", 1.5),
        Level("All labels [epochs=7] (n=1)", 5.0),
    ]
    assert full_levels(default.assign(value=float("nan"))) == []


def test_the_data_behind_a_figure_are_all_that_it_shows():
    curves, whole = split_all_labels(pd.concat([ROWS, rows(full=[[1.0]])]))
    published = pd.DataFrame(
        {"method": ["Ours"], "labelled_percent": [20], "mean": [7.0], "spread": [0.5]}
    )
    points = point_table(curves, over_seeds(curves, "sem"), whole, published, "sem")
    assert points["kind"].value_counts().to_dict() == {
        "seed": 7,
        "mean": 5,
        "all labels": 1,
        "published": 1,
    }
    first = points[(points["kind"] == "mean") & (points["title"] == "Ours")].iloc[0]
    assert (first["value"], first["n"], first["band"]) == (5.1, 2, "sem")
    assert round(first["spread"], 3) == 0.1
    assert points.loc[
        points["kind"] == "published", ["percent", "value", "n"]
    ].to_numpy().tolist() == [[20, 7.0, 3]]


def test_figures_of_frozen_backbones_are_never_given_without_a_word():
    assert backbone_note([False, False]) == ""
    assert backbone_note([True, True]) == FROZEN_NOTE
    assert backbone_note([False, True, False]) == FROZEN_AND_TUNED
