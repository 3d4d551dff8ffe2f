"""Runs of an experiment: started, stopped and resumed together, and their states.

The workers are those of `tests.runs.small_worker`.
"""

import shutil

import pytest

from mtal.config import Config
from mtal.runs.experiments.experiment import REFUSED, create_experiment, extend, start_all, stop_all
from mtal.runs.experiments.plan import expand
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create, kill
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.start_log import log_start
from mtal.runs.jobs.status import Status, status
from tests.runs.experiments.small_experiment import BASE, SETTINGS_USED, begun, cells, finish
from tests.runs.made_run import made_run
from tests.runs.small_worker import FINISH, WORKER, notes, until

pytestmark = pytest.mark.slow


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


def test_many_at_once_wait_their_turn(store):
    many = create_experiment(
        store, "many", "", expand(BASE, ["random"], range(30), {}, SETTINGS_USED)
    )
    assert {text for _, text in begun(many)} == {"started"}
    until(lambda: len(notes(store, "workers")) == 30, patience_s=60)
    assert sorted(state.status for state in many.states()) == ["queued"] * 29 + ["running"]
    assert notes(store, "turns") == [many.cells[0].run_name]
    stop_all(many)
