"""The command line: what it prints, what it starts, how it ends. Workers are small ones; the real one has its own tests."""

import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from mtal.cli import app, demo
from mtal.cli.data import readable
from mtal.cli.doctor import free_space, packages, python_version, store_works
from mtal.cli.options import checked
from mtal.cli.run import ending
from mtal.cli.watch import follow, line
from mtal.config import Config, ConfigError, compose
from mtal.datasets.checks.report import Report
from mtal.export.registry import EXPORTERS, SET_EXPORTERS
from mtal.runs.jobs import launch as launching
from mtal.runs.jobs.launch import create, kill
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.reviews.review_database import People
from mtal.runs.store.index import known_times
from mtal.runs.store.run import QUALITY_COLUMNS, Run
from tests.datasets.any_folder import write_folder
from tests.runs.made_run import TASKS, made_run, write_quality
from tests.runs.small_worker import FINISH, WORKER, notes, until

ROOT = Path(__file__).parents[1]
KEYS = [
    "name",
    "group",
    "strategy",
    "seed",
    "dataset",
    "network",
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


@pytest.fixture
def store(tmp_path):
    """A store whose workers do not outlive the test."""
    store = StorePaths(tmp_path / "store")
    yield store
    kill_all(store)


def kill_all(store):
    for paths in store.runs():
        run = Run(paths.folder)
        if run.status.alive:
            until(paths.lock.read_text)
            kill(paths)


@pytest.fixture
def mtal(store, monkeypatch, capsys):
    """Call a command in this process, with small workers: text and exit code."""
    small = partial(launching.start, worker=WORKER)
    monkeypatch.setattr(launching, "start", lambda job, worker: small(job))
    monkeypatch.setattr("mtal.cli.stop_resume.start", small)
    monkeypatch.setenv("MTAL_RUNS", str(store.folder))

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["mtal", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        said = capsys.readouterr()
        return said.out + said.err, ended.value.code or 0

    return call


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
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert Config(cycles=3, start_percent=10, step_percent=15).name in said
    assert said.endswith("False\n")


def test_status_is_a_table_with_the_last_values(mtal, store):
    run = made_run(store.folder)
    text, _ = mtal("status")
    heading, row = text.splitlines()
    assert heading.split()[:4] == ["run", "strategy", "status", "cycles"]
    assert row.split()[:4] == [run.name, "ours", "finished", "3/3"]
    assert "loss 5.2" in row


def test_status_as_json_has_stable_keys(mtal, store):
    run = made_run(store.folder)
    one = json.loads(mtal("status", run.name, "--json")[0])
    assert list(one) == KEYS
    assert one["metrics"] == {"loss": pytest.approx(5.2)} | dict.fromkeys(TASKS, 0.5)
    assert (one["status"], one["stage"], one["percent"]) == ("finished", None, None)
    assert [list(each) for each in json.loads(mtal("status", "--json")[0])] == [KEYS]


def test_status_of_a_run_at_work_has_stage_percent_and_time_left(mtal, store):
    run = made_run(store.folder)
    run.paths.result.unlink()
    with run.paths.lock.open("a") as lock:
        take(lock, patience_s=0)
        run.paths.began.touch()
        for done in range(5):
            run.report(2, "train", done, 10)
        one = json.loads(mtal("status", run.name, "--json")[0])
    assert (one["status"], one["stage"], one["percent"]) == ("running", "train", 40.0)
    assert (one["eta_low_s"], one["eta_high_s"]) == (None, None)
    assert one["eta_text"] == "no estimate before 1 more stage has been timed once"


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
    one = json.loads(mtal("status", run.name, "--json")[0])
    assert (one["cycles_done"], one["cycles"]) == (3, 3)
    assert ending(run, Status.FINISHED).startswith(
        f"{run.name}: finished (the label budget of 24 task labels is spent), 3 cycles in "
    )


def test_quality_is_a_table_of_correlations_with_their_intervals(mtal, store):
    run = made_run(store.folder)
    assert mtal("quality", run.name)[0].startswith(
        f"{run.name}: no signal quality. It is measured in cycles that pick"
    )
    write_quality(run, 0, 0.5)
    write_quality(run, 1, 0.75)
    text, code = mtal("quality", run.name)
    heading, *rows = text.splitlines()
    assert code == 0
    assert re.split(r"  +", heading) == [
        "cycle",
        "signal",
        *TASKS,
        "loss, mean",
        "loss, max",
        "loss",
        "images",
    ]
    assert len(rows) == 4
    assert re.split(r"  +", rows[2]) == [
        "1",
        "entropy",
        *["0.75 (0.65 to 0.85)"] * 2,
        "none",
        *["0.75 (0.65 to 0.85)"] * 2,
        "10 to 12",
    ]
    assert re.split(r"  +", rows[1]) == ["0", "diversity", "-0.25 (-0.70 to 0.35)", "12"]
    assert mtal("quality", run.name, "--cycle", "1")[0].splitlines()[1:] == rows[2:]


def test_quality_as_json_has_a_record_per_number(mtal, store):
    run = made_run(store.folder)
    assert json.loads(mtal("quality", run.name, "--json")[0]) == []
    write_quality(run, 1, 0.75)
    found = json.loads(mtal("quality", run.name, "--cycle", "1", "--json")[0])
    assert len(found) == len(TASKS) + 3
    assert list(found[0]) == ["cycle", *QUALITY_COLUMNS]
    assert (found[0]["cycle"], found[0]["rho"], found[0]["n"]) == (1, 0.75, 12)
    assert (found[2]["rho"], found[2]["low"]) == (None, None)


def test_status_shows_damaged_runs(mtal, store):
    broken = store.run("broken")
    broken.folder.mkdir(parents=True)
    broken.config.write_text("{")
    assert f"{broken.folder}: its config cannot be read" in mtal("status")[0]


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


def test_settings_lists_every_one(mtal):
    text, code = mtal("settings")
    assert code == 0
    assert [row.split()[0] for row in text.splitlines()[1:]] == list(Config.model_fields)
    assert "[max|mean|min]" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--set", "epoch=3"], "did you mean 'epochs'"),
        (["launch", "--preset", "big"], "no preset called 'big'"),
        (["launch", "--config", "nothing.yaml"], "no config file"),
        (["launch", "--strategies", "ours,best"], "no strategy called 'best'"),
        (["launch", "--set", "dataset=../x"], "no data set called"),
        (["launch", "--set", "network=resnet"], "no network called"),
        (["launch", "--seeds", "one"], "seed"),
        (["stop", "nothing"], "no run called 'nothing'"),
        (["resume"], "name one run to resume"),
        (["resume", "x", "--all"], "name one run to resume"),
        (["resume", "--all", "--accept-data"], "one run at a time"),
        (["export", "nothing", "--cycle", "0", "--out", "x"], "no run called"),
        (["quality", "nothing"], "no run called"),
        (["check", "--set", "data=/no/such/folder"], "/no/such/folder"),
        (
            ["check", "--set", "data=/no/such/folder"],
            "or take the bundled rooms: --set dataset=rooms",
        ),
        (["demo", "--nyud", "/no/such/folder"], "no folder at"),
    ],
)
def test_a_wrong_word_is_one_line_and_exit_code_2(mtal, store, words, message):
    text, code = mtal(*words)
    assert code == 2
    assert re.match(r"Error: ", text)
    assert text.count("\n") == 1
    assert message in text
    assert store.runs() == []  # nothing is half started


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


