"""A run with a user's strategy file: the file is kept, and the run goes on only with it."""

import json
from hashlib import sha256

import numpy as np
import pytest

from mtal.acquisition.user_strategies import VARIABLE
from mtal.config import ConfigError
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import train as train_stage
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config

FIRST = """
from dataclasses import replace
from mtal.acquisition.uniform import RANDOM

STRATEGY = replace(RANDOM, name="mine", title="Mine")
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where the strategy of the test lies."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.py").write_text(FIRST)
    return tmp_path / "own" / "mine.py"


def run_of(tmp_path, *sets):
    return Run(create(tiny_config("strategy=mine", *sets), StorePaths(tmp_path / "store")).folder)


def killed(*_, **__):
    """As if the worker was killed there."""
    raise KeyboardInterrupt


def killed_in(run, monkeypatch, target, name):
    """Run until something is called."""
    with monkeypatch.context() as patch:
        patch.setattr(target, name, killed)
        with pytest.raises(KeyboardInterrupt):
            cycle.run_cycles(run, StageTimer(run, 0))


def test_a_run_keeps_the_file_and_says_which_it_was(tmp_path, file):
    run = run_of(tmp_path, "epochs=1", "cycles=2")
    cycle.run_cycles(run, StageTimer(run, 0))
    assert run.paths.strategy.read_text() == FIRST
    facts = json.loads(run.paths.facts.read_text())
    assert facts["strategy_file"] == str(file)
    assert facts["strategy_sha256"] == sha256(FIRST.encode()).hexdigest()
    assert facts["strategy_title"] == "Mine"
    assert len(run.picked(0)) > 0


def test_a_built_in_strategy_leaves_no_file(random_run):
    assert not random_run.paths.strategy.exists()
    assert "strategy_file" not in json.loads(random_run.paths.facts.read_text())


def test_a_changed_file_stops_a_resume_and_the_kept_one_goes_on(tmp_path, file, monkeypatch):
    run = run_of(tmp_path, "epochs=1", "cycles=2")
    killed_in(run, monkeypatch, StageTimer, "next_cycle")
    assert run.cycles_done() == 1
    before = run.picked(0)
    file.write_text(FIRST + "\n# better\n")
    with pytest.raises(
        ConfigError,
        match=r"mine\.py is not what this run began with: it was changed since.*put .*strategy\.py",
    ):
        cycle.run_cycles(run, StageTimer(run, 1))
    file.unlink()
    with pytest.raises(ConfigError, match="taken away since"):
        cycle.run_cycles(run, StageTimer(run, 1))
    file.write_bytes(run.paths.strategy.read_bytes())
    cycle.run_cycles(run, StageTimer(run, 1))
    assert run.cycles_done() == 2
    np.testing.assert_array_equal(run.picked(0), before)


def test_before_the_first_cycle_is_complete_a_new_text_is_taken(tmp_path, file, monkeypatch):
    run = run_of(tmp_path, "epochs=1", "cycles=2")
    killed_in(run, monkeypatch, train_stage, "train")
    assert run.paths.strategy.read_text() == FIRST
    file.write_text(FIRST.replace("Mine", "Better"))
    cycle.run_cycles(run, StageTimer(run, 0))
    assert "Better" in run.paths.strategy.read_text()
    assert run.facts.strategy_title == "Better"


def test_a_broken_contract_ends_a_run_before_its_first_cycle(tmp_path, file):
    file.write_text(FIRST.replace('title="Mine"', 'title=""'))
    run = run_of(tmp_path)
    with pytest.raises(
        ConfigError, match="breaks the rule “says what it is”: it says nothing in title"
    ):
        cycle.run_cycles(run, StageTimer(run, 0))
    assert run.cycles_done() == 0
    assert not run.paths.strategy.exists()
