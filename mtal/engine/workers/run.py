"""The worker of a run: `python -m mtal.engine.workers.run FOLDER`, started by mtal.runs.jobs.launch, which hands it the run's lock.

It waits for its device before it loads torch, pandas or even the settings, so that sixty of them can wait; then it runs the
cycles, and writes how it ended as its last act. The word `--accept-data` after the folder is consent to go on though the data
changed.
"""

import os
import signal
import sys
import time
import traceback
from pathlib import Path

from mtal.runs.files import write_json
from mtal.runs.jobs.device import stored_device
from mtal.runs.jobs.queue import turn
from mtal.runs.jobs.start_log import ACCEPT_DATA
from mtal.runs.jobs.stop import StopRequested, stop_if_asked
from mtal.runs.paths import RunPaths, StorePaths


def main(folder: Path, accept_data: bool) -> int:
    """Exit code 0 if the run finished or was stopped."""
    job = RunPaths(folder)
    job.lock.write_text(f"{os.getpid()}\n")  # for `kill`; trusted only as long as the lock is held
    signal.signal(signal.SIGTERM, lambda *_: job.stop.touch())
    outcome = work(job, accept_data)
    seconds = (
        time.time() - job.began.stat().st_mtime if job.began.exists() else 0.0
    )  # without the wait before
    write_json(job.result, outcome | {"seconds": seconds})
    why = f": {outcome['reason']}" if outcome["reason"] and not outcome["traceback"] else ""
    print(f"{outcome['traceback']}{outcome['outcome']} after {seconds:.0f} s{why}", flush=True)
    return 1 if outcome["outcome"] == "failed" else 0


def work(job: RunPaths, accept_data: bool = False) -> dict[str, str]:
    """How it ended: outcome (finished, stopped, failed), reason, stage, traceback. The one place that catches everything."""
    stage = "queue"
    try:
        with turn(
            job,
            StorePaths(job.folder.parent),
            stored_device(job.config),
            check=lambda: stop_if_asked(job),
        ):
            from mtal.config import (
                ConfigError,
            )  # these are the heavy imports, so only when its turn has come
            from mtal.datasets.dataset import DataError
            from mtal.engine.cycle import run_cycles
            from mtal.engine.stage_timer import StageTimer
            from mtal.runs.store.run import Run

            run = Run(job.folder)
            watch = StageTimer(run, run.cycles_done())
            try:
                rule = run_cycles(run, watch, accept_data)
            except (ConfigError, DataError) as error:  # these say all that a person needs
                return _failed(error, watch.current, "")
            finally:
                stage = watch.current
    except StopRequested as stop:
        return {
            "outcome": "stopped",
            "reason": str(stop) or "somebody asked it to stop",
            "stage": stage,
            "traceback": "",
        }
    except Exception as error:
        return _failed(error, stage, traceback.format_exc())
    return {"outcome": "finished", "reason": rule, "stage": stage, "traceback": ""}


def _failed(error: Exception, stage: str, trace: str) -> dict[str, str]:
    return {
        "outcome": "failed",
        "reason": f"{type(error).__name__}: {error}",
        "stage": stage,
        "traceback": trace,
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), accept_data=ACCEPT_DATA in sys.argv[2:]))