def test_stop_then_resume_then_kill(mtal, store):
    name = Config().name
    mtal("launch", "--set", "device=cpu")
    run = Run(store.run(name).folder)
    until(lambda: run.status is Status.RUNNING)
    assert mtal("stop", name) == (f"{name}: asked to stop\n", 0)
    until(lambda: run.status is Status.STOPPED)
    assert mtal("stop", name)[0] == f"{name}: not at work, it is stopped\n"
    assert mtal("resume", name)[0] == f"{name}: resumed\n"
    until(lambda: run.status is Status.RUNNING)
    assert mtal("resume", name)[0] == f"{name}: at work already\n"
    assert mtal("stop", name, "--kill")[0] == f"{name}: killed\n"
    until(lambda: run.status is Status.INTERRUPTED)


def test_resume_all_takes_what_was_cut_and_nothing_else(mtal, store):
    runs = {seed: create(Config(device="cpu", seed=seed), store) for seed in range(5)}
    for seed, outcome in [(1, "stopped"), (2, "failed"), (3, "finished")]:
        runs[seed].result.write_text(json.dumps({"outcome": outcome}))
    runs[4].log.touch()  # interrupted; 0 was never started
    assert sorted(mtal("resume", "--all")[0].splitlines()) == sorted(
        f"{runs[seed].folder.name}: resumed" for seed in (1, 2, 4)
    )
    assert Run(runs[0].folder).status is Status.NEW
    assert mtal("resume", runs[3].folder.name)[0].endswith(": finished already\n")


