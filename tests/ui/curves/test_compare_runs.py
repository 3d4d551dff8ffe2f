"""Titles and variants of runs that are compared side by side."""

import pandas as pd
import pytest

from mtal.config import Config
from mtal.ui.curves.compare_runs import names, one_line_per_run
from tests.runs.made_run import made_course


@pytest.fixture
def runs(tmp_path):
    """Three runs: two seeds of Random, one of ours."""
    settings = [("random", 1), ("ours", 1), ("random", 2)]
    return [
        made_course(tmp_path, Config(strategy=strategy, seed=seed), (5.0,))
        for strategy, seed in settings
    ]


def test_seeds_are_named_where_runs_have_several(runs):
    assert not any("seed" in title for title in names(runs[:2]).values())
    titles = names(runs)
    assert [titles[run.name].rpartition(", ")[2] for run in runs] == ["seed 1", "seed 1", "seed 2"]


def test_each_run_is_a_line_and_a_variant_of_its_strategy(runs):
    first, other, second = (run.name for run in runs)
    rows = pd.DataFrame({"run": [second, first, other, first], "value": 0.0})
    changed = one_line_per_run(rows, runs)
    assert changed["group"].tolist() == rows["run"].tolist()
    assert changed["variant"].tolist() == [1, 0, 0, 0]
    assert changed["title"].tolist() == [names(runs)[name] for name in rows["run"]]


def test_no_rows_stay_no_rows(runs):
    assert one_line_per_run(pd.DataFrame(), runs).empty
