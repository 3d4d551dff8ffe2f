"""Time the Map page in a browser, on runs of many images: `python -m benchmarks.map_page 5000`.

Needs Chromium and playwright. Prints for each number of images: first drawing, another colour,
lasso to tiles, click to neighbours, the sizes of messages, and the memory of the server.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mtal.config import Config
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.paths import STORE_VARIABLE, CyclePaths, StorePaths
from mtal.runs.store.run import Run
from tests.browser.conftest import FLAGS, chromium
from tests.runs.made_run import TASKS, facts, write_measures

PORT, GROUPS, DIMENSIONS, WITH_PICTURE = 8651, 30, 64, 2000


def make(store: Path, images: int, cycles: int = 5) -> Run:
    """Make a run of `images` images; the first WITH_PICTURE of them have thumbnails."""
    run = Run(create(Config(cycles=cycles, seed=images), StorePaths(store)).folder)
    rng = np.random.default_rng(images)
    ids = [f"image-{number:06d}" for number in range(images)]
    write_json(
        run.paths.facts,
        facts(None)
        | {
            "pool": ids,
            "pool_files": [""] * images,
            "data_folder": f"/made/{images}",
            "start": list(range(0, images, 10)),
        },
    )
    centres, of = rng.normal(size=(GROUPS, 2)) * 6, rng.integers(GROUPS, size=images)
    layout = (centres[of] + rng.normal(size=(images, 2))).astype(np.float32)
    labelled = np.zeros((images, len(TASKS)), bool)
    labelled[::10] = True
    for number in range(cycles):
        with run.new_cycle(number) as cycle:
            write_measures(cycle, labelled, rng)
            if number < cycles - 1:
                picked = rng.choice(np.flatnonzero(~labelled[:, 0]), images // 20, replace=False)
                layout = layout + rng.normal(size=layout.shape).astype(np.float32) * 0.1
                _write_pick(cycle, ids, labelled, picked, layout, of, rng)
                labelled[picked] = True
    write_json(
        run.paths.result,
        {"outcome": "finished", "reason": "", "stage": "", "traceback": "", "seconds": 12.0},
    )
    for number in range(min(images, WITH_PICTURE)):
        path = run.thumbnail(ids[number])
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (160, 120), tuple(int(255 * share) for share in rng.random(3))).save(path)
    return run


def _write_pick(
    cycle: CyclePaths,
    ids: list[str],
    labelled: np.ndarray,
    picked: np.ndarray,
    layout: np.ndarray,
    of: np.ndarray,
    rng: np.random.Generator,
) -> None:
    images = len(ids)
    np.save(cycle.pick, np.array([(image, task) for image in picked for task in range(len(TASKS))]))
    before, taken = labelled.any(axis=1), np.isin(np.arange(images), picked)
    rest = rng.permutation(np.flatnonzero(~before & ~taken))
    rank = np.zeros(images, int)
    rank[[*picked, *rest]] = np.arange(1, len(picked) + len(rest) + 1)
    table = pd.DataFrame(
        {"id": ids, "labelled": before, "open": ~before, "picked": taken, "rank": rank}
    )
    scores = [f"{kind}.{task}" for kind in ("s", "n") for task in TASKS]
    for name in [
        *scores,
        "inconsistency",
        "diversity_start",
        "diversity",
        "score",
        "nearest",
        "nearest_after",
    ]:
        table[name] = rng.random(images).astype(np.float32)
    table.assign(cutoff=np.float32(0.25), cluster=of).to_parquet(cycle.pool)
    np.save(cycle.embedding, rng.normal(size=(images, DIMENSIONS)).astype(np.float32))
    np.save(cycle.layout, layout)


def measure(page: Page, run: Run, server: psutil.Process) -> dict[str, str]:
    """Return the measurements of one run as texts, by name."""
    sizes: list[tuple[int, int]] = [(0, 0)]
    page.on(
        "websocket",
        lambda socket: (
            socket.on("framereceived", lambda frame: sizes.append((len(frame), 0))),
            socket.on("framesent", lambda frame: sizes.append((0, len(frame)))),
        ),
    )
    measured, began = {}, time.monotonic()
    page.goto(f"http://127.0.0.1:{PORT}/map?run={run.name}&cycle=2")
    _drawn(page)
    measured["first drawing"] = (
        f"{time.monotonic() - began:.2f} s, {max(size for size, _ in sizes) / 1e6:.2f} MB"
    )
    page.wait_for_timeout(1500)
    sizes.clear()
    began = _lasso(page)
    page.wait_for_function("() => document.querySelectorAll('.map-tiles button').length > 5")
    seconds, tiles = time.monotonic() - began, page.locator(".map-tiles button").count()
    sent, received = max(up for _, up in sizes) / 1e6, sum(down for down, _ in sizes) / 1e6
    measured["lasso to tiles"] = (
        f"{seconds:.2f} s, {tiles} tiles; up {sent:.2f} MB, down {received:.2f} MB"
    )
    page.wait_for_timeout(1000)
    began = time.monotonic()
    page.locator("[data-map-image]").nth(3).click()
    page.get_by_text("nearest to it in the embedding").wait_for()
    measured["click to neighbours"] = f"{time.monotonic() - began:.2f} s"
    page.wait_for_timeout(1000)
    began = time.monotonic()
    page.keyboard.press("Escape")
    page.get_by_text("Click a point, or draw").wait_for()
    measured["Escape"] = f"{time.monotonic() - began:.2f} s"
    page.wait_for_timeout(1500)
    began = time.monotonic()
    page.get_by_role("combobox", name="Colour").click()
    page.get_by_role("option", name="cluster of the embedding").click()
    legend = "document.querySelector('.st-key-map-canvas .legend')"
    page.wait_for_function(f"() => {legend}?.textContent.includes('cluster')")
    measured["another colour"] = f"{time.monotonic() - began:.2f} s"
    measured["memory of the server"] = f"{server.memory_info().rss / 1e6:.0f} MB"
    return measured


def _wait_until_it_answers() -> None:
    while True:
        try:
            with socket.create_connection(("127.0.0.1", PORT), timeout=1):
                return
        except OSError:
            time.sleep(0.2)


def _drawn(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('.st-key-map-canvas .nsewdrag') !== null")


def _lasso(page: Page) -> float:
    """Draw a lasso around the middle of the map; return the time of its end in seconds."""
    box = page.locator(".st-key-map-canvas .nsewdrag").first.bounding_box()
    assert box
    middle, up, radius = (
        box["x"] + box["width"] / 2,
        box["y"] + box["height"] / 2,
        0.3 * box["height"],
    )
    page.mouse.move(middle + radius, up)
    page.mouse.down()
    for angle in np.linspace(0, 2 * np.pi, 24):
        page.mouse.move(middle + radius * np.cos(angle), up + radius * np.sin(angle))
    page.mouse.up()
    return time.monotonic()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        runs = [make(Path(folder), int(size)) for size in sys.argv[1:] or ("5000", "100000")]
        server = psutil.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={PORT}"],
            env=os.environ | {STORE_VARIABLE: folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_it_answers()
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            for run in runs:
                page = browser.new_page(viewport={"width": 1440, "height": 1100})
                page.set_default_timeout(180_000)
                # Another cycle first, so that what a server loads once is loaded.
                page.goto(f"http://127.0.0.1:{PORT}/map?run={run.name}&cycle=1")
                _drawn(page)
                print(
                    f"{len(run.facts.pool):,} images, load of the machine {os.getloadavg()[0]:.1f}"
                )
                for name, text in measure(page, run, server).items():
                    print(f"  {name}: {text}")
                page.close()
        finally:
            server.kill()


if __name__ == "__main__":
    main()
