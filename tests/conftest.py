"""What tests of several packages share: finished runs, photographs, and the order of the files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run
from tests.real_runs import launch_and_wait, tiny_config

# Machines are noisy: how long an example takes proves nothing.
settings.register_profile("untimed", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)  # `make quick`
settings.load_profile("untimed")

TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared"  # packed photographs, where there are some
SLOWEST = ("browser", "engine", "test_package.py", "app")  # files and folders, the slowest first
MAKING_S = 600  # how long a worker waits for what another one makes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a browser or whole runs, and put the slowest folders first.

    Workers take the files in this order, so that none is left with a long one at the end.
    """
    for item in items:
        folder, fixtures = folder_of(item), getattr(item, "fixturenames", ())
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
        if folder == "engine" or "real_store" in fixtures:
            item.add_marker(pytest.mark.engine)
        if "real_check" in fixtures or "nyud_folder" in fixtures:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: [*SLOWEST, folder_of(item)].index(folder_of(item)))


def folder_of(item: pytest.Item) -> str:
    """The folder below tests/ that an item is in."""
    return item.path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str, Callable[[Path], object]], Path]:
    """made_once("name", make) -> the folder that `make` filled, for all workers of this session."""
    base = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        base = base.parent  # each worker has a folder of its own in the session's

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        path, complete = base / name, base / f"{name}.complete"
        with (base / f"{name}.lock").open("w") as lock:
            assert take(lock, MAKING_S), f"another worker still makes {name}"
            if not complete.exists():
                shutil.rmtree(path, ignore_errors=True)  # of a worker that failed
                path.mkdir()
                make(path)
                complete.touch()
        return path

    return folder


@pytest.fixture
def empty_store(tmp_path: Path) -> StorePaths:
    """A store without runs."""
    return StorePaths(tmp_path)


@pytest.fixture(scope="session")
def nyud_folder(made_once: Callable[..., Path]) -> Path:
    """Real photographs in the NYUD_MT layout: what MTAL_NYUD names, or 40 unpacked at 120x160.

    Skips where there are none.
    """
    named = os.environ.get("MTAL_NYUD", "")
    if named and (Path(named) / "images").is_dir():
        return Path(named)
    packed, tool = SHARED / "data" / "nyud", SHARED / "tools" / "make_nyud_mt.py"
    if not (packed / "images").is_dir() or not tool.exists():
        pytest.skip("no NYU images here; set MTAL_NYUD to a folder NYUD_MT")

    def unpack(folder: Path) -> None:
        size = ("--size", "120x160", "--limit", "40", "--val", "10")
        command = [sys.executable, tool, packed, folder / "NYUD_MT", *size]
        subprocess.run(command, check=True, capture_output=True)

    return made_once("photographs", unpack) / "NYUD_MT"


@pytest.fixture(scope="session")
def real_store(made_once: Callable[..., Path]) -> StorePaths:
    """Two finished runs, ours and random, of the real engine in worker processes.

    Read only: copy before changing.
    """

    def make(folder: Path) -> None:
        for strategy in ("ours", "random"):
            run = launch_and_wait(tiny_config(f"strategy={strategy}"), folder)
            assert run.status is Status.FINISHED, "\n".join(run.log_tail(40))

    return StorePaths(made_once("real-store", make))


@pytest.fixture(scope="session")
def finished_run(real_store: StorePaths) -> Run:
    """The finished run of our strategy."""
    return next(run for run in all_runs(real_store) if run.config.strategy == "ours")


@pytest.fixture(scope="session")
def random_run(real_store: StorePaths) -> Run:
    """The finished run of random picking."""
    return next(run for run in all_runs(real_store) if run.config.strategy == "random")
