"""The worker of a run: `python -m mtal.engine.workers.run FOLDER`.

Started by mtal.runs.jobs.launch, which hands it the run's lock. It waits for its device before it
loads torch, pandas or even the settings, so that sixty workers can wait at once; then it runs the
cycles. `--accept-data` after the folder: go on although the data changed.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mtal.runs.jobs.device import stored_device
from mtal.runs.jobs.outcome import Outcome, run_job
from mtal.runs.jobs.queue import turn
from mtal.runs.jobs.start_log import ACCEPT_DATA
from mtal.runs.jobs.stop import stop_if_asked, stop_when_terminated
from mtal.runs.paths import RunPaths, StorePaths

if TYPE_CHECKING:
    from mtal.engine.stage_timer import StageTimer


def main(folder: Path, accept_data: bool) -> int:
    """Run the cycles and return the exit code: 0 if the run finished or was stopped."""
    paths = RunPaths(folder)
    stop_when_terminated(paths)
    return 1 if work(paths, accept_data).outcome == "failed" else 0


def work(paths: RunPaths, accept_data: bool = False) -> Outcome:
    """Wait for the device and run the cycles; result.json also names the stage that came last."""
    timer: StageTimer | None = None

    def run_in_turn() -> str:
        nonlocal timer
        store, device = StorePaths(paths.folder.parent), stored_device(paths.config)
        with turn(paths, store, device, check=lambda: stop_if_asked(paths)):
            # heavy imports, so only when the device is free
            from mtal.engine.cycle import run_cycles
            from mtal.engine.stage_timer import StageTimer
            from mtal.runs.store.run import Run

            run = Run(paths.folder)
            timer = StageTimer(run, run.cycles_done())
            return run_cycles(run, timer, accept_data)

    return run_job(paths, run_in_turn, lambda: {"stage": timer.current if timer else "queue"})


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), accept_data=ACCEPT_DATA in sys.argv[2:]))