def test_resume_all_of_nothing_says_so(mtal):
    assert mtal("resume", "--all") == ("Nothing to resume\n", 0)


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
    text, found = mtal("run")
    assert found == code
    assert words in text
    assert ("the last line" in text) == (outcome == "failed")


def test_ctrl_c_asks_the_run_to_stop_and_waits_for_it(store):
    code = (
        "import signal, sys; from mtal.cli import app; from mtal.runs.jobs import launch; start = launch.start\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs inherit that it is ignored
        f"launch.start = lambda job, worker: start(job, {WORKER!r})\n"
        f"sys.argv = ['mtal', 'run', '--set', 'device=cpu', '--runs', {str(store.folder)!r}]\n"
        "app.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    run = Run(store.run(Config().name).folder)
    until(lambda: run.paths.folder.exists() and run.status is Status.RUNNING, patience_s=60)
    until(lambda: "started" in process.stdout.readline())
    until(lambda: process.stdout.readline() == "Starting\n")  # it follows by now
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 3
    assert run.status is Status.STOPPED
    assert "Stopping after the step in hand" in text


def test_follow_writes_a_line_per_stage_where_there_is_no_terminal(store, capsys):
    run = made_run(store.folder)
    run.paths.result.unlink()
    lock = run.paths.lock.open("a")
    take(lock, patience_s=0)
    run.paths.began.touch()
    steps = iter([("train", 1), ("train", 2), ("evaluate", 1), None])

    class Watched(Run):
        """A run whose worker reports whenever somebody looks."""

        @property
        def status(self):
            step = next(steps, None)
            if step is None:
                lock.close()
                return Status.STOPPED
            self.report(2, step[0], step[1], 10)
            return Status.RUNNING

    assert follow(Watched(run.paths.folder), dict, pause_s=0) is Status.STOPPED
    assert all(
        said.startswith("Cycle 2 (last: 2)  ") for said in capsys.readouterr().out.splitlines()
    )


def test_a_waiting_run_says_that_it_waits(store):
    run = made_run(store.folder)
    with run.paths.lock.open("a") as lock:
        take(lock, patience_s=0)
        assert line(run, dict) == "Waiting for the device"


def test_times_of_like_runs_are_known_and_of_other_runs_not(store):
    run = made_run(store.folder)
    for done in (2, 4, 6):
        run.report(2, "evaluate", done, 10)
    like = Config(strategy="random")
    assert len(known_times(like, [run])["evaluate"]) == 2
    assert known_times(Config(size=(96, 128)), [run]) == {}
    assert known_times(run.config, [run]) == {}


@pytest.mark.parametrize("name", EXPORTERS)
def test_export_writes_what_the_exporter_gives(mtal, store, tmp_path, name):
    run = made_run(store.folder)
    out = tmp_path / "exported"
    text, code = mtal("export", run.name, "--cycle", 1, "--format", name, "--out", out)
    assert code == 0
    assert EXPORTERS[name].title in text
    assert out.read_bytes() == EXPORTERS[name].write(run, 1)


@pytest.mark.parametrize("name", SET_EXPORTERS)
def test_a_set_is_listed_and_exported(mtal, store, tmp_path, name):
    run = made_run(store.folder)
    assert mtal("sets", run.name) == (
        f"No sets of the data of {run.name}: choose images in the Map and save them\n",
        0,
    )
    one = People(store).save_set(run.data.folder.name, ["0001", "0005"], "ann", "dark rooms", "map")
    text, _ = mtal("sets", run.name)
    [row] = json.loads(mtal("sets", run.name, "--json")[0])
    assert text.splitlines()[1].split() == [one, "dark", "rooms", "2", "ann", row["when"], "map"]
    out = tmp_path / "exported"
    text, code = mtal("export", run.name, "--set", one, "--format", name, "--out", out)
    assert code == 0
    assert SET_EXPORTERS[name].title in text
    assert out.read_bytes() == SET_EXPORTERS[name].write(run, one)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cycle", "2"], "only measures"),
        (["--cycle", "9"], "no complete cycle 9"),
        (["--cycle", "0", "--format", "x"], "'x'"),
        ([], "either --cycle with a number, or --set"),
        (["--cycle", "0", "--set", "x"], "either --cycle"),
        (["--set", "x"], "no set 'x'"),
        (["--set", "x", "--format", "parquet"], "csv, list"),
    ],
)
def test_export_of_what_is_not_there_is_refused(mtal, store, tmp_path, words, message):
    run = made_run(store.folder)
    text, code = mtal("export", run.name, *words, "--out", tmp_path / "exported")
    assert code == 2
    assert message in text
    assert not (tmp_path / "exported").exists()


