"""Time the grid of the Batch page: `python -m benchmarks.batch_page STORE RUN --cycle 1`.

Needs Chromium, playwright and a finished run with images. Measures from the click until every tile
with its overlay is decoded and on screen, for another task and for another page of the grid.
"""

import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import typer
from playwright.sync_api import Locator

from benchmarks.dashboard import tab, visit

PORT = 8643
SEEN = "[...document.querySelectorAll('.tiles .stack img')]"
SAME = f"JSON.stringify({SEEN}.map(image => image.getAttribute('src')))"
WHOLE = f"{SEEN}.length > 0 && {SEEN}.every(image => image.complete && image.naturalWidth > 0)"
CLICK = f"""button => new Promise(done => {{
  const before = {SAME}, began = performance.now();
  button.click();
  const look = () => {SAME} !== before && {WHOLE} ? done([performance.now() - began, {SEEN}.length])
    : requestAnimationFrame(look);
  look();
}})"""


def main(store: Path, run: str, cycle: int = 0, width: int = 1440) -> None:
    """Print each time in ms, with the number of images on screen."""
    query = urlencode({"run": run, "cycle": cycle, "over": "disagreement"})
    address = f"http://127.0.0.1:{PORT}/batch?{query}"
    with tab(store, PORT, width) as page:
        for visited in ("the first visit to this server", "again"):
            print(f"from the bare address, {visited}: {1000 * visit(page, address, WHOLE):.0f} ms")
            time.sleep(3)
        tasks = page.locator("[class*='st-key-batch-task-'] button")
        times = [
            _clicked(tasks.nth(number), f"task {number + 1}")
            for number in [*range(1, tasks.count()), 0, 1, 0]
        ]
        pages = page.locator("[data-testid=stPagination] button")
        for number in (2, 3, 1):
            button = pages.filter(has_text=str(number))
            if button.count():
                times.append(_clicked(button.first, f"page {number}"))
        print(f"median {median(times):.0f} ms, largest {max(times):.0f} ms")


def _clicked(button: Locator, target: str) -> float:
    """Click, print the time, and return it in ms."""
    taken, pictures = button.evaluate(CLICK)
    print(f"{target}: {taken:.0f} ms, {pictures} pictures", flush=True)
    time.sleep(1.5)
    return float(taken)


if __name__ == "__main__":
    typer.run(main)
