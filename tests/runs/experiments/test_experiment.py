"""Experiments: stored plans whose runs are shared, started, stopped and read together.

The workers are those of `tests.runs.small_worker`.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from mtal.config import Config, ConfigError
from mtal.runs.experiments.experiment import (
    COLUMNS,
    REFUSED,
    create_experiment,
    damaged_experiments,
    experiments,
    extend,
    find_experiment,
    metrics,
    start_all,
    stop_all,
)
from mtal.runs.experiments.plan import expand
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create, kill
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.start_log import log_start
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.runs.made_run import TASKS, made_run
from tests.runs.small_worker import FINISH, WORKER, notes, until

BASE = {"device": "cpu", "cycles": 3, "start_percent": 10, "step_percent": 15}
HEEDS = {"random": frozenset(), "ours": frozenset({"committee"})}
BAD_NAMES = ["../x", "..", ".", "", "a/b", ".hidden", "two\nlines", "nul\0", "x" * 200]


def cells(*seeds, strategies=("random", "ours"), variants=None):
    return expand(BASE, strategies, seeds or (0, 1), variants or {}, HEEDS)


@pytest.fixture
def experiment(store):
    """Two strategies and two seeds, not started."""
    return create_experiment(store, "first", "A first one", cells())


def paths(experiment):
    return [experiment.paths.store.run(cell.run_name) for cell in experiment.cells]


def begun(experiment, number=1):
    """Start all and wait until so many had their turn."""
    launched = start_all(experiment, WORKER)
    until(lambda: len(notes(experiment.paths.store, "turns")) == number)
    return launched


def finish(experiment):
    for run in paths(experiment):
        if run.folder.exists():
            (run.folder / FINISH).touch()
    until(lambda: not any(state.status.alive for state in experiment.states()))


class TestPlan:
    def test_what_was_planned_is_read_again(self, store):
        planned = create_experiment(
            store, "e 1", "Titel ✓", cells(4, 2, variants={"few": {"epochs": 3}})
        )
        assert find_experiment(store, "e 1") == planned == experiments(store)[0]
        assert (planned.name, planned.title) == ("e 1", "Titel ✓")
        assert (planned.strategies, planned.seeds, planned.variants) == (
            ("random", "ours"),
            (4, 2),
            ("", "few"),
        )
        shared = planned.base
        assert shared.items() >= {"device": "cpu", "cycles": 3, "dataset": "nyud"}.items()
        assert not {"seed", "strategy", "epochs"} & set(shared)
        assert planned.plain["epochs"] == 100

    def test_a_plan_makes_no_run(self, experiment):
        assert experiment.paths.store.runs() == []
        assert {state.status for state in experiment.states()} == {Status.NEW}
        assert [experiment.run(cell) for cell in experiment.cells] == [None] * 4

    def test_the_same_plan_twice_is_one(self, experiment):
        again = create_experiment(
            experiment.paths.store, "first", "Another title", reversed(cells())
        )
        assert again == experiment

    @pytest.mark.parametrize("other", [cells(0), cells(0, 1, 2), cells(5)])
    def test_a_name_that_is_taken_is_refused(self, experiment, other):
        with pytest.raises(ConfigError, match="called first already"):
            create_experiment(experiment.paths.store, "first", "", other)
        assert find_experiment(experiment.paths.store, "first") == experiment

    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_a_name_that_leads_elsewhere_is_refused(self, store, name):
        for use in (
            lambda: create_experiment(store, name, "", cells()),
            lambda: find_experiment(store, name),
        ):
            with pytest.raises(ConfigError, match="is not the name of an experiment"):
                use()
        assert not store.folder.exists()

    def test_an_empty_plan_is_refused(self, store):
        with pytest.raises(ConfigError, match="at least one run"):
            create_experiment(store, "none", "", [])

    def test_an_unknown_name_names_those_that_there_are(self, experiment):
        with pytest.raises(ConfigError, match=r"no experiment called 'frist' .* there are: first"):
            find_experiment(experiment.paths.store, "frist")

    def test_the_newest_is_first(self, store):
        for name in ("b", "a", "c"):
            create_experiment(store, name, "", cells())
        assert [experiment.name for experiment in experiments(store)] == ["c", "a", "b"]
        assert experiments(StorePaths(store.folder / "nothing")) == damaged_experiments(store) == []

    def test_settings_of_earlier_versions_stay_readable(self, experiment):
        plan = json.loads(experiment.paths.plan.read_text())
        for cell in plan["cells"]:
            cell["config"] |= {"workers": 4}
            del cell["config"]["signal_quality"]
        write_json(experiment.paths.plan, plan)
        assert find_experiment(experiment.paths.store, "first") == experiment

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "null",
            "{}",
            '{"title": "x", "created": 1, "cells": []}',
            '{"title": "x", "created": 1, "cells": [{}]}',
            '{"title": "x", "created": 1, "cells": [{"variant": "", "config": {"epochs": 0}}]}',
            '{"title": "x", "created": 1, "cells": [{"variant": "", "config": '
            '{"dataset": "../../x"}}]}',
            '{"title": "x", "created": "noon", "cells": [{"variant": "", "config": {}}]}',
            "\x00\xff",
        ],
    )
    def test_a_damaged_plan_is_named_and_hides_no_other(self, experiment, text):
        store = experiment.paths.store
        broken = create_experiment(store, "broken", "", cells(7))
        broken.paths.plan.write_bytes(text.encode("latin-1"))
        for use in (
            lambda: find_experiment(store, "broken"),
            lambda: extend(broken, cells(8)),
            lambda: create_experiment(store, "broken", "", cells(7)),
        ):
            with pytest.raises(
                ConfigError, match=r"plan of the experiment broken cannot be read .*plan.json"
            ):
                use()
        assert experiments(store) == [experiment]
        assert ["broken" in problem for problem in damaged_experiments(store)] == [True]

    def test_a_folder_without_a_plan_is_no_experiment(self, experiment):
        (experiment.paths.folder.parent / "left over").mkdir()
        assert experiments(experiment.paths.store) == [experiment]
        assert create_experiment(experiment.paths.store, "left over", "", cells()).cells


class TestExtend:
    def test_adds_what_is_missing_and_nothing_twice(self, experiment):
        wider = extend(experiment, cells(1, 2))
        assert wider.cells == (*experiment.cells, *cells(2))
        assert (wider.title, wider.created) == (experiment.title, experiment.created)
        before = wider.paths.plan.stat().st_mtime_ns
        assert (
            extend(wider, cells(0, 1, 2))
            == wider
            == find_experiment(experiment.paths.store, "first")
        )
        assert wider.paths.plan.stat().st_mtime_ns == before

    def test_what_others_added_meanwhile_stays(self, experiment):
        extend(experiment, cells(2))
        assert extend(experiment, cells(3)).seeds == (0, 1, 2, 3)

    def test_two_processes_at_once_lose_nothing(self, experiment):
        code = (
            "import sys; from pathlib import Path\n"
            "from mtal.runs.experiments.experiment import extend, find_experiment\n"
            "from mtal.runs.experiments.plan import expand\n"
            "from mtal.runs.paths import StorePaths\n"
            "mine = find_experiment(StorePaths(Path(sys.argv[1])), 'first')\n"
            "sys.stdin.readline()\n"
            "for seed in range(int(sys.argv[2]), 40, 2):\n"
            f"    added = expand({BASE!r}, ['random'], [seed], {{}}, {{'random': frozenset()}})\n"
            "    extend(mine, added)\n"
        )
        words = [sys.executable, "-c", code, str(experiment.paths.store.folder)]
        both = [
            subprocess.Popen(
                [*words, str(first)], stdin=subprocess.PIPE, cwd=Path(__file__).parents[3]
            )
            for first in (10, 11)
        ]
        for process in both:
            process.stdin.write(b"\n")
            process.stdin.flush()
        assert [process.wait(timeout=120) for process in both] == [0, 0]
        assert sorted(find_experiment(experiment.paths.store, "first").seeds) == [
            0,
            1,
            *range(10, 40),
        ]

    def test_somebody_who_never_lets_go_is_an_error(self, experiment, monkeypatch):
        monkeypatch.setattr("mtal.runs.experiments.experiment.take", lambda lock, patience_s: False)
        with pytest.raises(ConfigError, match="somebody else is changing the experiment first"):
            extend(experiment, cells(2))


class TestStart:
    def test_seed_by_seed_and_plain_before_variants(self, store):
        planned = create_experiment(
            store, "order", "", cells(1, 0, variants={"mean": {"committee": "mean"}})
        )
        wider = extend(planned, cells(1, 0, strategies=["ours"], variants={"few": {"epochs": 3}}))
        launched = begun(wider)
        order = [(cell.seed, cell.variant, cell.strategy) for cell, _ in launched]
        one_seed = [("", "random"), ("", "ours"), ("mean", "ours"), ("few", "ours")]
        assert order == [(seed, *rest) for seed in (1, 0) for rest in one_seed]
        assert {text for _, text in launched} == {"started"}
        assert notes(store, "turns") == [launched[0][0].run_name]

    def test_the_device_is_given_in_that_order(self, experiment):
        launched = begun(experiment)
        for number, (cell, _) in enumerate(launched, start=1):
            (experiment.paths.store.run(cell.run_name).folder / FINISH).touch()
            until(
                lambda number=number: (
                    len(notes(experiment.paths.store, "turns")) == min(number + 1, len(launched))
                )
            )
        until(lambda: {state.status for state in experiment.states()} == {Status.FINISHED})
        assert notes(experiment.paths.store, "turns") == [cell.run_name for cell, _ in launched]

    def test_a_second_start_starts_nothing(self, experiment):
        begun(experiment)
        assert {text for _, text in start_all(experiment, WORKER)} == {"at work already"}
        until(lambda: len(notes(experiment.paths.store, "workers")) == 4)
        finish(experiment)
        assert {text for _, text in start_all(experiment, WORKER)} == {"finished already"}
        assert len(notes(experiment.paths.store, "workers")) == 4

    def test_what_exists_is_shared_and_not_repeated(self, experiment):
        begun(experiment)
        finish(experiment)
        store = experiment.paths.store
        second = create_experiment(store, "second", "", cells(1, 2))
        assert second.run(second.cells[0]).name == experiment.run(cells(1)[0]).name
        files = {path: path.stat().st_mtime_ns for path in store.folder.glob("*-s1/*")}
        assert files
        assert [text for _, text in start_all(second, WORKER)] == ["finished already"] * 2 + [
            "started"
        ] * 2
        until(lambda: len(notes(store, "workers")) == 6)
        assert {path: path.stat().st_mtime_ns for path in files} == files

    def test_one_that_is_killed_does_not_stop_the_others_and_is_resumed(self, experiment):
        launched = begun(experiment)
        first = experiment.paths.store.run(launched[0][0].run_name)
        assert kill(first)
        until(lambda: len(notes(experiment.paths.store, "turns")) == 2)
        finish(experiment)
        assert sorted(state.status for state in experiment.states()) == ["finished"] * 3 + [
            "interrupted"
        ]
        assert [text for _, text in start_all(experiment, WORKER)] == [
            "resumed (it was interrupted)"
        ] + ["finished already"] * 3
        until(lambda: status(first) is Status.FINISHED)  # its file FINISH is still there

    def test_a_failed_one_is_started_again(self, experiment):
        made = create(experiment.cells[0].config, experiment.paths.store)
        write_json(made.result, {"outcome": "failed", "reason": "no memory"})
        assert begun(experiment)[0][1] == "resumed (it was failed)"

    def test_a_folder_deleted_by_hand_is_made_anew(self, experiment):
        begun(experiment)
        finish(experiment)
        gone = experiment.run(experiment.cells[2])
        shutil.rmtree(gone.paths.folder)
        assert experiment.run(experiment.cells[2]) is None
        assert [state.status for state in experiment.states()] == [
            Status.FINISHED,
            Status.FINISHED,
            Status.NEW,
            Status.FINISHED,
        ]
        launched = start_all(experiment, WORKER)
        assert [text for _, text in launched] == [
            "finished already",
            "finished already",
            "started",
            "finished already",
        ]

    def test_one_that_cannot_be_started_keeps_no_other_from_it(self, experiment):
        create(experiment.cells[0].config, experiment.paths.store).config.write_text("{")
        launched = [text for _, text in begun(experiment)]
        assert launched[0].startswith(f"{REFUSED}: ")
        assert "neither JSON nor YAML" in launched[0]
        assert launched[1:] == ["started"] * 3

    def test_machine_settings_that_a_run_keeps_are_said(self, experiment):
        create(Config(**BASE, strategy="random", threads=1), experiment.paths.store)
        assert begun(experiment)[0][1] == "started; it keeps its first setting of threads"


class TestStop:
    def test_none_that_waits_gets_its_turn(self, experiment):
        launched = begun(experiment)
        running = launched[0][0].run_name
        # the first has its turn: also on a slow machine
        until(lambda: notes(experiment.paths.store, "turns"))
        assert [cell.run_name for cell in stop_all(experiment)][-1] == running
        until(lambda: {state.status for state in experiment.states()} == {Status.STOPPED})
        assert notes(experiment.paths.store, "turns") == [running]
        assert {text for _, text in start_all(experiment, WORKER)} == {"resumed (it was stopped)"}

    def test_what_is_not_at_work_is_left_alone(self, experiment):
        assert stop_all(experiment) == []
        assert experiment.paths.store.runs() == []


class TestStates:
    def test_fraction_counts_complete_cycles_and_stages(self, experiment):
        store = experiment.paths.store
        run = made_run(store.folder, config=experiment.cells[0].config)
        assert [
            (state.cycles_done, state.cycles, state.fraction) for state in experiment.states()
        ] == [(3, 3, 1.0), *[(0, 3, 0.0)] * 3]
        run.paths.result.unlink()
        shutil.rmtree(run.paths.cycle(2).folder)
        log_start(run.paths)
        assert experiment.states()[0].fraction == pytest.approx(
            2 / 3
        )  # interrupted: what was in hand is lost
        with run.paths.lock.open("a") as lock:
            take(lock, patience_s=0)
            run.paths.began.touch()
            assert experiment.states()[0].status is Status.RUNNING
            assert experiment.states()[0].fraction == pytest.approx(
                2 / 3
            )  # what it launched before this start does not count
            run.report(2, "load", 20, 20)
            assert experiment.states()[0].fraction == pytest.approx(
                2 / 3
            )  # the cycle before was all training
            run.report(2, "train", 5, 10)
            assert experiment.states()[0].fraction == pytest.approx(2.5 / 3)
            run.report(2, "evaluate", 1, 2)
            assert experiment.states()[0].fraction == pytest.approx(1)

    def test_a_run_that_a_rule_ended_early_is_all_done(self, experiment):
        run = made_run(experiment.paths.store.folder, config=experiment.cells[0].config)
        shutil.rmtree(run.paths.cycle(2).folder)
        state = experiment.states()[0]
        assert (state.status, state.cycles_done, state.fraction) == (Status.FINISHED, 2, 1.0)


class TestMetrics:
    def test_no_run_no_rows(self, experiment):
        assert list(metrics(experiment).columns) == COLUMNS
        assert metrics(experiment).empty

    def test_a_row_per_cycle_and_task_of_every_run(self, experiment):
        runs = [
            made_run(experiment.paths.store.folder, config=cell.config)
            for cell in experiment.cells[:3]
        ]
        create(experiment.cells[3].config, experiment.paths.store)  # it has no complete cycle
        table = metrics(experiment)
        assert list(table.columns) == COLUMNS
        assert list(table["run"].unique()) == [run.name for run in runs]
        for cell, run in zip(experiment.cells, runs, strict=False):
            own = table[table["run"] == run.name].reset_index(drop=True)
            assert len(own) == 3 * (1 + len(TASKS))
            assert set(zip(own["strategy"], own["seed"], own["variant"], strict=True)) == {
                (cell.strategy, cell.seed, "")
            }
            pd.testing.assert_frame_equal(
                own[list(run.metrics().columns)], run.metrics(), check_like=True
            )

    def test_units_are_those_of_the_tasks(self, experiment):
        run = Run(
            made_run(experiment.paths.store.folder, config=experiment.cells[0].config).paths.folder
        )
        facts = json.loads(run.paths.facts.read_text())
        facts["tasks"][1]["unit"] = "m"
        write_json(run.paths.facts, facts)
        table = metrics(experiment)
        assert dict(zip(table["task"], table["unit"], strict=True)) == {
            "loss": "",
            "semseg": "",
            "depth": "m",
            "normals": "",
        }


def test_many_at_once_wait_their_turn(store):
    many = create_experiment(store, "many", "", expand(BASE, ["random"], range(30), {}, HEEDS))
    assert {text for _, text in begun(many)} == {"started"}
    until(lambda: len(notes(store, "workers")) == 30, patience_s=60)
    assert sorted(state.status for state in many.states()) == ["queued"] * 29 + ["running"]
    assert notes(store, "turns") == [many.cells[0].run_name]
    stop_all(many)
