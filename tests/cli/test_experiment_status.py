"""`experiment status`, `list`, `watch` and `results`. Workers are small ones."""

import csv
import json
import re
import threading
import time

import numpy as np
import pytest

from mtal.runs.experiments.experiment import COLUMNS, metrics
from mtal.runs.files import write_json
from mtal.runs.jobs import launch as launching
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.status import Status
from tests.cli.conftest import finish
from tests.runs.made_run import made_run
from tests.runs.small_worker import WORKER, notes, until


class TestStatus:
    def test_a_matrix_with_progress(self, experiment, planned, store):
        done = made_run(store.folder, config=planned.cells[0].config)
        failed = made_run(store.folder, config=planned.cells[1].config)
        failed.paths.cycle(2).folder.rename(failed.paths.folder / "away")
        write_json(
            failed.paths.result,
            {"outcome": "failed", "reason": "MemoryError:\nno memory", "traceback": ""},
        )
        text, code = experiment("status", "toy")
        assert code == 0
        assert text.splitlines() == [
            "A toy",
            "",
            "strategy  variant  seed 0       seed 1",
            "random             finished     new",
            "ours               failed 67 %  new",
            "",
            "1 of 4 runs finished: 2 not started, 1 failed",
            f"{failed.name}: MemoryError: no memory",
        ]
        assert done.status is Status.FINISHED

    def test_json_has_stable_keys(self, experiment, planned, store):
        made_run(store.folder, config=planned.cells[0].config)
        values = json.loads(experiment("status", "toy", "--json")[0])
        assert list(values) == [
            "name",
            "title",
            "created",
            "strategies",
            "seeds",
            "variants",
            "counts",
            "eta_low_s",
            "eta_high_s",
            "eta_text",
            "cells",
        ]
        assert (values["counts"]["finished"], values["counts"]["new"]) == (1, 3)
        assert values["cells"][0] == {
            "variant": "",
            "strategy": "random",
            "seed": 0,
            "run": planned.cells[0].run_name,
            "status": "finished",
            "cycles_done": 3,
            "cycles": 3,
            "percent": 100.0,
        }
        assert (values["eta_low_s"], values["eta_text"]) == (None, None)

    def test_time_left_is_the_sum_of_what_waits_for_one_device(self, experiment, planned, store):
        for cell in planned.cells[:2]:
            made_run(store.folder, config=cell.config)  # each cycle took 3 s
        assert "left" not in experiment("status", "toy")[0]
        experiment("start", "toy")
        other = create(planned.cells[0].config.model_copy(update={"seed": 77}), store)
        launching.start(other, WORKER)
        until(lambda: len(notes(store, "workers")) == 3)
        values = json.loads(experiment("status", "toy", "--json")[0])
        rates = 3 / np.array([2.0, 5.0, 8.0])  # seconds per labelled image, of 20 in the pool
        assert values["eta_low_s"] == pytest.approx(2 * 15 * np.median(rates))
        assert values["eta_high_s"] == pytest.approx(2 * 15 * np.quantile(rates, 0.9))
        assert (
            values["eta_text"] == "18 s to 40 s left, not counting 1 other run on the same device"
        )

    def test_list(self, experiment, planned, store):
        broken = store.experiment("broken")
        broken.folder.mkdir()
        broken.plan.write_text("{")
        text, code = experiment("list")
        assert code == 0
        assert re.search(r"toy +random,ours +0,1 +1 +0 of 4 runs finished: 4 not started", text)
        assert "plan of the experiment broken cannot be read" in text

    def test_list_of_nothing(self, experiment, store):
        assert experiment("list") == (f"No experiments in {store.folder}\n", 0)


class TestWatch:
    def test_stays_until_all_have_ended(self, experiment, planned, store, monkeypatch):
        monkeypatch.setattr("mtal.cli.experiment_status.PAUSE_S", 0.05)
        experiment("start", "toy")
        threading.Timer(1.0, finish, [store]).start()
        began = time.monotonic()
        text, code = experiment("watch", "toy")
        assert time.monotonic() - began > 0.9
        assert code == 0
        assert text.splitlines()[-1].endswith("4 of 4 runs finished")

    @pytest.mark.parametrize(
        ("outcomes", "code"),
        [
            (["finished"] * 4, 0),
            (["finished"] * 3 + ["failed"], 1),
            (["stopped", "failed", "finished", "finished"], 1),
            (["finished"] * 3 + ["stopped"], 3),
            (["finished"] * 3, 3),
        ],
    )
    def test_the_exit_code_says_how_all_of_it_ended(
        self, experiment, planned, store, outcomes, code
    ):
        for cell, outcome in zip(planned.cells, outcomes, strict=False):
            write_json(create(cell.config, store).result, {"outcome": outcome, "reason": ""})
        assert experiment("watch", "toy")[1] == code

    def test_ctrl_c_ends_the_watching_only(self, experiment, planned, store, monkeypatch):
        def interrupt(_):
            raise KeyboardInterrupt

        experiment("start", "toy")
        monkeypatch.setattr("mtal.cli.experiment_status.time.sleep", interrupt)
        text, code = experiment("watch", "toy")
        monkeypatch.undo()
        assert code == 130
        assert "The runs go on" in text
        assert {state.status.alive for state in planned.states()} == {True}


class TestResults:
    def test_mean_and_spread_with_n(self, experiment, planned, store, tmp_path):
        for cell, values in zip(planned.cells, ([1.0], [2.0], [3.0]), strict=False):
            run = made_run(store.folder, config=cell.config)
            path = run.paths.cycle(2).metrics
            stored = json.loads(path.read_text())
            write_json(
                path, stored | {"loss": values[0], "metrics": stored["metrics"] | {"depth": None}}
            )
        out = tmp_path / "all.csv"
        text, code = experiment("results", "toy", "--csv", out)
        assert code == 0
        *_, heading, first, second = text.splitlines()
        assert heading.split()[:5] == ["strategy", "variant", "n", "labels", "images"]
        assert "Multi-task loss ↓" in heading
        assert first.split()[:7] == [
            "random",
            "2",
            "24",
            "8",
            "2.000",
            "±",
            "1.414",
        ]  # 1 and 3: mean 2, deviation sqrt(2)
        assert second.split()[:5] == ["ours", "1", "24", "8", "2.000"]
        assert "±" not in second.split()[5]
        assert "unknown" in first
        with out.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert rows[0] == COLUMNS
        assert len(rows) == 1 + len(metrics(planned)) == 1 + 3 * 3 * 4

    def test_another_cycle(self, experiment, planned, store):
        made_run(store.folder, config=planned.cells[0].config)
        assert "Cycle 2: mean" in experiment("results", "toy")[0]
        assert re.search(r"random +1 +6 +2 ", experiment("results", "toy", "--cycle", 0)[0])
        text, code = experiment("results", "toy", "--cycle", 7)
        assert code == 2
        assert "no run of toy has a complete cycle 7; the last is 2" in text

    def test_nothing_yet(self, experiment, planned):
        assert experiment("results", "toy") == ("No cycle is complete yet\n", 0)

    def test_a_file_that_cannot_be_written(self, experiment, planned, tmp_path):
        (tmp_path / "file").touch()
        text, code = experiment("results", "toy", "--csv", tmp_path / "file" / "x.csv")
        assert code == 2
        assert "cannot be written" in text
