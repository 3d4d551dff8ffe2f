"""Experiments with the real engine: same seed, same picks, in any order and after any kill."""

import shutil
import time

import numpy as np
import pytest

from mtal.runs.experiments.experiment import create_experiment, extend, metrics, start_all
from mtal.runs.experiments.plan import expand
from mtal.runs.jobs.launch import kill, launch_run
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from tests.real_runs import tiny_config, wait

HEEDS = {"random": frozenset(), "ours": frozenset({"committee"})}
PATIENCE_S = 600


def cells(*seeds):
    return expand(tiny_config().changed(), ["random", "ours"], seeds, {}, HEEDS)


def finish(experiment):
    """Wait for all of it; the runs by (strategy, seed)."""
    runs = {
        (cell.strategy, cell.seed): wait(experiment.run(cell), PATIENCE_S)
        for cell in experiment.cells
    }
    assert {state.status for state in experiment.states()} == {Status.FINISHED}
    return runs


@pytest.fixture(scope="module")
def undisturbed(real_store, tmp_path_factory):
    """Two strategies, two seeds: the runs of seed 0 exist before the plan, seed 1 joins later."""
    folder = tmp_path_factory.mktemp("undisturbed") / "store"
    shutil.copytree(real_store.folder, folder)
    planned = create_experiment(StorePaths(folder), "both", "Both", cells(0))
    assert {text for _, text in start_all(planned)} == {"finished already"}
    files = {path: path.stat().st_mtime_ns for path in folder.glob("*-s0/**/*")}
    assert len(files) > 50
    wider = extend(planned, cells(0, 1))
    assert [text for _, text in start_all(wider)] == ["finished already"] * 2 + ["started"] * 2
    runs = finish(wider)
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*-s0/**/*")} == files
    return wider, runs


def test_all_strategies_of_a_seed_begin_with_the_same_images(undisturbed):
    _, runs = undisturbed
    start = {key: run.facts.start for key, run in runs.items()}
    for seed in (0, 1):
        assert start["random", seed] == start["ours", seed]
        assert runs["random", seed].reports()[0]["cycle"] == 0
    assert start["ours", 0] != start["ours", 1]
    assert not np.array_equal(runs["random", 0].picked(0), runs["ours", 0].picked(0))


def test_killed_resumed_and_in_another_order_it_picks_the_same(undisturbed, tmp_path):
    """The last is started first and killed in its second cycle, then all are started again."""
    first, expected = undisturbed
    again = create_experiment(StorePaths(tmp_path), "again", "Again", first.cells)
    for cell in reversed(again.cells):
        assert launch_run(cell.config, again.paths.store) == "started"
    victim = again.run(again.cells[-1])
    give_up = time.monotonic() + PATIENCE_S
    while not (victim.cycles_done() == 1 and any(row["cycle"] == 1 for row in victim.reports())):
        assert time.monotonic() < give_up, "\n".join(victim.log_tail())
        time.sleep(0.02)
    kept = victim.cycle(0).metrics.stat().st_mtime_ns
    assert kill(victim.paths)
    while victim.status.alive:
        time.sleep(0.01)
    answers = start_all(again)
    assert [text for cell, text in answers if cell.run_name == victim.name] == [
        "resumed (it was interrupted)"
    ]
    repeated = finish(again)
    assert victim.cycle(0).metrics.stat().st_mtime_ns == kept
    for key, run in expected.items():
        assert run.cycles_done() == repeated[key].cycles_done() == 3
        for number in range(3):
            np.testing.assert_array_equal(run.picked(number), repeated[key].picked(number))
    numbers = ["strategy", "seed", "cycle", "task", "images", "labels", "value", "loss"]
    assert metrics(first)[numbers].equals(metrics(again)[numbers])


def test_curves_of_one_seed_start_together(undisturbed):
    table = metrics(undisturbed[0])
    begun = table[table["cycle"] == 0].pivot(
        index=["seed", "task"], columns="strategy", values=["images", "labels", "value"]
    )
    assert len(begun) == 2 * 4
    for column in ("images", "labels", "value"):
        assert begun[column]["random"].equals(begun[column]["ours"])
