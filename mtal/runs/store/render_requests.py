"""Render requests: images that a cycle did not draw are drawn on request, by a job of their own.

Imports no torch. Every request is a file, so those of several users add up. A request that comes
while the worker is ending is not lost: whoever asks creates the file first and looks at the lock
afterwards; the worker releases the lock first and looks for requests afterwards.
"""

from collections.abc import Sequence
from typing import Any

from mtal.runs.files import last_lines, numbers_in
from mtal.runs.jobs.launch import start, writable, write_config
from mtal.runs.jobs.lock import is_held
from mtal.runs.jobs.outcome import read_result
from mtal.runs.jobs.progress import Progress, single_stage_progress
from mtal.runs.jobs.progress_reader import read_progress
from mtal.runs.jobs.status import Status, status
from mtal.runs.store.run import Run

WORKER = "mtal.engine.workers.render"  # named, never imported


class RenderRequests:
    """Requests to draw images of one complete cycle. KeyError if the cycle is not complete."""

    def __init__(self, run: Run, cycle: int) -> None:
        run.cycle(cycle)
        self.run, self.cycle = run, cycle
        self.paths = run.paths.render_requests(cycle)

    def __repr__(self) -> str:
        return f"RenderRequests({self.run.name}, {self.cycle})"

    def add(self, images: Sequence[int]) -> bool:
        """Request images, and start the job that draws them unless it is running or has no work.

        images: positions in the pool. True if the job was started. IndexError for an image that
        the pool does not have; ConfigError if the folder cannot be written.
        """
        for image in images:
            if not 0 <= image < len(self.run.facts.pool):
                raise IndexError(f"{self.run.name} has no pool image {image}")
        write_config(self.paths, self.run.config)
        drawn = self.run.drawn(self.cycle)
        with writable(self.paths.folder):
            self.paths.pending.mkdir(exist_ok=True)
            for image in images:
                if image not in drawn:
                    self.paths.request(image).touch()
        return bool(self.pending()) and not is_held(self.paths.lock) and start(self.paths, WORKER)

    def drawn(self) -> set[int]:
        """Positions of the images that were drawn on request."""
        return numbers_in(self.paths.samples.folder)

    def pending(self) -> set[int]:
        """Positions of the images that wait to be drawn."""
        return numbers_in(self.paths.pending)

    @property
    def status(self) -> Status:
        """The status of the job, which runs on for a while to answer the next request at once."""
        return status(self.paths)

    @property
    def result(self) -> dict[str, Any]:
        """How the job ended, see `read_result`; empty while there is no result."""
        return read_result(self.paths)

    def progress(self) -> Progress | None:
        """The progress of the job in requested images; None before its first report."""
        return single_stage_progress(read_progress(self.paths))

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines that the worker printed."""
        return last_lines(self.paths.log)[-lines:]