def test_demo_takes_the_bundled_rooms_or_the_photos_it_is_given(tmp_path):
    photos = tmp_path / "it's here: # yes"
    photos.mkdir()
    sets, said = demo.choose_data(photos)
    config = compose("demo", None, sets)
    assert (config.dataset, config.data) == ("nyud", str(photos))
    assert "real photos" in said
    sets, said = demo.choose_data(None)
    assert compose("demo", None, sets).dataset == "rooms"
    assert "bundled rooms" in said


def test_the_report_of_a_check_is_readable():
    row = {
        "split": "pool",
        "id": "0007",
        "what": "depth",
        "file": "",
        "kind": "truncated",
        "severity": "label ignored",
        "problem": "it is cut off",
    }
    report = Report(
        "nyud",
        "NYU",
        "/photos",
        "",
        "f",
        "now",
        1.0,
        [],
        {
            "pool": {
                "images": 3,
                "ids": [],
                "sizes": {"120x160": 2, "60x80": 1},
                "coverage": {"depth": 2},
            }
        },
        {
            "depth": {
                "both": {
                    "min": 0.5,
                    "max": None,
                    "mean": 2.0,
                    "valid_percent": 81.25,
                    "classes": [],
                }
            }
        },
        [row] * 30
        + [row | {"id": "", "kind": "other unit", "severity": "note", "problem": "all of them"}],
        [{"pool": "0001", "validation": "0002", "how": "same picture", "bits": 0}],
        [{"pool": ["0001", "3"], "validation": ["0002"]}],
        ["3 files have no image"],
    )
    text = readable(report)
    assert re.search(r"pool +3 +120x160 and 1 more +2\n", text)
    assert re.search(r"depth +81.2 % +0.5 +2\n", text)
    assert (
        "LABEL IGNORED  depth: truncated, 30 times. The end of the file is missing: copy or save it again."
        in text
    )
    assert text.count("it is cut off") == 5
    assert "and 25 more; --json lists them all" in text
    assert "NOTE  depth: other unit, once." in text
    assert "(the whole set): all of them" in text
    assert text.index("LABEL IGNORED") < text.index("NOTE") < text.index("LEAK")
    assert "pool 0001, validation 0002: same picture" in text
    assert "3 images in 1 group; the largest has 3: 0001, 3, 0002" in text
    assert "NOTE  3 files have no image" in text
    assert report.harmful
    sound = replace(report, problems=report.problems[-1:], leaks=[])
    assert not sound.harmful
    assert "Nothing is wrong." in readable(replace(sound, problems=[]))


def test_check_of_a_folder_without_a_description_writes_a_first_guess(mtal, tmp_path):
    folder = write_folder(tmp_path / "rooms")
    written = folder.resolve() / "tasks.yaml"
    written.unlink()
    words = ("check", "--set", "dataset=folder", "--set", f"data={folder}")
    text, code = mtal(*words)
    assert code == 0
    assert f"a first guess was written to {written}" in text
    assert "human_parts" in text  # all tasks that it has, since none was named
    before = written.read_text()
    text, code = mtal(*words, "--set", "tasks=depth", "--json")
    assert code == 0
    assert list(json.loads(text)["labels"]) == ["depth"]  # and nothing else is said
    assert written.read_text() == before


def test_check_of_a_folder_without_images_is_one_line(mtal, tmp_path):
    text, code = mtal("check", "--set", "dataset=folder", "--set", f"data={tmp_path}")
    assert code == 2
    assert text.count("\n") == 1
    assert "holds no images" in text


