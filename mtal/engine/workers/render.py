"""The worker of a look: `python -m mtal.engine.workers.render FOLDER` draws the images that people asked for, from a cycle's saved network.

Started by mtal.runs.store.render_requests, which hands it the lock. It waits for no device, and once torch is loaded it gives way to everything
else (nice). The pictures are those that the cycle itself would have drawn, in the colour scale of the cycle. It lingers for a
while, since loading torch takes longer than drawing.
"""

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from mtal.runs.files import write_json
from mtal.runs.jobs.lock import free, inherited, take
from mtal.runs.jobs.progress import append
from mtal.runs.jobs.stop import StopRequested, stop_if_asked
from mtal.runs.paths import LookPaths, SamplePaths
from mtal.runs.store.samples import numbered

NICE = 10
LINGER_S, PAUSE_S = 30.0, 0.1  # without a wish until it ends; between two looks for wishes
STAGE = "evidence"
Draw = Callable[[int, SamplePaths], None]


def main(folder: Path, linger_s: float = 0, nice: int = 0) -> None:
    """The whole life of the worker: draw, write how it ended, free the lock; and again if a wish came in that moment."""
    paths = LookPaths(folder)
    lock = inherited(paths.lock)
    paths.lock.write_text(f"{os.getpid()}\n")
    paths.progress.unlink(missing_ok=True)  # of an earlier job
    paths.began.touch()
    while True:
        write_json(paths.result, work(paths, linger_s, nice))
        if lock is None:  # nobody handed it one: it was called, not started
            return
        free(lock)
        if not numbered(paths.asked) or not take(
            lock, patience_s=0.5
        ):  # another worker may have begun by now
            return
        for left_over in (paths.result, paths.stop):
            left_over.unlink(missing_ok=True)


def work(paths: LookPaths, linger_s: float, nice: int) -> dict[str, str]:
    """How it ended: outcome, reason, traceback. Wishes that cannot be fulfilled are taken back, or it would try for ever."""
    problems: dict[int, str] = {}
    try:
        draw_wishes(paths, linger_s, nice, problems)
    except StopRequested:
        _forget(paths, numbered(paths.asked))
        return {"outcome": "stopped", "reason": "asked to stop", "traceback": ""}
    except Exception as error:
        said = isinstance(error, ValueError) and type(error).__module__.startswith(
            "mtal."
        )  # ConfigError, DataError
        trace = "" if said else traceback.format_exc()
        print(trace or error, file=sys.stderr)
        _forget(paths, numbered(paths.asked))
        return {
            "outcome": "failed",
            "reason": str(error) if said else f"{type(error).__name__}: {error}",
            "traceback": trace,
        }
    reason = "; ".join(dict.fromkeys(problems.values()))
    return {"outcome": "failed" if problems else "finished", "reason": reason, "traceback": ""}


def draw_wishes(paths: LookPaths, linger_s: float, nice: int, problems: dict[int, str]) -> None:
    """Draw what is asked for until nobody asks any more. `problems` takes what cannot be drawn, position -> why."""
    drawer: Draw | None = None
    done, last = 0, time.monotonic()
    while True:
        stop_if_asked(paths)
        wishes = sorted(numbered(paths.asked))
        if not wishes:
            if time.monotonic() - last >= linger_s:
                return
            time.sleep(PAUSE_S)
            continue
        append(paths.progress, int(paths.folder.name), STAGE, done, done + len(wishes))
        if drawer is None:
            from mtal.engine.workers.reload_cycle import (
                drawer_of,
            )  # the heavy imports: torch, networks, data sets

            os.nice(nice)
            drawer = drawer_of(paths)
        fulfil(paths, wishes[0], drawer, problems)
        done, last = done + 1, time.monotonic()
        append(paths.progress, int(paths.folder.name), STAGE, done, done + len(wishes) - 1)


def fulfil(paths: LookPaths, image: int, drawer: Draw, problems: dict[int, str]) -> None:
    """Draw one image unless it is drawn already; its folder appears whole, then its wish goes."""
    from mtal.datasets.dataset import DataError

    ready, making = (
        paths.samples.sample(image),
        SamplePaths(paths.samples.folder / f".{os.getpid()}"),
    )
    shutil.rmtree(making.folder, ignore_errors=True)
    try:
        if not ready.exists():
            drawer(image, making)
            making.sample(image).rename(ready)
    except DataError as error:
        problems[image] = str(error)
        print(error, file=sys.stderr)
    finally:
        shutil.rmtree(making.folder, ignore_errors=True)
    _forget(paths, {image})


def _forget(paths: LookPaths, images: set[int]) -> None:
    for image in images:
        paths.wish(image).unlink(missing_ok=True)


if __name__ == "__main__":
    own = Path(sys.argv[1]).absolute()
    signal.signal(signal.SIGTERM, lambda *_: LookPaths(own).stop.touch())
    main(own, LINGER_S, NICE)
