"""Stores in every state, and pages opened through app.py with an address.

The runs are copies of two runs of the engine, see tests/conftest.py; the check is a copy of a real
check.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mtal.config import Config
from mtal.datasets.registry import DATASETS
from mtal.runs.jobs.status import Status
from mtal.runs.paths import STORE_VARIABLE, StorePaths
from mtal.runs.store.data_check import DataFolder
from mtal.runs.store.run import Run
from tests.app.copies import copy_check, copy_run

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StorePaths:
    """An empty store that the pages look at."""
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "store"))
    return StorePaths(tmp_path / "store")


@pytest.fixture(autouse=True, scope="session")
def _one_scan() -> Iterator[None]:
    """Scan the installed packages for components once; AppTest would do so for every page."""
    scan = manifest_scanner.scan_component_manifests
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture(autouse=True)
def through_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every page through the navigation of app.py.

    AppTest resets that setting before each run and would run the page alone.
    """
    original_init = PagesManager.__init__

    def init_with_navigation(self: PagesManager, *args: Any, **options: Any) -> None:
        original_init(self, *args, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", init_with_navigation)


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """open_page("jobs", run="...") -> the page as drawn at this address."""

    def open_it(page: str, /, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run() if page == "home" else app.switch_page(f"pages/{page}.py").run()

    return open_it


@pytest.fixture
def made_store(
    store: StorePaths, finished_run: Run, random_run: Run
) -> Iterator[Callable[..., Run]]:
    """made_store("running", seed=1) -> a run in that state with these settings, in `store`.

    States: finished, running, queued, failed, interrupted, stopped. The test holds the lock of a
    running or queued run.
    """
    real = {run.config.strategy: run for run in (finished_run, random_run)}
    with ExitStack() as held:

        def make(
            state: str, cycles_done: int | None = None, strategy: str = "ours", **settings: object
        ) -> Run:
            run = real[strategy]
            if cycles_done is None:
                cycles_done = {"finished": run.cycles_done(), "queued": 0}.get(state, 1)
            config = run.config.model_copy(update=settings)
            return copy_run(run, config, store, state, cycles_done, held)

        yield make


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the runs whose worker a page asked to start; no worker starts."""
    names: list[str] = []
    monkeypatch.setattr(
        "mtal.runs.jobs.launch.start", lambda job, *_, **__: names.append(job.folder.name) or True
    )
    return names


@pytest.fixture(scope="session")
def real_check(made_once: Callable[..., Path]) -> tuple[Config, DataFolder]:
    """The settings and the finished check of the drawn data, made by a real worker process.

    Read only: copy before changing.
    """
    source = DATASETS["drawn"]
    config = Config(dataset="drawn", data="24+8", tasks=source.task_names)

    def checked(store: Path) -> DataFolder:
        return DataFolder(StorePaths(store), "drawn", source.locate(config))

    def make(store: Path) -> None:
        folder = checked(store)
        folder.paths.folder.mkdir(parents=True)
        assert folder.start_check(config)
        give_up = time.monotonic() + PATIENCE_S
        while folder.status.alive and time.monotonic() < give_up:
            time.sleep(0.05)
        assert folder.status is Status.FINISHED, "\n".join(folder.log_tail())

    return config, checked(made_once("real-check", make))


@pytest.fixture
def made_check(
    store: StorePaths, real_check: tuple[Config, DataFolder]
) -> Iterator[Callable[[str], DataFolder]]:
    """made_check("finished") -> the check in that state.

    The page shows it at the address `?dataset=drawn&folder=24+8`.
    """
    config, real = real_check
    with ExitStack() as held:

        def make(state: str) -> DataFolder:
            folder = DataFolder(store, config.dataset, real.folder)
            copy_check(real, folder, state, held)
            return folder

        yield make
