"""Start, stop and kill the worker of a job. Start and resume are one; both are safe to repeat."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mtal.config import MACHINE_FIELDS, Config, ConfigError, load_config
from mtal.locations import PACKAGE
from mtal.runs.files import whole_file
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.jobs.start_log import ACCEPT_DATA, note_start
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import STORE_VARIABLE, JobPaths, RunPaths, StorePaths

WORKER = "mtal.engine.workers.run"  # named, never imported: the dashboard must not load the engine


def create(config: Config, store: StorePaths) -> RunPaths:
    """The folder of a run, with its config. Asking twice makes one: its name is a hash of the settings."""
    run = store.run(config.name)
    ask(run, config)
    return run


def begin(config: Config, store: StorePaths, worker: str = WORKER) -> str:
    """Make the run's folder, start its worker unless it is done or at work, and say which."""
    run = create(config, store)
    was = status(run)
    if was is Status.FINISHED:
        return "finished already"
    kept = _kept(run, config)
    if was.alive or not start(run, worker):  # `start` decides; asking first only saves its patience
        return "at work already"
    return ("started" if was is Status.NEW else f"resumed (it was {was})") + kept


def _kept(run: RunPaths, asked: Config) -> str:
    """The machine settings that a run keeps from its first start, where other ones were asked for now."""
    first = load_config(run.config)
    kept = [name for name in sorted(MACHINE_FIELDS) if getattr(first, name) != getattr(asked, name)]
    return f"; it keeps its first setting of {', '.join(kept)}" if kept else ""


def ask(job: JobPaths, config: Config) -> None:
    """Write down what the job is about, unless it is written already."""
    with writable(job.folder):
        job.folder.mkdir(parents=True, exist_ok=True)
        if not job.config.exists():
            with whole_file(job.config) as file:
                file.write(config.to_json())


def start(job: JobPaths, worker: str = WORKER, accept_data: bool = False) -> bool:
    """Start or resume the worker of a job. False if one is at work already. With `accept_data` also on changed data.

    The lock is taken here and inherited by the worker, so a job that was started is never seen as dead; the kernel frees
    the lock however the worker ends.
    """
    with writable(job.folder), job.lock.open("a") as lock:
        if not take(lock, patience_s=0.5):
            return False
        lock.truncate(0)  # else `kill` could trust the pid of an earlier worker
        for left_over in (job.began, job.stop, job.result):
            left_over.unlink(missing_ok=True)
        note_start(job)
        with job.log.open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", worker, str(job.folder), *[ACCEPT_DATA] * accept_data],
                cwd=PACKAGE.parent,
                pass_fds=[lock.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )  # Ctrl-C on the dashboard must not reach it
    return True


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """A full or read-only disk, said as a person can use it."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"cannot write in {folder}: {error.strerror or error}. Make room, or choose another folder for "
            f"runs with --runs or {STORE_VARIABLE}"
        ) from error


def request_stop(job: JobPaths) -> None:
    """Ask the worker to stop after the step in hand; what is complete stays."""
    job.stop.touch()


def kill(job: JobPaths) -> bool:
    """End the worker at once; False if there is none. Its pid is trusted exactly as long as the lock is held."""
    if not is_held(job.lock):
        return False
    text = job.lock.read_text()
    if not text.strip().isdigit():
        return False  # it has not come as far as writing its pid
    try:
        os.killpg(int(text), signal.SIGKILL)  # the worker leads its own process group
    except ProcessLookupError:
        return False  # it ended by itself in this very moment
    return True
