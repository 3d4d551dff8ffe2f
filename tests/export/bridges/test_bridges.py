"""Bridges: a tracker's own library reads what the run says.

Each point comes once, also after the run has grown.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mtal.cli import app
from mtal.export.bridges.bridge import BINS, tracked_run
from mtal.export.bridges.registry import BRIDGES
from mtal.export.exporter import ExportError
from mtal.runs.files import write_json
from mtal.runs.store.run import LOSS
from tests.runs.made_run import IMAGES, TASKS, write_measures

ROOT = Path(__file__).parents[3]


def expected(run, axis, value="value", name=None):
    """Curve -> {step: value}, from the run's own table."""
    rows = run.metrics()
    return {
        f"{name or axis}/{task}": dict(zip(of[axis], of[value].astype(float), strict=True))
        for task, of in rows.groupby("task")
        if not (name and task == LOSS)
    }


def all_expected(run):
    rows = run.metrics()
    percent = rows[rows["task"] == LOSS]
    return (
        expected(run, "labels")
        | expected(run, "images")
        | expected(run, "labels", "loss", "loss_of")
        | {"labels/percent": dict(zip(percent["labels"], percent["percent"], strict=True))}
    )


def grow(run):
    """Another complete cycle, with training losses."""
    number = run.cycles_done()
    for done in (1, 5, 10):
        run.report(number, "train", done, 10, {"depth": 1 / done})
    labelled = np.zeros((IMAGES, len(TASKS)), bool)
    labelled[: 9 + number] = True
    with run.new_cycle(number) as cycle:
        write_measures(cycle, labelled, np.random.default_rng(number))


def curves(points):
    by_curve = {}
    for point in points:
        by_curve.setdefault(point.curve, {})[point.step] = point.value
    return by_curve


def test_a_tracker_gets_every_metric_once(run):
    tracked = tracked_run(run)
    assert curves(tracked.points) == all_expected(run)
    assert len(tracked.points) == sum(map(len, curves(tracked.points).values()))
    assert tracked.settings["strategy"] == "ours"
    assert tracked.tags["fingerprint"] == "0123456789abcdef"
    assert (tracked.tags["seed"], tracked.tags["version.python"]) == ("0", "3.11")


def test_training_losses_are_thinned_the_same_way_however_far_it_is(run):
    for cycle in (0, 1):
        for done in range(1, 401):
            run.report(cycle, "train", done, 400, {"depth": 1 / done})
    half = {key for key in tracked_run(run).points if key.curve == "training/depth"}
    for done in range(1, 401):
        run.report(2, "train", done, 400, {"depth": 2.0})
    whole = {key for key in tracked_run(run).points if key.curve == "training/depth"}
    assert half < whole
    assert len(whole) == 3 * (BINS + 1)
    assert {point.step for point in whole if point.value == 2.0} >= {801, 1200}


def test_a_metric_without_a_value_is_left_out(run):
    metrics = run.metrics()
    write_json(
        run.cycle(1).metrics,
        {
            "images": 5,
            "labels": 15,
            "percent": 25.0,
            "loss": 5.0,
            "metrics": dict.fromkeys(TASKS),
            "task_losses": dict.fromkeys(TASKS, 2.0),
            "seconds": {},
        },
    )
    assert len(tracked_run(run).points) == len(all_points(metrics)) - 2 * len(TASKS)


def all_points(metrics):
    return [0] * (
        2 * len(metrics) + len(metrics)
    )  # two axes; a loss of each task, or the percentage


@pytest.mark.parametrize("name", list(BRIDGES))
def test_without_the_library_it_says_how_to_get_it(run, name, tmp_path, monkeypatch, capsys):
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)  # an import of it fails now
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "mtal",
            "bridge",
            name,
            run.name,
            "--to",
            str(tmp_path / "tracker"),
            "--runs",
            str(run.store.folder),
        ],
    )
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert f"pip install '{BRIDGES[name].package}'" in capsys.readouterr().err
    assert not (tmp_path / "tracker").exists()


@pytest.mark.parametrize("words", [[], ["RUN", "--experiment", "x"]])
def test_what_to_write_must_be_named(run, words, tmp_path, monkeypatch, capsys):
    words = [run.name if word == "RUN" else word for word in words]
    asked = [
        "mtal",
        "bridge",
        "tensorboard",
        *words,
        "--to",
        str(tmp_path),
        "--runs",
        str(run.store.folder),
    ]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert "name what to write" in capsys.readouterr().err


def test_packages_are_those_of_the_extras():
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f'{bridge.name} = ["{bridge.package}"]' in text for bridge in BRIDGES.values())


# ---- TensorBoard --------------------------------------------------------------------------------


def read_events(folder):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator"
    ).EventAccumulator
    events = accumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    return events


def scalars(events):
    """Curve -> [(step, value)], everything that is there."""
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def assert_same(actual, wanted):
    assert actual.keys() == wanted.keys()
    for curve, points in wanted.items():
        assert [step for step, _ in actual[curve]] == sorted(points)
        assert [value for _, value in actual[curve]] == pytest.approx(
            [points[step] for step in sorted(points)]
        )


