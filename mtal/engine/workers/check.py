"""The worker of a check: `python -m mtal.engine.workers.check FOLDER`.

It reads a data set once, and leaves a report, coloured labels and thumbnails.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from mtal.config import find, load_config
from mtal.datasets.checks.check import check
from mtal.datasets.registry import DATASETS
from mtal.datasets.sequences import find_sequences
from mtal.engine.rendering.label_previews import write_previews
from mtal.engine.rendering.thumbnails import write_thumbnails
from mtal.runs.files import write_json
from mtal.runs.jobs.outcome import run_job
from mtal.runs.jobs.progress import append
from mtal.runs.jobs.stop import stop_if_asked, stop_when_terminated
from mtal.runs.paths import DataPaths

STAGE = "load"
PAUSE_S = 0.5  # between two lines of progress


class Reporter:
    """Counts several passes as one stage and reports now and then; StopRequested if asked to."""

    def __init__(self, paths: DataPaths, total: int) -> None:
        self._paths, self._total = paths, total
        self._written = -PAUSE_S

    def after(self, earlier: int) -> Callable[[int, int], None]:
        """Make the report of a pass that begins when `earlier` images are done."""
        return lambda done, _: self._report(earlier + done)

    def _report(self, done: int) -> None:
        stop_if_asked(self._paths)
        if done == self._total or time.monotonic() - self._written >= PAUSE_S:
            append(self._paths.progress, 0, STAGE, done, self._total)
            self._written = time.monotonic()


def run_check(paths: DataPaths) -> str:
    """Check the data, draw labels, write the report, make thumbnails; returns "".

    ConfigError or DataError if there is nothing to check.
    """
    config = load_config(paths.config)
    dataset = find_sequences(find(DATASETS, config.dataset, "data set").load(config), config)
    pool, validation = len(dataset.pool.ids), len(dataset.validation.ids)
    images = pool + validation
    reporter = Reporter(paths, total=2 * images)
    report = check(dataset, reporter.after(0))
    for name, split in (("pool", dataset.pool), ("validation", dataset.validation)):
        write_previews(split, dataset.tasks, report.splits[name]["sampled"], paths, name)
    write_json(paths.report, report.to_json())
    write_thumbnails(dataset.pool, paths, "pool", reporter.after(images))
    write_thumbnails(dataset.validation, paths, "validation", reporter.after(images + pool))
    return ""


def main(folder: Path) -> None:
    """Check a data folder and write the result."""
    paths = DataPaths(folder)
    paths.progress.unlink(missing_ok=True)  # of an earlier check
    paths.began.touch()
    run_job(paths, lambda: run_check(paths))


if __name__ == "__main__":
    job_folder = Path(sys.argv[1]).absolute()
    stop_when_terminated(DataPaths(job_folder))
    main(job_folder)
