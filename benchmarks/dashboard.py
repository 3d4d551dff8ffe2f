"""The dashboard in a browser, for benchmarks: a server over a store, and a page in Chromium."""

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
    """Yield a new tab, `width` pixels wide, on a server at `port`; both end with the block."""
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


def visit(page: Page, address: str, loaded: str) -> float:
    """Open an address and wait until `loaded`, a JavaScript expression, is true.

    Returns the seconds from the first request that the server answers. Raises playwright's Error if
    it does not answer within PATIENCE_MS.
    """
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            began = time.monotonic()
            page.goto(address)
            break
        except Error:  # the server does not answer yet
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
    page.wait_for_function(f"() => {loaded}", timeout=PATIENCE_MS)
    return time.monotonic() - began
