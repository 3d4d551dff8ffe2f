"""Looks: pictures of images that a cycle did not draw itself, made on demand by a job of their own. Loads no torch.

Each wish is a file, so wishes of several people add up, and one that comes while the worker is ending is never lost: who wishes
makes the file first and looks at the lock then; the worker frees the lock first and looks for wishes then.
"""

from collections.abc import Sequence
from typing import Any

from mtal.runs.files import last_lines, read_json
from mtal.runs.jobs.launch import ask, start, writable
from mtal.runs.jobs.lock import is_held
from mtal.runs.jobs.progress import Progress, progress
from mtal.runs.jobs.progress_reader import heard
from mtal.runs.jobs.status import Status, status
from mtal.runs.store.run import Run
from mtal.runs.store.samples import numbered

WORKER = "mtal.engine.workers.render"  # named, never imported


class Looks:
    """What people wanted to see of one complete cycle. KeyError if the cycle is not complete."""

    def __init__(self, run: Run, cycle: int) -> None:
        run.cycle(cycle)
        self.run, self.cycle = run, cycle
        self.paths = run.paths.look(cycle)

    def __repr__(self) -> str:
        return f"Looks({self.run.name}, {self.cycle})"

    def ask(self, images: Sequence[int]) -> bool:
        """Wish to see some images (positions in the pool), and start the job that draws all that is wished for, unless it is at
        work already or nothing is left to draw. True if it was started. IndexError for an image that the pool does not have."""
        if wrong := [image for image in images if not 0 <= image < len(self.run.facts.pool)]:
            raise IndexError(f"{self.run.name} has no pool image {wrong[0]}")
        ask(self.paths, self.run.config)
        drawn = self.run.drawn(self.cycle)
        with writable(self.paths.folder):
            self.paths.asked.mkdir(exist_ok=True)
            for image in images:
                if image not in drawn:
                    self.paths.wish(image).touch()
        return bool(self.asked()) and not is_held(self.paths.lock) and start(self.paths, WORKER)

    def drawn(self) -> set[int]:
        """Images that were drawn on demand."""
        return numbered(self.paths.samples.folder)

    def asked(self) -> set[int]:
        """Images that wait to be drawn."""
        return numbered(self.paths.asked)

    @property
    def status(self) -> Status:
        """How the job stands. It lingers for a while when all is drawn, so that the next wish is answered at once."""
        return status(self.paths)

    @property
    def result(self) -> dict[str, Any]:
        """Keys: outcome, reason, traceback. Empty while there is none."""
        return read_json(self.paths.result) if self.paths.result.exists() else {}

    def progress(self) -> Progress | None:
        """How many images of those asked for are drawn; None before the first line."""
        now = heard(self.paths)
        return progress(now, [{now.last["stage"]: now.last["total"]}] if now.last else [])

    def log_tail(self, lines: int = 20) -> list[str]:
        """The end of what the worker printed."""
        return last_lines(self.paths.log)[-lines:]