def test_tensorboard_reads_what_the_run_says(run, tmp_path):
    pytest.importorskip("tensorboard")
    write = BRIDGES["tensorboard"].write
    assert write(tracked_run(run), "mtal", str(tmp_path)) == len(tracked_run(run).points)
    assert_same(scalars(read_events(tmp_path / run.name)), all_expected(run))
    grow(run)
    assert (
        write(tracked_run(run), "mtal", str(tmp_path)) == 3 * len(TASKS) + 3 + 3
    )  # metrics, loss and percentage, training losses
    assert write(tracked_run(run), "mtal", str(tmp_path)) == 0
    events = read_events(tmp_path / run.name)
    assert_same(scalars(events), curves(tracked_run(run).points))
    assert "training/depth" in events.Tags()["scalars"]
    assert len(list((tmp_path / run.name).iterdir())) == 2


def test_an_open_tensorboard_sees_what_is_new(run, tmp_path):
    pytest.importorskip("tensorboard")
    write = BRIDGES["tensorboard"].write
    write(tracked_run(run), "mtal", str(tmp_path))
    events = read_events(tmp_path / run.name)
    grow(run)
    write(tracked_run(run), "mtal", str(tmp_path))
    events.Reload()
    assert_same(scalars(events), curves(tracked_run(run).points))


def test_tensorboard_has_the_settings(run, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.plugins.hparams import metadata

    BRIDGES["tensorboard"].write(tracked_run(run), "mtal", str(tmp_path))
    events = read_events(tmp_path / run.name)
    content = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    settings = metadata.parse_session_start_info_plugin_data(content).hparams
    assert settings["strategy"].string_value == "ours"
    assert settings["step_percent"].number_value == 15
    about = events.Tensors("about")[0].tensor_proto.string_val[0].decode()
    assert "| fingerprint | 0123456789abcdef |" in about


# ---- MLflow -------------------------------------------------------------------------------------


@pytest.fixture
def client(tmp_path, monkeypatch):
    """MLflow's own client of the folder that is written to."""
    for name in ("MLFLOW_ALLOW_FILE_STORE", "MLFLOW_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "true")
    mlflow = pytest.importorskip("mlflow")
    return mlflow.MlflowClient(tracking_uri=(tmp_path / "flow").as_uri())


def only_run(client, group):
    [tracked] = client.search_runs([client.get_experiment_by_name(group).experiment_id])
    return tracked


def history(client, run):
    return {
        curve: sorted(
            (metric.step, metric.value)
            for metric in client.get_metric_history(run.info.run_id, curve)
        )
        for curve in run.data.metrics
    }


def test_mlflow_reads_what_the_run_says(run, client, tmp_path):
    write = BRIDGES["mlflow"].write
    assert write(tracked_run(run), "table2", str(tmp_path / "flow")) == len(tracked_run(run).points)
    tracked = only_run(client, "table2")
    assert_same(history(client, tracked), all_expected(run))
    assert (tracked.info.run_name, tracked.info.status) == (run.name, "FINISHED")
    assert (tracked.data.params["strategy"], tracked.data.params["step_percent"]) == (
        "ours",
        "15.0",
    )
    assert (tracked.data.tags["fingerprint"], tracked.data.tags["version.python"]) == (
        "0123456789abcdef",
        "3.11",
    )


def test_mlflow_gets_only_what_is_new(run, client, tmp_path):
    write, before = BRIDGES["mlflow"].write, len(tracked_run(run).points)
    write(tracked_run(run), "mtal", str(tmp_path / "flow"))
    assert write(tracked_run(run), "mtal", str(tmp_path / "flow")) == 0
    grow(run)
    now = tracked_run(run)
    assert write(now, "mtal", str(tmp_path / "flow")) == len(now.points) - before
    assert_same(history(client, only_run(client, "mtal")), curves(now.points))


def test_mlflow_that_cannot_be_reached_is_one_message(run, tmp_path):
    pytest.importorskip("mlflow")
    with pytest.raises(ExportError, match="did not take"):
        BRIDGES["mlflow"].write(tracked_run(run), "mtal", "nothing://like/that")


@pytest.mark.parametrize("name", list(BRIDGES))
def test_the_command_loads_no_torch_and_sends_nothing(run, name, tmp_path):
    pytest.importorskip(name)
    folders = ["--to", str(tmp_path / "tracker"), "--runs", str(run.store.folder)]
    arguments = ["mtal", "bridge", name, run.name, *folders]
    code = (
        f"import sys; sys.argv = {arguments!r}\nimport socket\n"
        "def refuse(*words): raise SystemExit('a connection')\n"
        "socket.socket.connect = refuse\nsocket.create_connection = refuse\n"
        "from mtal.cli.app import main\n"
        "heavy = {'torch', 'tensorflow', 'streamlit'}\n"
        "try: main()\nfinally: print(sorted(heavy & set(sys.modules)))\n"
    )
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("MLFLOW", "CI", "PYTEST", "DO_NOT"))
    }
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=clean,
    )
    assert f"{run.name}: " in ended.stdout
    assert ended.stdout.endswith("[]\n")
