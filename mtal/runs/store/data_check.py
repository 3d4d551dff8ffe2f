"""What is known about one data folder: its check and its thumbnails, read from disk. Loads no torch and no data set."""

from pathlib import Path
from typing import Any

from mtal.config import Config
from mtal.runs.files import last_lines, read_json, read_shared, whole_file
from mtal.runs.jobs.launch import start
from mtal.runs.jobs.lock import is_held
from mtal.runs.jobs.progress import Progress, progress
from mtal.runs.jobs.progress_reader import heard
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import StorePaths

WORKER = "mtal.engine.workers.check"  # named, never imported


class DataFolder:
    """One data folder. `folder` is what `Dataset.folder` says, so that every run of the same images finds the same check."""

    def __init__(self, store: StorePaths, dataset: str, folder: str) -> None:
        self.paths = store.data(dataset, folder)
        self.dataset, self.folder = dataset, folder

    def __repr__(self) -> str:
        return f"DataFolder({self.dataset}, {self.folder})"

    @property
    def status(self) -> Status:
        """How the check stands."""
        return status(self.paths)

    def report(self) -> dict[str, Any] | None:
        """The last complete report, of the form of `mtal.datasets.checks.report.Report`; None before the first.

        Shared: do not change it.
        """
        found: dict[str, Any] | None = read_shared(self.paths.report)
        return found

    @property
    def result(self) -> dict[str, Any]:
        """Keys: outcome, reason, traceback. Empty while there is none."""
        return read_json(self.paths.result) if self.paths.result.exists() else {}

    def progress(self) -> Progress | None:
        """How far the last check is; None before its first line. Images count twice: once checked, once drawn small."""
        now = heard(self.paths)
        return progress(now, [{now.last["stage"]: now.last["total"]}] if now.last else [])

    def log_tail(self, lines: int = 20) -> list[str]:
        """The end of what the checker printed."""
        return last_lines(self.paths.log)[-lines:]

    def start_check(self, config: Config) -> bool:
        """Check the folder of a config (again). False if a check is at work already."""
        if is_held(self.paths.lock):
            return False
        with whole_file(
            self.paths.config
        ) as file:  # not `ask`: a later check may ask for other tasks
            file.write(config.to_json())
        return start(self.paths, worker=WORKER)

    def thumb(self, split: str, image: str) -> Path:
        """A small JPEG of an image of "pool" or "validation", by its id; it may not exist yet."""
        return self.paths.thumb(split, image)

    def preview(self, split: str, image: str, what: str) -> Path:
        """A PNG of a sampled image ("image") or of its label for a task, by the image's id; it may not exist."""
        return self.paths.preview(split, image, what)
