"""The dashboard in a browser, for what is measured there: a server over a store, Chromium, and an address that is opened."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from mtal.runs.paths import STORE_VARIABLE
from tests.browser.conftest import FLAGS, chromium

PATIENCE_MS = 60_000


@contextmanager
def tab(store: Path, port: int, width: int) -> Iterator[Page]:
    """An empty tab, `width` pixels wide, while a server of its own runs at `port`; both end with the block."""
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
    server = subprocess.Popen(
        command, env=os.environ | {STORE_VARIABLE: str(store.absolute())}, stdout=subprocess.DEVNULL
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            yield browser.new_page(viewport={"width": width, "height": 1000})
            browser.close()
    finally:
        server.kill()
        server.wait()


def visit(page: Page, address: str, there: str) -> float:
    """Open an address, once the server answers, until `there` (an expression of JavaScript) is true; the seconds that took."""
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            began = time.monotonic()
            page.goto(address)
            break
        except Error:  # the server is not there yet
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
    page.wait_for_function(f"() => {there}", timeout=PATIENCE_MS)
    return time.monotonic() - began
