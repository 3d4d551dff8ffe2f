"""How fast a grid is there: `python -m benchmarks.batch_page STORE RUN --cycle 1`.

Needs Chromium and playwright, and a finished run with pictures. From the click until every tile with its overlay is decoded and
on the screen: the next page of the grid, another task, another kind of overlay, and another opacity.
"""
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import typer
from playwright.sync_api import Error, Page, sync_playwright

from mtal.runs.paths import STORE_VARIABLE
from tests.browser.conftest import FLAGS, chromium

PORT, PATIENCE_MS = 8643, 60_000
SEEN = "[...document.querySelectorAll('.tiles .stack img')]"
SAME = f"JSON.stringify({SEEN}.map(image => image.getAttribute('src')))"
WHOLE = f"{SEEN}.length > 0 && {SEEN}.every(image => image.complete && image.naturalWidth > 0)"
CLICK = f"""found => new Promise(done => {{
  const before = {SAME}, began = performance.now();
  found.click();
  const look = () => {SAME} !== before && {WHOLE} ? done([performance.now() - began, {SEEN}.length])
    : requestAnimationFrame(look);
  look();
}})"""


def main(store: Path, run: str, cycle: int = 0, width: int = 1440) -> None:
    """Prints each time in ms with the number of pictures on the screen."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={PORT}", "--server.address=127.0.0.1",
               "--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    server = subprocess.Popen(command, env=os.environ | {STORE_VARIABLE: str(store.absolute())}, stdout=subprocess.DEVNULL)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            page = browser.new_page(viewport={"width": width, "height": 1000})
            _open(page, f"http://127.0.0.1:{PORT}/batch?{urlencode({'run': run, 'cycle': cycle, 'over': 'disagreement'})}")
            tasks = page.locator("[class*='st-key-batch-task-'] button")
            times = []
            for number in [*range(1, tasks.count()), 0, 1, 0]:
                times.append(_clicked(page, tasks.nth(number), f"task {number + 1}"))
            pages = page.locator("[data-testid=stPagination] button")
            for number in (2, 3, 1):
                button = pages.filter(has_text=str(number))
                if button.count():
                    times.append(_clicked(page, button.first, f"page {number}"))
            print(f"median {median(times):.0f} ms, largest {max(times):.0f} ms")
            browser.close()
    finally:
        server.kill()
        server.wait()


def _open(page: Page, address: str) -> None:
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            began = time.monotonic()
            page.goto(address)
            break
        except Error:                                       # the server is not there yet
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
    page.wait_for_function(f"() => {WHOLE}", timeout=PATIENCE_MS)
    print(f"from the bare address, the first visit to this server: {1000 * (time.monotonic() - began):.0f} ms")
    time.sleep(3)
    began = time.monotonic()
    page.goto(address)
    page.wait_for_function(f"() => {WHOLE}", timeout=PATIENCE_MS)
    print(f"from the bare address again: {1000 * (time.monotonic() - began):.0f} ms")
    time.sleep(3)


def _clicked(page: Page, button: object, what: str) -> float:
    taken, pictures = button.evaluate(CLICK)                # type: ignore[attr-defined]
    print(f"{what}: {taken:.0f} ms, {pictures} pictures", flush=True)
    time.sleep(1.5)
    return float(taken)


if __name__ == "__main__":
    typer.run(main)
