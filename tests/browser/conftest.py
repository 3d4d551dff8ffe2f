"""A browser and a dashboard for all journeys of a worker; each journey has a store of its own."""

import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from mtal.runs.jobs.launch import kill
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs
from tests.browser.screen import PATIENCE_S, Dashboard, eventually
from tests.browser.server import SHOWS

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The installed browser; "" if there is none."""
    usual = Path("/usr/bin/chromium")
    if usual.exists():
        return str(usual)
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed before other packages are tested: its event loop runs in this thread."""
    program = chromium()
    if not program:
        pytest.skip("no Chromium here; .ci/run installs it")
    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * PATIENCE_S)
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StorePaths]:
    """The store of one journey; what still works in it afterwards is ended."""
    store = StorePaths(tmp_path / "store")
    yield store
    for run in all_runs(store):
        kill(run.paths)


@dataclass(frozen=True)
class Server:
    """A dashboard at work, and the file that it prints to."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def text(self) -> str:
        """What it printed so far."""
        return self.log.read_text(errors="replace")

    def answers(self) -> bool:
        """Whether it is there and well; fails if it ended."""
        assert self.process.poll() is None, f"the dashboard ended:\n{self.text()}"
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def show(self, store: StorePaths) -> None:
        """Show another store from now on."""
        assert self.process.stdin
        self.process.stdin.write(f"{store.folder}\n".encode())
        self.process.stdin.flush()
        eventually(lambda: SHOWS.format(store.folder) in self.text(), self.text)


@contextmanager
def started_server(log: Path) -> Iterator[Server]:
    """A dashboard that prints to a file; it shows the usual store until it is told another."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--server.address=127.0.0.1", "--server.headless=true")
    quiet = ("--server.fileWatcherType=none", "--browser.gatherUsageStats=false")
    command = [sys.executable, "-m", "tests.browser.server", f"--server.port={port}"]
    with log.open("wb") as output:  # a file: a pipe that nobody reads fills and blocks
        process = subprocess.Popen(
            [*command, *options, *quiet],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
        server = Server(f"http://127.0.0.1:{port}", process, log)
        try:
            eventually(server.answers, server.text)
            yield server
        finally:
            process.kill()  # asked politely it takes seconds, and it has nothing to save
            process.wait()


@pytest.fixture(scope="package")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard of all journeys."""
    with started_server(tmp_path_factory.mktemp("server") / "server.txt") as server:
        yield server


@pytest.fixture
def server(running_server: Server, store: StorePaths) -> Iterator[str]:
    """The address of a dashboard over the journey's store; shows what it prints if that fails."""
    before = len(running_server.text())
    running_server.show(store)
    yield running_server.address
    print(running_server.text()[before:])


@pytest.fixture
def new_tab(browser: Browser, server: str) -> Iterator[Callable[[], Dashboard]]:
    """new_tab() -> the dashboard in a browser of its own: only server and store are shared."""
    contexts: list[BrowserContext] = []

    def open_tab() -> Dashboard:
        size = {"width": 1440, "height": 1600}
        contexts.append(browser.new_context(viewport=size, accept_downloads=True))
        contexts[-1].set_default_timeout(1000 * PATIENCE_S)
        return Dashboard(contexts[-1].new_page(), server)

    yield open_tab
    for context in contexts:
        context.close()
