"""Ablations in words, with the paper's numbers where it prints any."""

import math

from mtal.analysis.tables.ablations import ABLATIONS
from mtal.analysis.tables.published import TABLE_2
from mtal.analysis.tables.run_groups import curve_rows
from mtal.analysis.text.ablations import (
    explanation,
    published_means,
    summary,
    table,
    with_published,
)
from mtal.config import Config
from mtal.figures.ablation import per_value
from tests.runs.made_run import made_course

COMMITTEE, EMBEDDING = ABLATIONS[:2]


def test_the_paper_prints_numbers_of_the_committee_on_nyud_alone():
    assert published_means(COMMITTEE, "nyud", "depth", ["max", "min"]) == [
        TABLE_2["max"]["depth"],
        TABLE_2["min"]["depth"],
    ]
    for means in (
        published_means(COMMITTEE, "nyud", "edge", ["max"]),
        published_means(COMMITTEE, "pascal", "depth", ["max"]),
        published_means(EMBEDDING, "nyud", "loss", ["512"]),
        published_means(COMMITTEE, "nyud", "loss", ["median"]),
    ):
        assert math.isnan(means[0])


def test_sizes_are_drawn_from_small_to_large(tmp_path):
    runs = [
        made_course(tmp_path, Config(cycles=3, embedding=size), [size / 100])
        for size in (1024, 128, 512, 64)
    ]
    rows = curve_rows(runs)
    outcomes = with_published(EMBEDDING, runs, rows[rows["task"] == "loss"])
    drawn = per_value(outcomes, "Loss ↓", "view", "Dimensions").data[0]
    assert list(drawn.x) == [64, 128, 512, 1024]
    assert list(drawn.y) == [0.64, 1.28, 5.12, 10.24]
    assert summary(outcomes, "Loss").startswith("Loss: 64 euclidean")


def test_an_ablation_from_runs(tmp_path):
    runs = [
        made_course(tmp_path, Config(cycles=3, committee=how, seed=seed), [5.0, 4.0 + add + seed])
        for how, add in (("max", 0), ("mean", 1))
        for seed in (0, 1)
    ]
    rows = curve_rows(runs)
    outcomes = with_published(COMMITTEE, runs, rows[rows["task"] == "loss"])
    assert outcomes[["value", "mean", "n", "cycle"]].to_numpy().tolist() == [
        ["max", 4.5, 2, 1],
        ["mean", 5.5, 2, 1],
    ]
    assert outcomes["published"].tolist() == [7.08, 7.37]
    assert summary(outcomes, "Loss") == "Loss: max 4.500, mean 5.500"
    assert explanation(COMMITTEE, outcomes).startswith(
        "After cycle 1, the last that every value has reached; mean ± standard "
        "deviation over n seeds (n = 2). The paper: max is the best"
    )
    assert list(table(outcomes).columns) == ["value", "mean", "std", "n", "published"]
