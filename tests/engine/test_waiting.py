"""Sixty workers may wait for one device, so waiting must cost next to nothing."""

import subprocess
import sys
from pathlib import Path

import psutil

from mtal.config import Config
from mtal.runs.files import read_json
from mtal.runs.jobs.launch import create, kill, start
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import StorePaths
from tests.runs.small_worker import until

ROOT = Path(__file__).parents[2]
HEAVY = (
    "torch",
    "pandas",
    "numpy",
    "pydantic",
    "yaml",
    "mtal.config",
    "mtal.runs.store.run",
    "mtal.datasets",
    "mtal.engine.cycle",
)
ENOUGH_MB = 25  # 17 measured; with the settings it was 32, with pandas 115


def test_what_a_waiting_worker_has_not_imported(tmp_path):
    run = create(Config(device="cpu"), StorePaths(tmp_path))
    code = (
        "import sys; from pathlib import Path\n"
        "from mtal.engine.workers import run as worker\n"
        "from mtal.runs.jobs.stop import StopRequested\n"
        "def waits(*_, **__):\n"
        f"    print(*[name for name in {HEAVY!r} if name in sys.modules], len(sys.modules) > 20)\n"
        "    raise StopRequested\n"
        "worker.turn = waits\n"
        "worker.main(Path(sys.argv[1]), False)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(run.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.splitlines()[0] == "True"
    assert status(run) is Status.STOPPED


def test_a_waiting_worker_is_small(tmp_path):
    store = StorePaths(tmp_path)
    run = create(Config(device="cpu"), store)
    store.device_lock("cpu").parent.mkdir()
    with store.device_lock("cpu").open("a") as busy:
        assert take(busy, patience_s=0)
        assert start(run)
        try:
            until(
                run.lock.read_text, patience_s=60
            )  # it writes its pid when all that waiting needs is there
            assert status(run) is Status.QUEUED
            assert psutil.Process(int(run.lock.read_text())).memory_info().rss / 2**20 < ENOUGH_MB
        finally:
            kill(run)


def test_a_damaged_config_waits_for_nobody_and_fails_with_its_reason(tmp_path):
    store = StorePaths(tmp_path)
    run = create(Config(device="cpu"), store)
    run.config.write_text('{"device": "gpu"}')
    store.device_lock("cpu").parent.mkdir()
    with store.device_lock("cpu").open("a") as busy:
        assert take(busy, patience_s=0)
        assert start(run)
        until(lambda: not status(run).alive, patience_s=240)
    result = read_json(run.result)
    assert (result["outcome"], result["traceback"]) == ("failed", "")
    assert result["error"] == "ConfigError"
    assert result["reason"].startswith("device: ")
