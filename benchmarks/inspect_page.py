"""Time the step to the next image: `python -m benchmarks.inspect_page STORE RUN --cycle 1`.

Needs Chromium, playwright and a finished run. Measures from the key press (J) until the new images
are decoded and on screen, and until the numbers beside them are those of the new image.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import typer
from playwright.sync_api import Page

from benchmarks.dashboard import tab, visit

PORT = 8642
STAGE = """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map(host => host.shadowRoot?.querySelector('.stage')).find(Boolean)"""
PRESS = """key => new Promise(done => {
  const before = STAGE.dataset.shown, began = performance.now(), code = 'Key' + key.toUpperCase();
  for (const kind of ['keydown', 'keyup'])
    document.dispatchEvent(new KeyboardEvent(kind, {key, code, bubbles: true}));
  let shown = 0;
  const changed = () => STAGE?.dataset.shown && STAGE.dataset.shown !== before;
  const look = () => {
    if (!shown && changed()) shown = performance.now() - began;
    if (shown && !document.documentElement.hasAttribute('data-stepping'))
      done([shown, performance.now() - began]);
    else requestAnimationFrame(look);
  };
  look();
})""".replace("STAGE", STAGE)


def main(store: Path, run: str, cycle: int = 0, steps: int = 20, width: int = 1440) -> None:
    """Print the time of each step in ms, with median and largest, forwards and then back."""
    with tab(store, PORT, width) as page:
        query = urlencode({"run": run, "cycle": cycle})
        visit(page, f"http://127.0.0.1:{PORT}/inspect?{query}", f"{STAGE}?.dataset.shown")
        time.sleep(3)
        for key, direction in (
            ("j", "forward, pictures fetched ahead"),
            ("k", "back, pictures seen before"),
        ):
            images, numbers = zip(*[_step(page, key) for _ in range(steps)], strict=True)
            print(f"{direction}, pictures: {_summary(images)}", flush=True)
            print(f"{direction}, pictures with their numbers: {_summary(numbers)}", flush=True)


def _summary(times: Sequence[float]) -> str:
    """Return median, largest and all times in ms as text."""
    listed = ", ".join(f"{taken:.0f}" for taken in times)
    return f"median {median(times):.0f} ms, largest {max(times):.0f} ms ({listed})"


def _step(page: Page, key: str) -> tuple[float, float]:
    """Press a key; return the times in ms until images and until numbers are new."""
    pictures, numbers = page.evaluate(PRESS, key)
    time.sleep(1)  # people look at an image at least as long
    return float(pictures), float(numbers)


if __name__ == "__main__":
    typer.run(main)
