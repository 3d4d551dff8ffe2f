"""Start, stop and kill the worker of a job. Starting also resumes, and is safe to repeat."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mtal.config import MACHINE_FIELDS, Config, ConfigError, load_config
from mtal.locations import PACKAGE
from mtal.runs.files import atomic_write
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.jobs.start_log import ACCEPT_DATA, log_start
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import STORE_VARIABLE, JobPaths, RunPaths, StorePaths

WORKER = "mtal.engine.workers.run"  # named, not imported: the dashboard must not load the engine


def create(config: Config, store: StorePaths, name: str = "") -> RunPaths:
    """Create the folder of a run with its config. The same settings give the same folder.

    name: of the folder, if an earlier version named it otherwise. ConfigError if it cannot be
    written.
    """
    run = store.run(name or config.name)
    write_config(run, config)
    return run


def launch_run(config: Config, store: StorePaths, worker: str = WORKER, name: str = "") -> str:
    """Create a run and start its worker, unless it is finished or running; return what happened.

    name: as of `create`. ConfigError if the folder cannot be written.
    """
    run = create(config, store, name)
    before = status(run)
    if before is Status.FINISHED:
        return "finished already"
    kept = _kept_settings(run, config)
    # `start` decides; a look at the status first saves waiting for the lock
    if before.alive or not start(run, worker):
        return "at work already"
    return ("started" if before is Status.NEW else f"resumed (it was {before})") + kept


def _kept_settings(run: RunPaths, config: Config) -> str:
    """Name the machine settings of the first start that differ from a config; "" if none do."""
    first = load_config(run.config)
    kept = [
        name for name in sorted(MACHINE_FIELDS) if getattr(first, name) != getattr(config, name)
    ]
    return f"; it keeps its first setting of {', '.join(kept)}" if kept else ""


def write_config(job: JobPaths, config: Config) -> None:
    """Create the folder of a job and write its config, unless it has one already."""
    with writable(job.folder):
        job.folder.mkdir(parents=True, exist_ok=True)
        if not job.config.exists():
            with atomic_write(job.config) as file:
                file.write(config.to_json())


def start(job: JobPaths, worker: str = WORKER, accept_data: bool = False) -> bool:
    """Start or resume the worker of a job; False if one is running already.

    worker: module to run; accept_data: go on although the data have changed. The lock is taken
    here and inherited by the worker, so a started job is never seen without a worker; the kernel
    frees the lock however the worker ends. ConfigError if the folder cannot be written.
    """
    arguments = [ACCEPT_DATA] if accept_data else []
    with writable(job.folder), job.lock.open("a") as lock:
        if not take(lock, patience_s=0.5):
            return False
        lock.truncate(0)  # else `kill` could trust the pid of an earlier worker
        for file in (job.began, job.stop, job.result):
            file.unlink(missing_ok=True)
        log_start(job)
        with job.log.open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", worker, str(job.folder), *arguments],
                cwd=PACKAGE.parent,
                pass_fds=[lock.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C on the dashboard must not reach it
            )
    return True


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Turn an OSError of the block into a ConfigError that says what to do."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"cannot write in {folder}: {error.strerror or error}. Make room, or choose another "
            f"folder for runs with --runs or {STORE_VARIABLE}"
        ) from error


def request_stop(job: JobPaths) -> None:
    """Ask the worker to stop after the current step; complete cycles are kept."""
    job.stop.touch()


def kill(job: JobPaths) -> bool:
    """End the worker at once; False if there is none.

    The pid in the lock's file is trusted while the lock is held.
    """
    if not is_held(job.lock):
        return False
    text = job.lock.read_text()
    if not text.strip().isdigit():
        return False  # the worker has not written its pid yet
    try:
        os.killpg(int(text), signal.SIGKILL)  # the worker leads its own process group
    except ProcessLookupError:
        return False  # it has just ended by itself
    return True
