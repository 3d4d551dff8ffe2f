"""The worker of a run: `python -m mtal.engine.worker FOLDER`, started by mtal.runs.launch, which hands it the run's lock.

It waits for its device before it loads torch, runs the cycles, and writes how it ended as its last act. The word
`--accept-data` after the folder is consent to go on though the data changed.
"""
import os
import signal
import sys
import time
import traceback
from pathlib import Path

from mtal.config import ConfigError
from mtal.runs.device import device_key
from mtal.runs.files import write_json
from mtal.runs.launch import ACCEPT_DATA
from mtal.runs.queue import turn
from mtal.runs.run import Run
from mtal.runs.stop import StopRequested, stop_if_asked


def main(folder: Path, accept_data: bool) -> int:
    """Exit code 0 if the run finished or was stopped."""
    run = Run(folder)
    run.paths.lock.write_text(f"{os.getpid()}\n")           # for `kill`; trusted only as long as the lock is held
    signal.signal(signal.SIGTERM, lambda *_: run.paths.stop.touch())
    outcome = work(run, accept_data)
    seconds = time.time() - run.paths.began.stat().st_mtime if run.paths.began.exists() else 0.0    # without the wait before
    write_json(run.paths.result, outcome | {"seconds": seconds})
    why = f": {outcome['reason']}" if outcome["reason"] and not outcome["traceback"] else ""
    print(f"{outcome['traceback']}{outcome['outcome']} after {seconds:.0f} s{why}", flush=True)
    return 1 if outcome["outcome"] == "failed" else 0


def work(run: Run, accept_data: bool = False) -> dict[str, str]:
    """How it ended: outcome (finished, stopped, failed), reason, stage, traceback. The one place that catches everything."""
    stage = "queue"
    try:
        with turn(run.paths, run.store, device_key(run.config), check=lambda: stop_if_asked(run.paths)):
            from mtal.datasets.dataset import DataError
            from mtal.engine.cycle import run_cycles  # loads torch, so only when its turn has come
            from mtal.engine.watch import Watch

            watch = Watch(run, run.cycles_done())
            try:
                rule = run_cycles(run, watch, accept_data)
            except (ConfigError, DataError) as error:       # these say all that a person needs
                return _failed(error, watch.current, "")
            finally:
                stage = watch.current
    except StopRequested as stop:
        return {"outcome": "stopped", "reason": str(stop) or "somebody asked it to stop", "stage": stage, "traceback": ""}
    except Exception as error:
        return _failed(error, stage, traceback.format_exc())
    return {"outcome": "finished", "reason": rule, "stage": stage, "traceback": ""}


def _failed(error: Exception, stage: str, trace: str) -> dict[str, str]:
    return {"outcome": "failed", "reason": f"{type(error).__name__}: {error}", "stage": stage, "traceback": trace}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), accept_data=ACCEPT_DATA in sys.argv[2:]))
