"""Fixtures that tests of several packages use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run
from tests.real_runs import launch_and_wait, tiny_config

settings.register_profile(
    "untimed", deadline=None
)  # machines are noisy: how long an example takes proves nothing
settings.load_profile("untimed")

SHARED = Path(__file__).parents[2] / "shared"  # packed photographs, where there are some


@pytest.fixture
def empty_store(tmp_path: Path) -> StorePaths:
    """A store without runs."""
    return StorePaths(tmp_path)


@pytest.fixture(scope="session")
def nyud_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real photographs in the NYUD_MT layout: what MTAL_NYUD names, or 40 unpacked at 120x160; skips where there are none."""
    named = os.environ.get("MTAL_NYUD", "")
    if named and (Path(named) / "images").is_dir():
        return Path(named)
    packed, tool = SHARED / "data" / "nyud", SHARED / "tools" / "make_nyud_mt.py"
    if not (packed / "images").is_dir() or not tool.exists():
        pytest.skip("no NYU images here; set MTAL_NYUD to a folder NYUD_MT")
    out = tmp_path_factory.mktemp("real") / "NYUD_MT"
    command = [
        sys.executable,
        tool,
        packed,
        out,
        "--size",
        "120x160",
        "--limit",
        "40",
        "--val",
        "10",
    ]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def real_store(tmp_path_factory: pytest.TempPathFactory) -> StorePaths:
    """Two finished runs, ours and random, made by the real engine in worker processes. Read only: copy before changing."""
    folder = tmp_path_factory.mktemp("real-store")
    for strategy in ("ours", "random"):
        run = launch_and_wait(tiny_config(f"strategy={strategy}"), folder)
        assert run.status is Status.FINISHED, "\n".join(run.log_tail(40))
    return StorePaths(folder)


@pytest.fixture(scope="session")
def finished_run(real_store: StorePaths) -> Run:
    """The finished run of our strategy."""
    return next(run for run in all_runs(real_store) if run.config.strategy == "ours")


@pytest.fixture(scope="session")
def random_run(real_store: StorePaths) -> Run:
    """The finished run of random picking."""
    return next(run for run in all_runs(real_store) if run.config.strategy == "random")
