"""Which runs make an ablation, against pairs compared one by one."""

import itertools
import math
import statistics

import pytest

from mtal.analysis.tables.ablations import ABLATIONS, outcome, varied_runs
from mtal.analysis.tables.run_groups import FREE, curve_rows
from mtal.config import Config
from tests.runs.made_run import made_course

COMMITTEE, EMBEDDING = ABLATIONS[:2]
BASE = Config(cycles=4, start_percent=10, step_percent=15)


@pytest.fixture
def runs(tmp_path):
    """Runs of several ablations.

    max and mean with two seeds, two committees with other epochs, random, and two embeddings with
    one of two distances.
    """
    settings = [
        *({"committee": how, "seed": seed} for how in ("max", "mean") for seed in (0, 1)),
        {"epochs": 5},
        {"epochs": 5, "committee": "min"},
        {"strategy": "random"},
        {"embedding": 64},
        {"embedding": 64, "diversity": "cosine"},
        {"strategy": "trust-weighted"},
        {"strategy": "trust-weighted", "trust_form": "greedy"},
    ]
    return [
        made_course(
            tmp_path,
            BASE.model_copy(update=changes),
            [5.0 + index / 10, 4.0 + index / 10, 3.0][: 2 + index % 2],
        )
        for index, changes in enumerate(settings)
    ]


def slow_varied(ablation, runs):
    """The largest set of ours in which runs differ in the settings, seeds and machine only."""
    free, best = {*FREE, *ablation.settings}, []
    ours = [run for run in runs if run.config.strategy == ablation.strategy]
    for run in ours:
        changes = run.config.changed(free)
        alike = [other for other in ours if other.config.changed(free) == changes]
        different = any(
            getattr(first.config, name) != getattr(second.config, name)
            for name in ablation.settings
            for first, second in itertools.combinations(alike, 2)
        )
        best = alike if different and len(alike) > len(best) else best
    return best


@pytest.mark.parametrize("ablation", ABLATIONS, ids=lambda ablation: "-".join(ablation.settings))
def test_equals_the_slow_twin(runs, ablation):
    assert varied_runs(ablation, runs) == slow_varied(ablation, runs)


def test_the_most_runs_make_the_ablation(runs):
    assert varied_runs(COMMITTEE, runs) == runs[:4]
    assert varied_runs(EMBEDDING, runs) == [runs[0], runs[1], *runs[7:9]]
    assert varied_runs(ABLATIONS[-1], runs) == runs[9:]
    assert varied_runs(ABLATIONS[4], runs) == []  # nobody varied the sample weights
    assert varied_runs(COMMITTEE, []) == []


def test_outcomes_at_the_last_cycle_that_every_value_has_reached(runs):
    some = runs[:4]
    rows = curve_rows(some)
    loss = rows[rows["task"] == "loss"]
    table, cycle = outcome(COMMITTEE, some, loss)
    assert cycle == 2  # one seed of each value has come so far
    assert table[["value", "mean", "n"]].to_numpy().tolist() == [["max", 3.0, 1], ["mean", 3.0, 1]]
    table, cycle = outcome(COMMITTEE, some, loss[loss["cycle"] < 2])
    pairs = {
        how: [
            run.metrics().query("cycle == 1 and task == 'loss'")["value"].item()
            for run in some
            if run.config.committee == how
        ]
        for how in ("max", "mean")
    }
    assert table["mean"].tolist() == pytest.approx(
        [statistics.mean(pair) for pair in pairs.values()]
    )
    assert table["spread"].tolist() == pytest.approx(
        [statistics.stdev(pair) for pair in pairs.values()]
    )


def test_two_settings_are_values_and_lines(runs):
    some = varied_runs(EMBEDDING, runs)
    rows = curve_rows(some)
    table, _ = outcome(EMBEDDING, some, rows[rows["task"] == "loss"])
    assert table[["value", "line"]].to_numpy().tolist() == [
        ["64", "cosine"],
        ["64", "euclidean"],
        ["512", "euclidean"],
    ]


def test_sizes_are_in_the_order_of_numbers(tmp_path):
    runs = [
        made_course(tmp_path, BASE.model_copy(update={"embedding": size}), [5.0])
        for size in (1024, 64, 512, 128)
    ]
    rows = curve_rows(runs)
    table, _ = outcome(EMBEDDING, runs, rows[rows["task"] == "loss"])
    assert table["value"].tolist() == ["64", "128", "512", "1024"]


def test_a_seed_without_a_value_does_not_count(tmp_path):
    runs = [
        made_course(
            tmp_path, BASE.model_copy(update={"committee": how, "seed": seed}), [5.0 + seed]
        )
        for how in ("max", "mean")
        for seed in (0, 1, 2)
    ]
    rows = curve_rows(runs)
    rows = rows[rows["task"] == "loss"]
    rows.loc[rows["run"] == runs[0].name, "value"] = math.nan
    table, _ = outcome(COMMITTEE, runs, rows)
    assert table[["value", "mean", "n"]].to_numpy().tolist() == [["max", 6.5, 2], ["mean", 6.0, 3]]


def test_without_a_cycle_there_is_no_outcome(runs):
    rows = curve_rows(runs[:4])
    table, cycle = outcome(COMMITTEE, runs[:4], rows.iloc[:0])
    assert (len(table), cycle) == (0, 0)
