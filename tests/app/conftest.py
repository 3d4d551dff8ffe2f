"""Stores in every state, and pages opened as a browser would: through app.py, by their file, with an address.

The runs are copies of two that the real engine made, see tests/conftest.py; the check is a copy of a real one.
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
    """AppTest looks for components in all installed packages, anew for every page: half its time."""
    scan = manifest_scanner.scan_component_manifests
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture(autouse=True)
def through_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest forgets before every run that app.py has a navigation, and would run a page without it: see app.py."""
    made = PagesManager.__init__

    def make(self: PagesManager, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make)


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """open_page("jobs", run="...") -> the page as drawn, with this address."""

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
    """made_store("running", seed=1) -> a real run in that state, in the store that the pages look at, under other settings.

    States: finished, running, queued, failed, interrupted, stopped. A living run's lock is held by the test itself.
    """
    real = {run.config.strategy: run for run in (finished_run, random_run)}
    with ExitStack() as held:

        def make(
            state: str, cycles_done: int | None = None, strategy: str = "ours", **settings: object
        ) -> Run:
            done = (
                {"finished": real[strategy].cycles_done(), "queued": 0}.get(state, 1)
                if cycles_done is None
                else cycles_done
            )
            return copy_run(
                real[strategy],
                real[strategy].config.model_copy(update=settings),
                store,
                state,
                done,
                held,
            )

        yield make


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the runs whose worker would have been started; none is."""
    names: list[str] = []
    monkeypatch.setattr(
        "mtal.runs.jobs.launch.start", lambda job, *_, **__: names.append(job.folder.name) or True
    )
    return names


@pytest.fixture(scope="session")
def real_check(made_once: Callable[..., Path]) -> tuple[Config, DataFolder]:
    """The drawn data of the real runs, checked by the real checker in a process of its own.

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
    """made_check("finished") -> the real check in that state, for the address `?dataset=drawn&folder=24+8`."""
    config, real = real_check
    with ExitStack() as held:

        def make(state: str) -> DataFolder:
            folder = DataFolder(store, config.dataset, real.folder)
            copy_check(real, folder, state, held)
            return folder

        yield make