def test_doctor_names_what_is_wrong():
    assert python_version((3, 10, 4)).level == "fail"
    assert python_version((3, 11, 0)).level == "ok"
    assert free_space("disk", 1.0, 5, "free some") == ("warn", "disk: 1.0 GB free", "free some")
    here = {"numpy": "1.20", "torch": "2.11.0+cpu"}
    found = list(
        packages(["# a comment", "numpy>=1.26,<3  # why", "torch>=2.11,<3"], here.__getitem__)
    )
    assert [finding.level for finding in found] == ["fail"]
    assert "numpy 1.20" in found[0].text
    assert [finding.level for finding in packages(["numpy>=1.26"], lambda name: "2.4.0")] == ["ok"]
    assert "is missing" in next(packages(["no-such-package-at-all>=1"])).text


def test_doctor_tries_the_store(tmp_path):
    assert store_works(StorePaths(tmp_path / "new")).level == "ok"
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").touch()
    assert store_works(StorePaths(tmp_path / "file")).level == "fail"


def test_a_bug_keeps_its_traceback(mtal, monkeypatch):
    def broken(*_):
        raise ValueError("a bug")

    monkeypatch.setattr("mtal.cli.status.all_runs", broken)
    monkeypatch.setattr(sys, "argv", ["mtal", "status"])
    with pytest.raises(ValueError, match="a bug"):
        app.main()
    assert not issubclass(ValueError, ConfigError)


OWN = """
from dataclasses import replace
from mtal.acquisition.uniform import RANDOM

STRATEGY = replace(RANDOM, name="mine", title="Mine")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with one own strategy."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.py").write_text(OWN)
    monkeypatch.setenv("MTAL_STRATEGIES", str(folder))
    return folder


def test_strategies_lists_all_and_warns_of_files_that_cannot_be_used(mtal, own):
    (own / "wrong.py").write_text("1 / 0")
    text, code = mtal("strategies")
    assert code == 0
    names = [row.split()[0] for row in text.splitlines()]
    assert names[:3] == ["strategy", "random", "core-set"]
    assert names[-2:] == ["mine", str(own / "wrong.py,")]
    assert "ZeroDivisionError" in text
    assert re.search(r"equal-ss +EquAL-SS +equivariance, semseg +Images", text)


def test_strategies_as_json(mtal, own):
    found = {one["name"]: one for one in json.loads(mtal("strategies", "--json")[0])}
    assert list(found["ours"]) == [
        "name",
        "title",
        "blurb",
        "formula",
        "source",
        "choices",
        "needs",
        "tasks",
        "uses",
        "file",
    ]
    assert found["ours"]["file"] is None
    assert "committee" in found["ours"]["uses"]
    assert found["mine"]["file"] == str(own / "mine.py")


def test_strategies_check_prints_every_rule(mtal, own):
    from mtal.acquisition.contract import RULES

    text, code = mtal("strategies", "--check", own / "mine.py")
    assert text.splitlines() == [f"ok      {rule}" for rule in RULES]
    assert code == 0
    (own / "mine.py").write_text(OWN.replace('title="Mine"', 'needs=("x",)'))
    text, code = mtal("strategies", "--check", own / "mine.py")
    assert (
        "broken  needs only what exists: needs signals ('x',), which do not exist; there are committee"
        in text
    )
    assert "ok      says what it is" in text
    assert code == 1
    text, code = mtal("strategies", "--check", own / "gone.py")
    assert (text, code) == (
        f"Error: {own / 'gone.py'} cannot be read: No such file or directory\n",
        2,
    )


def test_strategies_load_no_torch(own):
    code = (
        "import sys; sys.argv = ['mtal', 'strategies']\n"
        "from mtal.cli.app import main\n"
        "try: main()\nfinally: print('torch' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "mine" in said
    assert said.endswith("False\n")


def test_an_own_strategy_can_be_launched_by_name(own):
    config = compose(sets=("dataset=drawn", "data=24+8", "strategy=mine"))
    assert checked(config) is config
    (own / "mine.py").write_text(OWN.replace('title="Mine"', 'formula=""'))
    with pytest.raises(ConfigError, match="breaks the rule “says what it is”"):
        checked(config)
