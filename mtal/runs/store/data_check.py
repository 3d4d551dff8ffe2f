"""DataFolder: the check and the thumbnails of one data folder, read from disk.

Imports neither torch nor the data sets.
"""

from pathlib import Path
from typing import Any

from mtal.config import Config
from mtal.runs.files import atomic_write, last_lines, read_cached
from mtal.runs.jobs.launch import start
from mtal.runs.jobs.lock import is_held
from mtal.runs.jobs.outcome import read_result
from mtal.runs.jobs.progress import Progress, single_stage_progress
from mtal.runs.jobs.progress_reader import read_progress
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import StorePaths

WORKER = "mtal.engine.workers.check"  # named, never imported


class DataFolder:
    """One data folder in a store.

    folder: as in `Dataset.folder`, so that all runs of the same images share one check.
    """

    def __init__(self, store: StorePaths, dataset: str, folder: str) -> None:
        self.paths = store.data(dataset, folder)
        self.dataset, self.folder = dataset, folder

    def __repr__(self) -> str:
        return f"DataFolder({self.dataset}, {self.folder})"

    @property
    def status(self) -> Status:
        """The status of the check."""
        return status(self.paths)

    def report(self) -> dict[str, Any] | None:
        """The last complete report, a `mtal.datasets.checks.report.Report` as JSON values.

        None before the first check is complete. Shared with other readers: do not change it.
        """
        report: dict[str, Any] | None = read_cached(self.paths.report)
        return report

    @property
    def result(self) -> dict[str, Any]:
        """How the job ended, see `read_result`; empty while there is no result."""
        return read_result(self.paths)

    def progress(self) -> Progress | None:
        """The progress of the last check; None before its first report.

        Every image counts twice: once when it is checked, once when its thumbnail is made.
        """
        return single_stage_progress(read_progress(self.paths))

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines that the checker printed."""
        return last_lines(self.paths.log)[-lines:]

    def start_check(self, config: Config) -> bool:
        """Start a check of the folder with a config. False if a check is running already."""
        if is_held(self.paths.lock):
            return False
        # not `write_config`, which keeps an earlier config: this check may be of other tasks
        with atomic_write(self.paths.config) as file:
            file.write(config.to_json())
        return start(self.paths, worker=WORKER)

    def thumbnail(self, split: str, image: str) -> Path:
        """The small JPEG of an image of "pool" or "validation", by its id; it may not exist yet."""
        return self.paths.thumbnail(split, image)

    def preview(self, split: str, image: str, layer: str) -> Path:
        """The PNG of an image (layer "image") or of its label (layer = task); it may not exist."""
        return self.paths.preview(split, image, layer)
