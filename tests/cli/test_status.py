"""`status` and `settings`: what they print of runs in every state."""

import json
import subprocess
import sys

import pytest

from mtal.cli.run import ending
from mtal.config import Config
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.store.index import times_of_similar_runs
from tests.cli.conftest import ROOT
from tests.runs.made_run import TASKS, made_run

KEYS = [
    "name",
    "group",
    "strategy",
    "seed",
    "dataset",
    "network",
    "backbone_frozen",
    "status",
    "cycles_done",
    "cycles",
    "may_end_early",
    "stage",
    "percent",
    "eta_low_s",
    "eta_high_s",
    "eta_text",
    "updated",
    "metrics",
    "reason",
    "folder",
]


def test_status_of_an_empty_store_says_so(mtal, store):
    assert mtal("status") == (f"No runs in {store.folder}\n", 0)
    assert mtal("status", "--json") == ("[]\n", 0)


def test_status_loads_no_torch(store):
    made_run(store.folder)
    code = (
        f"import sys; sys.argv = ['mtal', 'status', '--runs', {str(store.folder)!r}]\n"
        "from mtal.cli.app import main\n"
        "try: main()\nfinally: print('torch' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert Config(cycles=3, start_percent=10, step_percent=15).name in printed
    assert printed.endswith("False\n")


def test_status_is_a_table_with_the_last_values(mtal, store):
    run = made_run(store.folder)
    text, _ = mtal("status")
    heading, row = text.splitlines()
    assert heading.split()[:4] == ["run", "strategy", "status", "cycles"]
    assert row.split()[:4] == [run.name, "ours", "finished", "3/3"]
    assert "loss 5.2" in row


def test_status_as_json_has_stable_keys(mtal, store):
    run = made_run(store.folder)
    values = json.loads(mtal("status", run.name, "--json")[0])
    assert list(values) == KEYS
    assert values["metrics"] == {"loss": pytest.approx(5.2)} | dict.fromkeys(TASKS, 0.5)
    assert (values["status"], values["stage"], values["percent"]) == ("finished", None, None)
    assert [list(state) for state in json.loads(mtal("status", "--json")[0])] == [KEYS]


def test_status_of_a_run_at_work_has_stage_percent_and_time_left(mtal, store):
    run = made_run(store.folder)
    run.paths.result.unlink()
    with run.paths.lock.open("a") as lock:
        take(lock, patience_s=0)
        run.paths.began.touch()
        for done in range(5):
            run.report(2, "train", done, 10)
        values = json.loads(mtal("status", run.name, "--json")[0])
    assert (values["status"], values["stage"], values["percent"]) == ("running", "train", 40.0)
    assert (values["eta_low_s"], values["eta_high_s"]) == (None, None)
    assert values["eta_text"] == "time left known once 1 more stage has run"


def test_status_of_a_run_that_a_rule_may_end_is_a_bound_and_of_one_that_it_ended_says_so(
    mtal, store
):
    config = Config(cycles=5, start_percent=10, step_percent=15, label_budget=24)
    run = made_run(store.folder, config=config)
    result = run.paths.result.read_text()
    run.paths.result.unlink()
    run.paths.log.touch()
    assert "3/≤5" in mtal("status", run.name)[0]
    assert json.loads(mtal("status", run.name, "--json")[0])["may_end_early"] is True
    run.paths.result.write_text(
        json.dumps(json.loads(result) | {"reason": "the label budget of 24 task labels is spent"})
    )
    text, _ = mtal("status", run.name)
    assert "  3/3  " in text
    assert text.endswith("  the label budget of 24 task labels is spent\n")
    values = json.loads(mtal("status", run.name, "--json")[0])
    assert (values["cycles_done"], values["cycles"]) == (3, 3)
    assert ending(run, Status.FINISHED).startswith(
        f"{run.name}: finished (the label budget of 24 task labels is spent), 3 cycles in "
    )


def test_status_shows_damaged_runs(mtal, store):
    broken = store.run("broken")
    broken.folder.mkdir(parents=True)
    broken.config.write_text("{")
    text = mtal("status")[0]
    assert f"broken: {broken.config} is neither JSON nor YAML" in text


def test_status_says_which_run_waits_for_labels_and_why(mtal, store):
    run = made_run(store.folder)
    assert "reason" not in mtal("status")[0]
    run.paths.result.write_text(
        json.dumps({"outcome": "stopped", "reason": "it waits for labels of 1 picked image:\n0007"})
    )
    for words in (("status",), ("status", run.name)):
        heading, row = mtal(*words)[0].splitlines()
        assert heading.endswith("  reason")
        assert "  waits for labels  3/3" in row
        assert row.endswith("  it waits for labels of 1 picked image: 0007")
    assert json.loads(mtal("status", run.name, "--json")[0])["status"] == "stopped"
    run.paths.result.write_text(
        json.dumps({"outcome": "failed", "reason": "DataError: who waits for labels"})
    )
    assert "  failed  3/3" in mtal("status")[0]


def test_settings_lists_every_one(mtal):
    text, code = mtal("settings")
    assert code == 0
    assert [row.split()[0] for row in text.splitlines()[1:]] == list(Config.model_fields)
    assert "[max|mean|min]" in text


def test_times_of_like_runs_are_known_and_of_other_runs_not(store):
    run = made_run(store.folder)
    for done in (2, 4, 6):
        run.report(2, "evaluate", done, 10)
    like = Config(strategy="random")
    assert len(times_of_similar_runs(like, [run])["evaluate"]) == 2
    assert times_of_similar_runs(Config(size=(96, 128)), [run]) == {}
    assert times_of_similar_runs(run.config, [run]) == {}
