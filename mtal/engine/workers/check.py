"""The worker of a check: `python -m mtal.engine.workers.check FOLDER` reads a data set once, leaves a report and thumbnails."""

import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from mtal.config import ConfigError, find, load_config
from mtal.datasets.checks.check import check
from mtal.datasets.dataset import DataError
from mtal.datasets.registry import DATASETS
from mtal.engine.rendering.label_previews import write_previews
from mtal.engine.rendering.thumbnails import write_thumbs
from mtal.runs.files import write_json
from mtal.runs.jobs.progress import append
from mtal.runs.jobs.stop import StopRequested, stop_if_asked
from mtal.runs.paths import DataPaths

STAGE = "load"
PAUSE_S = 0.5  # between two lines of progress


class Reporter:
    """Counts through several passes as one, writes it down now and then, and looks whether somebody wants a stop."""

    def __init__(self, paths: DataPaths, total: int) -> None:
        self._paths, self._total = paths, total
        self._written = -PAUSE_S

    def after(self, earlier: int) -> Callable[[int, int], None]:
        """A report for a pass that begins when `earlier` images are done."""
        return lambda done, _: self._say(earlier + done)

    def _say(self, done: int) -> None:
        stop_if_asked(self._paths)
        if done == self._total or time.monotonic() - self._written >= PAUSE_S:
            append(self._paths.progress, 0, STAGE, done, self._total)
            self._written = time.monotonic()


def run_check(paths: DataPaths) -> None:
    """Check, labels drawn, report, thumbnails. ConfigError or DataError if there is nothing to check."""
    config = load_config(paths.config)
    dataset = find(DATASETS, config.dataset, "data set").load(config)
    pool, validation = len(dataset.pool.ids), len(dataset.validation.ids)
    both = pool + validation
    reporter = Reporter(paths, total=2 * both)
    report = check(dataset, reporter.after(0))
    for name, split in (("pool", dataset.pool), ("validation", dataset.validation)):
        write_previews(split, dataset.tasks, report.splits[name]["sampled"], paths, name)
    write_json(paths.report, report.to_json())
    write_thumbs(dataset.pool, paths, "pool", reporter.after(both))
    write_thumbs(dataset.validation, paths, "validation", reporter.after(both + pool))


def main(folder: Path) -> None:
    """The whole life of the worker; the result is its last act."""
    paths = DataPaths(folder)
    paths.lock.write_text(str(os.getpid()))
    paths.progress.unlink(missing_ok=True)  # of an earlier check
    paths.began.touch()
    outcome, reason, trace = "finished", "", ""
    try:
        run_check(paths)
    except StopRequested:
        outcome, reason = "stopped", "asked to stop"
    except (ConfigError, DataError) as error:
        outcome, reason = "failed", str(error)
        print(reason, file=sys.stderr)
    except Exception as error:
        outcome, reason, trace = (
            "failed",
            f"{type(error).__name__}: {error}",
            traceback.format_exc(),
        )
        print(trace, file=sys.stderr)
    write_json(paths.result, {"outcome": outcome, "reason": reason, "traceback": trace})


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
