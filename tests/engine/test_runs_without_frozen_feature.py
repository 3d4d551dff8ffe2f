"""Runs whose frozen feature cannot be had: an error only for those that need it."""

import pytest

from mtal.config import ConfigError
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.runs.jobs.launch import create
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config


def run_of(store, *sets):
    return Run(create(tiny_config("feature_weights=/gone.pth", *sets), store).folder)


@pytest.mark.parametrize(
    "sets",
    [("strategy=coverage",), ("strategy=random", "start=coverage"), ("embedding_source=frozen",)],
)
def test_a_run_that_needs_it_says_what_is_wrong(empty_store, sets):
    run = run_of(empty_store, *sets)
    with pytest.raises(ConfigError, match=r"^feature_weights: there is no file /gone.pth"):
        cycle.run_cycles(run, StageTimer(run, 0))
    assert run.cycles_done() == 0


def test_others_have_no_map_that_stays(empty_store, capsys):
    run = run_of(empty_store, "strategy=random", "cycles=2")
    cycle.run_cycles(run, StageTimer(run, 0))
    assert run.cycles_done() == 2
    assert run.embedding(0) is None
    assert run.layout(0, "frozen") is None
    assert "coverage" not in run.others_picked(0)
    assert "no frozen feature" in capsys.readouterr().out
