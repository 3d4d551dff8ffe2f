"""What strategies cost, where some runs have not come as far as others."""

import pandas as pd

from mtal.analysis.text.costs import counted_cycles, table
from mtal.config import Config
from tests.runs.made_run import made_course

BASE = Config(cycles=4, start_percent=10, step_percent=15)


def course(store, losses, **settings):
    return made_course(store, BASE.model_copy(update=settings), losses)


def test_only_cycles_that_every_line_has_completed_count(tmp_path):
    ahead = course(tmp_path, [5.0, 4.0, 3.0, 2.0])
    behind = course(tmp_path, [5.0], seed=1)
    mean = course(tmp_path, [5.0, 4.0], committee="mean")
    whole = course(tmp_path, [1.0], cycles=1, start_percent=100)
    assert counted_cycles([ahead, behind, mean, whole]) == [(ahead, 2), (mean, 2), (whole, 1)]
    rows = table([ahead, behind, mean, whole]).set_index("strategy")
    seconds = ahead.seconds()
    hours = seconds[seconds["cycle"] < 2]["seconds"].sum() / 3600
    assert rows.loc["Ours [committee=max]", "all stages, h per run"] == f"{hours:.3g}"
    assert rows.loc["Ours [committee=max]", ["cycles", "n"]].tolist() == [2, 1]


def test_the_spread_over_seeds_is_shown(tmp_path):
    runs = [course(tmp_path, [5.0, 4.0], seed=seed) for seed in (0, 1)]
    assert " ± " in table(runs)["all stages, h per run"].iloc[0]


def test_without_a_cycle_there_is_no_row(tmp_path):
    assert table([course(tmp_path, [])]).empty
    assert counted_cycles([]) == []
    assert isinstance(table([]), pd.DataFrame)
