"""Experiments: plans on disk, created once, extended, and read as one table."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from mtal.config import Config, ConfigError
from mtal.runs.experiments.experiment import (
    COLUMNS,
    create_experiment,
    damaged_experiments,
    experiments,
    extend,
    find_experiment,
    metrics,
    start_all,
)
from mtal.runs.experiments.plan import Cell
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.runs.experiments.small_experiment import BASE, cells
from tests.runs.made_run import TASKS, made_run
from tests.runs.small_worker import WORKER

BAD_NAMES = ["../x", "..", ".", "", "a/b", ".hidden", "two\nlines", "nul\0", "x" * 200]


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


class TestEarlierVersion:
    """Other defaults give the same settings another name, so folders keep theirs."""

    SETTINGS = json.loads(
        Config(cycles=3, strategy="random", class_distance="js", normalise="minmax").to_json()
    )
    FOLDER = "nyud-padnet-random-1dc44aef-s0"  # as version 0.1.0 named it

    @pytest.fixture
    def old(self, store):
        """A plan and a run as version 0.1.0 wrote them."""
        new = ("pair_blocks", "pair_steps", "pair_held_out", "loss_module_optimiser")
        settings = {name: value for name, value in self.SETTINGS.items() if name not in new}
        write_json(store.run(self.FOLDER).config, settings)
        cells = [{"variant": "", "config": settings | {"threads": 2}}]
        plan = {"title": "Old", "created": 1.0, "cells": cells}
        write_json(store.experiment("old").plan, plan)
        return find_experiment(store, "old")

    def test_its_runs_are_part_of_its_plans(self, old):
        (cell,) = old.cells
        assert cell.run_name == self.FOLDER != cell.config.name
        assert old.run(cell).name == self.FOLDER

    def test_a_plan_that_grows_keeps_them_and_repeats_none(self, old):
        (cell,) = old.cells
        same = Cell("", cell.config)
        grown = extend(old, [same, Cell("", cell.config.model_copy(update={"seed": 1}))])
        assert grown.cells[0].run_name == self.FOLDER
        assert len(grown.cells) == 2
        assert find_experiment(old.paths.store, "old") == grown

    def test_starting_it_creates_no_second_folder(self, old):
        start_all(old, WORKER)
        assert [paths.folder.name for paths in old.paths.store.runs()] == [self.FOLDER]
