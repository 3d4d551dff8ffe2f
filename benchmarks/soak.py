"""Measure the dashboard's memory over many reruns: `python -m benchmarks.soak STORE RUN --cycle 1`.

One browser tab steps through Inspect, Batch and Map in turn; the resident memory of the server is
printed every 50 reruns. Needs Chromium, playwright and a finished run.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import psutil
import typer
from playwright.sync_api import Error, Page, sync_playwright

from mtal.runs.paths import STORE_VARIABLE
from mtal.runs.store.run import Run
from tests.browser.conftest import FLAGS, chromium

PORT, PATIENCE_MS, EVERY = 8643, 60_000, 50
PAGES = {1: "inspect", 18: "batch", 35: "map"}  # rerun of each fifty -> page that is opened
DONE = "[data-testid=stApp][data-test-script-state=notRunning]"


def main(store: Path, run: str, cycle: int = 0, reruns: int = 500) -> None:
    """Print megabytes after every 50 reruns; the first line is after every page was open once."""
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        f"--server.port={PORT}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
    ]
    server = subprocess.Popen(
        command, env=os.environ | {STORE_VARIABLE: str(store.absolute())}, stdout=subprocess.DEVNULL
    )
    pool = Run(store / run).pool(cycle)
    names = pool[pool["picked"]].sort_values("rank")["id"].tolist()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            page = browser.new_page()
            page.set_default_timeout(PATIENCE_MS)
            for name in ("map", "batch", "inspect"):
                _open(page, name, run, cycle, names[0])
            print(f"start: {_megabytes(server):.0f} MB")
            for done in range(1, reruns + 1):
                if done % EVERY in PAGES:
                    _open(page, PAGES[done % EVERY], run, cycle, names[done % len(names)])
                else:
                    page.keyboard.press("j" if done % 4 else "k")
                    page.wait_for_timeout(250)
                    page.wait_for_selector(DONE)
                if not done % EVERY:
                    print(f"{done} reruns: {_megabytes(server):.0f} MB", flush=True)
    finally:
        server.kill()


def _open(page: Page, name: str, run: str, cycle: int, sample: str) -> None:
    query = urlencode({"run": run, "cycle": cycle, "sample": sample})
    address = f"http://127.0.0.1:{PORT}/{name}?{query}"
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            page.goto(address)
            break
        except Error:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.5)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_selector(DONE)
    page.wait_for_timeout(1000)


def _megabytes(server: "subprocess.Popen[bytes]") -> float:
    return float(psutil.Process(server.pid).memory_info().rss / 1e6)


if __name__ == "__main__":
    typer.run(main)
