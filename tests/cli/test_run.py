"""`run` and `launch`: what they start, and how they end. Workers are small ones."""

import json
import re
import shutil

import pytest

from mtal.cli.options import checked
from mtal.cli.run import ending
from mtal.config import Config, ConfigError, compose
from mtal.runs.jobs import launch as launching
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.cli.conftest import kill_all
from tests.datasets.any_folder import write_folder
from tests.runs.made_run import made_run
from tests.runs.small_worker import FINISH, notes, until


@pytest.mark.parametrize("command", ["run", "launch"])
def test_tasks_that_a_folder_has_no_labels_for_are_found_before_there_is_a_run(
    mtal, store, tmp_path, command
):
    folder = write_folder(tmp_path / "half")
    shutil.rmtree(folder / "normals")
    text, code = mtal(command, "--set", "dataset=folder", "--set", f"data={folder}")
    assert code == 2
    assert text.startswith("Error: tasks: there are no labels of normals in ")
    assert "it has semseg, depth, edge" in text
    assert text.count("\n") == 1
    assert store.runs() == []
    with pytest.raises(ConfigError, match="no labels of normals"):
        checked(Config(dataset="folder", data=str(folder)))
    assert checked(Config(dataset="folder", data=str(folder), tasks=("semseg", "depth")))


def test_run_names_its_exit_codes(mtal):
    assert "2: a setting cannot be used" in " ".join(
        re.sub(r"[│\n]", " ", mtal("run", "--help")[0]).split()
    )


def test_the_way_on_names_a_store_that_is_not_the_usual_one(mtal, store, monkeypatch, tmp_path):
    def end(job, worker):
        job.log.write_text("")
        job.result.write_text(
            json.dumps({"outcome": "stopped", "reason": "somebody asked it to stop"})
        )
        return True

    monkeypatch.setattr(launching, "start", end)
    name = Config().name
    assert mtal("run")[0].endswith(f"`python -m mtal resume {name}` goes on\n")
    other = tmp_path / "other runs"
    assert mtal("run", "--runs", other)[0].endswith(
        f"`python -m mtal resume {name} --runs '{other}'` goes on\n"
    )
    assert mtal("resume", name, "--runs", other)[0] == f"{name}: resumed\n"
    monkeypatch.setattr(Run, "cycles_done", lambda run: 1)
    assert "stopped after 1 complete cycle: " in ending(
        Run(StorePaths(other).run(name).folder), Status.STOPPED
    )
    kill_all(StorePaths(other))


def test_a_failure_that_says_all_by_itself_is_shown_without_the_log(store):
    run = made_run(store.folder)
    run.paths.log.write_text("failed after 1 s: ConfigError: no such device\n")
    run.paths.result.write_text(
        json.dumps({"outcome": "failed", "reason": "ConfigError: no such device", "traceback": ""})
    )
    assert ending(run, Status.FAILED).splitlines() == [
        f"{run.name}: failed: ConfigError: no such device",
        f"Log: {run.paths.log}",
    ]


def test_launch_starts_a_run_per_strategy_and_seed_in_order(mtal, store):
    words = [
        "launch",
        "--preset",
        "demo",
        "--strategies",
        "random,ours",
        "--seeds",
        "0,1",
        "--set",
        "device=cpu",
    ]
    text, code = mtal(*words)
    wanted = [
        compose("demo", None, [f"strategy={strategy}", f"seed={seed}"]).name
        for strategy in ("random", "ours")
        for seed in (0, 1)
    ]
    assert code == 0
    assert text.splitlines() == [f"{name}: started" for name in wanted]
    assert mtal(*words)[0].splitlines() == [f"{name}: at work already" for name in wanted]
    until(lambda: len(notes(store, "workers")) == 4)
    for name in wanted:
        (store.run(name).folder / FINISH).touch()
    until(lambda: all(Run(store.run(name).folder).status is Status.FINISHED for name in wanted))
    assert mtal(*words)[0].splitlines() == [f"{name}: finished already" for name in wanted]


def test_launch_says_which_machine_settings_a_run_keeps(mtal, store):
    create(Config(device="cpu", threads=1), store)
    text, _ = mtal("launch", "--set", "device=cpu", "--set", "threads=2")
    assert text.endswith("started; it keeps its first setting of threads\n")


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        ("finished", 0, "finished, 0 cycles"),
        ("stopped", 3, "stopped after 0 complete cycles: out of memory\n`python -m mtal resume"),
        ("failed", 1, "failed: out of memory"),
    ],
)
def test_run_ends_with_the_code_of_its_outcome(mtal, store, monkeypatch, outcome, code, words):
    def end(job, worker):
        job.log.write_text("the last line\n")
        job.result.write_text(
            json.dumps(
                {"outcome": outcome, "reason": "" if outcome == "finished" else "out of memory"}
            )
        )
        return True

    monkeypatch.setattr(launching, "start", end)
    text, exit_code = mtal("run")
    assert exit_code == code
    assert words in text
    assert ("the last line" in text) == (outcome == "failed")
