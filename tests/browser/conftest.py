"""A dashboard of its own for every journey, and a browser to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from mtal.runs.jobs.launch import kill
from mtal.runs.paths import STORE_VARIABLE, StorePaths
from mtal.runs.store.index import all_runs
from tests.browser.screen import PATIENCE_S, Dashboard

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
    usual = "/usr/bin/chromium"
    return (
        usual
        if Path(usual).exists()
        else shutil.which("chromium") or shutil.which("chromium-browser") or ""
    )


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed before other packages are tested: while it lives, its event loop runs in this thread."""
    program = chromium()
    if not program:
        pytest.skip("no Chromium here; .ci/run installs it")
    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * PATIENCE_S)
        found = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StorePaths]:
    """The store of one journey; what still works in it afterwards is ended."""
    found = StorePaths(tmp_path / "store")
    yield found
    for run in all_runs(found):
        kill(run.paths)


@pytest.fixture
def server(store: StorePaths, tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard over the journey's store; what it printed shows when the journey fails."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, log = f"http://127.0.0.1:{port}", tmp_path / "server.txt"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
    ]
    with log.open("wb") as output:  # a file: a pipe that nobody reads fills and blocks
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {STORE_VARIABLE: str(store.folder)},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
        try:
            _wait_until_healthy(address, process, log)
            yield address
        finally:
            process.kill()  # asked politely it takes seconds, and it has nothing to save
            process.wait()
            print(log.read_text(errors="replace"))


@pytest.fixture
def new_tab(browser: Browser, server: str) -> Iterator[Callable[[], Dashboard]]:
    """new_tab() -> the dashboard in a browser of its own: nothing is shared but the server and the store."""
    contexts: list[BrowserContext] = []

    def open_one() -> Dashboard:
        contexts.append(
            browser.new_context(viewport={"width": 1440, "height": 1600}, accept_downloads=True)
        )
        contexts[-1].set_default_timeout(1000 * PATIENCE_S)
        return Dashboard(contexts[-1].new_page(), server)

    yield open_one
    for context in contexts:
        context.close()


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail(f"the dashboard did not start:\n{log.read_text(errors='replace')}")
