"""How fast the next image is there: `python -m benchmarks.inspect_page STORE RUN --cycle 1 --steps 20`.

Needs Chromium and playwright, and a finished run. From the key press (J) until the new pictures are decoded and on the screen,
and until the numbers beside them are that image's too.
"""

import time
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
  for (const kind of ['keydown', 'keyup']) document.dispatchEvent(new KeyboardEvent(kind, {key, code, bubbles: true}));
  let shown = 0;
  const there = () => STAGE?.dataset.shown && STAGE.dataset.shown !== before;
  const look = () => {
    if (!shown && there()) shown = performance.now() - began;
    if (shown && !document.documentElement.hasAttribute('data-stepping')) done([shown, performance.now() - began]);
    else requestAnimationFrame(look);
  };
  look();
})""".replace("STAGE", STAGE)


def main(store: Path, run: str, cycle: int = 0, steps: int = 20, width: int = 1440) -> None:
    """Prints the time of each step in ms, their median and their largest; then the same on the way back."""
    with tab(store, PORT, width) as page:
        visit(
            page,
            f"http://127.0.0.1:{PORT}/inspect?{urlencode({'run': run, 'cycle': cycle})}",
            f"{STAGE}?.dataset.shown",
        )
        time.sleep(3)
        for key, way in (
            ("j", "forward, pictures fetched ahead"),
            ("k", "back, pictures seen before"),
        ):
            found = [_step(page, key) for _ in range(steps)]
            for what, times in zip(
                ("pictures", "pictures with their numbers"), zip(*found, strict=True), strict=True
            ):
                print(
                    f"{way}, {what}: median {median(times):.0f} ms, largest {max(times):.0f} ms "
                    f"({', '.join(f'{one:.0f}' for one in times)})",
                    flush=True,
                )


def _step(page: Page, key: str) -> tuple[float, float]:
    pictures, numbers = page.evaluate(PRESS, key)
    time.sleep(1)  # as long as somebody looks at least
    return float(pictures), float(numbers)


if __name__ == "__main__":
    typer.run(main)
