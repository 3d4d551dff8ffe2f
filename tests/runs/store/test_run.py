"""Run: what is on disk as tables, against slow twins."""

import math
import os
import shutil
import time

import numpy as np
import pytest

from mtal.config import Config
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.start_log import log_start, start_times
from mtal.runs.store.run import LOSS, QUALITY_COLUMNS, Run
from mtal.runs.store.run_facts import write_facts
from tests.runs.made_run import IMAGES, START, TASKS, write_quality


def test_metrics_have_a_row_per_cycle_and_task_and_one_for_the_loss(finished):
    table = finished.metrics()
    assert len(table) == 3 * (len(TASKS) + 1)
    assert table[table["task"] == LOSS]["images"].tolist() == [2, 5, 8]
    assert table[table["task"] == LOSS]["percent"].tolist() == [10, 25, 40]
    assert set(table["task"]) == {LOSS, *TASKS}


def test_tables_of_a_run_without_cycles_are_empty_and_have_their_columns(finished):
    for number in range(3):
        finished.paths.cycle(number).folder.rename(finished.paths.cycles / f".gone{number}")
    assert finished.cycles_done() == 0
    assert list(finished.metrics().columns)[:2] == ["cycle", "images"]
    assert finished.metrics().empty
    assert finished.seconds().empty


def test_labelled_is_the_start_and_every_pick_before(finished):
    start = np.zeros((IMAGES, len(TASKS)), bool)
    start[list(START)] = True
    for number in range(4):
        by_hand = {(image, task) for image in START for task in range(len(TASKS))}
        for earlier in range(min(number, 2)):
            by_hand |= set(map(tuple, finished.picked(earlier).tolist()))
        if number < 3:
            assert (
                set(map(tuple, np.argwhere(finished.labelled(number, start)).tolist())) == by_hand
            )
    assert start.sum() == len(START) * len(TASKS)  # the argument is not changed


def test_the_last_cycle_picked_nothing(finished):
    assert finished.picked(2).shape == (0, 2)
    assert finished.pool(2).empty
    assert finished.embedding(2) is None
    assert finished.nearest(2, 0).empty


@pytest.mark.parametrize("number", [-1, 3])
def test_a_cycle_that_is_not_there_is_an_error(finished, number):
    with pytest.raises(KeyError, match="no complete cycle"):
        finished.cycle(number)


def nearest_by_hand(run, number, image, count):
    """All images of each kind, sorted by distance in plain Python."""
    points, pool = run.embedding(number), run.pool(number)
    rows = []
    for kind in ("labelled", "picked"):
        others = []
        for other in range(len(pool)):
            row = pool.iloc[other]
            earlier = row["picked"] and (
                not pool["picked"][image] or row["rank"] < pool["rank"][image]
            )
            if other != image and (row["labelled"] if kind == "labelled" else earlier):
                others.append((math.dist(points[image], points[other]), other))
        rows += [
            (other, kind, pytest.approx(gap, rel=1e-5)) for gap, other in sorted(others)[:count]
        ]
    return rows


@pytest.mark.parametrize("image", range(IMAGES))
def test_nearest_equals_the_plain_loops(finished, image):
    table = finished.nearest(1, image, count=3)
    rows = list(zip(table["index"], table["kind"], table["distance"], strict=True))
    assert rows == nearest_by_hand(finished, 1, image, 3)
    assert table["id"].tolist() == [f"{index:04d}" for index in table["index"]]


def test_a_cycle_appears_whole_or_not_at_all(finished):
    def fail_half_way():
        with finished.new_cycle(3) as cycle:
            cycle.metrics.write_text("{}")
            assert finished.cycles_done() == 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert finished.cycles_done() == 3
    with finished.new_cycle(3) as cycle:
        assert not cycle.metrics.exists()  # what the killed worker left is swept
        cycle.metrics.write_text("{}")
    assert finished.cycles_done() == 4


def test_the_time_of_the_first_start_survives_a_copy(finished, tmp_path):
    # of a run that was never started
    assert finished.created == finished.paths.config.stat().st_mtime
    log_start(finished.paths)
    log_start(finished.paths)
    copied = Run(
        shutil.copytree(finished.paths.folder, tmp_path / "copy", copy_function=shutil.copyfile)
    )
    os.utime(copied.paths.config, (2e9, 2e9))
    assert copied.created == start_times(finished.paths)[0]


def test_progress_is_that_of_the_last_start(finished):
    assert finished.progress().stage == "train"
    log_start(finished.paths)
    assert finished.progress() is None
    time.sleep(0.002)  # reports are told to the millisecond
    finished.report(0, "load", 0, 4)
    assert finished.progress().stage == "load"


def test_every_cycle_has_the_fingerprint_of_the_data_that_it_saw(finished):
    changes = [{"cycle": 1, "before": "a", "after": "b"}, {"cycle": 2, "before": "b", "after": "c"}]
    write_facts(finished.paths.facts, finished.facts.updated(fingerprint="c", data_changes=changes))
    assert [finished.fingerprint(number) for number in range(3)] == ["a", "b", "c"]


def test_tasks_are_values_with_their_legend(finished):
    assert [task.name for task in finished.tasks] == list(TASKS)
    assert finished.tasks[0].legend == (("wall", "#ff0000"),)
    hash(finished.tasks)


def test_signal_quality_is_a_table_per_cycle_and_one_of_all(finished):
    assert finished.qualities().empty
    assert list(finished.qualities().columns) == ["cycle", *QUALITY_COLUMNS]
    assert list(finished.quality(0).columns) == list(QUALITY_COLUMNS)
    write_quality(finished, 0, 0.5)
    write_quality(finished, 1, 0.75)
    assert finished.quality(1)["rho"].max() == 0.75
    # stored as "diversity" by a version that had no other embedding
    assert set(finished.quality(1)["version"]) == {"entropy", "diversity (auto-encoder)"}
    together = finished.qualities()
    assert list(together.columns) == ["cycle", *QUALITY_COLUMNS]
    assert together.groupby("cycle")["rho"].max().to_dict() == {0: 0.5, 1: 0.75}
    with pytest.raises(KeyError, match="no complete cycle"):
        finished.quality(3)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "6"),
        ({"label_budget": 9}, "at most 6"),
        ({"plateau_percent": 1}, "at most 6"),
        ({"plateau_cycles": 1}, "6"),
    ],
)
def test_total_cycles_are_a_bound_where_a_rule_may_end_the_run(store, settings, words):
    run = Run(create(Config(**settings), store).folder)
    assert run.total_cycles_text == words


def test_total_cycles_of_a_finished_run_are_those_it_took(finished):
    finished.paths.cycle(2).folder.rename(finished.paths.cycles / ".gone")
    assert finished.config.cycles == 3
    finished.paths.log.touch()
    assert finished.total_cycles_text == "2"
