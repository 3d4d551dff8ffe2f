"""The worker of render requests: `python -m mtal.engine.workers.render FOLDER`.

It draws images from a cycle's saved network, as the cycle itself would have drawn them and in the
cycle's colour scale. Started by mtal.runs.store.render_requests, which hands it the lock. It waits
for no device, and gives way to everything else (nice) once torch is loaded. It lingers for a while,
since loading torch takes longer than drawing.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mtal.errors import UserError
from mtal.runs.files import numbers_in
from mtal.runs.jobs.lock import free, inherited, take
from mtal.runs.jobs.outcome import run_job
from mtal.runs.jobs.progress import append
from mtal.runs.jobs.stop import stop_if_asked, stop_when_terminated
from mtal.runs.paths import RenderPaths, SamplePaths

NICE = 10
LINGER_S = 30.0  # without a request until it ends
PAUSE_S = 0.1  # between two looks for requests
STAGE = "evidence"
Draw = Callable[[int, SamplePaths], None]


def main(folder: Path, linger_s: float = 0, nice: int = 0) -> None:
    """Draw, write the result and free the lock; again if a request came in that moment."""
    paths = RenderPaths(folder)
    lock = inherited(paths.lock)
    paths.progress.unlink(missing_ok=True)  # of an earlier job
    while True:
        paths.began.touch()
        run_job(paths, lambda: work(paths, linger_s, nice))
        if lock is None:  # called by a test, not started with a lock
            return
        free(lock)
        if not numbers_in(paths.pending) or not take(lock, patience_s=0.5):
            return  # nothing is left to draw, or another worker has begun by now
        for left_over in (paths.result, paths.stop):
            left_over.unlink(missing_ok=True)


def work(paths: RenderPaths, linger_s: float, nice: int) -> str:
    """Draw what is requested; returns "", since it never ends early.

    UserError if images cannot be drawn. Where the job fails or is stopped, the requests are taken
    back, or the next worker would try for ever.
    """
    try:
        problems = draw_requests(paths, linger_s, nice)
    except (Exception, SystemExit):
        _take_back(paths, numbers_in(paths.pending))
        raise
    if problems:
        raise UserError("; ".join(dict.fromkeys(problems.values())))
    return ""


def draw_requests(paths: RenderPaths, linger_s: float, nice: int) -> dict[int, str]:
    """Draw until there was no request for `linger_s` seconds.

    Returns position -> problem, of the images that cannot be drawn. StopRequested if somebody asks.
    """
    draw: Draw | None = None
    problems: dict[int, str] = {}
    cycle, done, last = int(paths.folder.name), 0, time.monotonic()
    while True:
        stop_if_asked(paths)
        images = sorted(numbers_in(paths.pending))
        if not images:
            if time.monotonic() - last >= linger_s:
                return problems
            time.sleep(PAUSE_S)
            continue
        append(paths.progress, cycle, STAGE, done, done + len(images))
        if draw is None:
            # heavy imports: torch, networks, data sets
            from mtal.engine.workers.reload_cycle import drawer_of

            os.nice(nice)
            draw = drawer_of(paths)
        if problem := draw_image(paths, images[0], draw):
            problems[images[0]] = problem
        done, last = done + 1, time.monotonic()
        append(paths.progress, cycle, STAGE, done, done + len(images) - 1)


def draw_image(paths: RenderPaths, image: int, draw: Draw) -> str:
    """Draw a requested image unless it is drawn already; its folder appears whole.

    Returns the problem if its data cannot be read, else "".
    """
    ready = paths.samples.sample(image)
    unfinished = SamplePaths(paths.samples.folder / f".{os.getpid()}")
    shutil.rmtree(unfinished.folder, ignore_errors=True)
    problem = ""
    try:
        if not ready.exists():
            draw(image, unfinished)
            unfinished.sample(image).rename(ready)
    except UserError as error:
        problem = str(error)
        print(problem, flush=True)
    finally:
        shutil.rmtree(unfinished.folder, ignore_errors=True)
    _take_back(paths, {image})
    return problem


def _take_back(paths: RenderPaths, images: set[int]) -> None:
    for image in images:
        paths.request(image).unlink(missing_ok=True)


if __name__ == "__main__":
    job_folder = Path(sys.argv[1]).absolute()
    stop_when_terminated(RenderPaths(job_folder))
    main(job_folder, LINGER_S, NICE)
