"""Start, stop and kill the worker of a job. Start and resume are one; both are safe to repeat."""
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mtal.config import Config, ConfigError
from mtal.runs.files import whole_file
from mtal.runs.lock import is_held, take
from mtal.runs.paths import STORE_VARIABLE, JobPaths, RunPaths, StorePaths
from mtal.runs.starts import note_start

WORKER = "mtal.engine.worker"                               # named, never imported: the dashboard must not load the engine
ACCEPT_DATA = "--accept-data"                               # said to the worker; a word, so that the consent is for one start
ROOT = Path(__file__).parents[2]


def create(config: Config, store: StorePaths) -> RunPaths:
    """The folder of a run, with its config. Asking twice makes one: its name is a hash of the settings."""
    run = store.run(config.name)
    ask(run, config)
    return run


def ask(job: JobPaths, config: Config) -> None:
    """Write down what the job is about, unless it is written already."""
    with _writable(job):
        job.folder.mkdir(parents=True, exist_ok=True)
        if not job.config.exists():
            with whole_file(job.config) as file:
                file.write(config.to_json())


def start(job: JobPaths, worker: str = WORKER, accept_data: bool = False) -> bool:
    """Start or resume the worker of a job. False if one is at work already. With `accept_data` also on changed data.

    The lock is taken here and inherited by the worker, so a job that was started is never seen as dead; the kernel frees
    the lock however the worker ends.
    """
    with _writable(job), job.lock.open("a") as lock:
        if not take(lock, patience_s=0.5):
            return False
        lock.truncate(0)                                    # else `kill` could trust the pid of an earlier worker
        for left_over in (job.began, job.stop, job.result):
            left_over.unlink(missing_ok=True)
        note_start(job)
        with job.log.open("ab") as log:
            subprocess.Popen([sys.executable, "-m", worker, str(job.folder), *[ACCEPT_DATA] * accept_data], cwd=ROOT,
                             pass_fds=[lock.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                             start_new_session=True)        # Ctrl-C on the dashboard must not reach it
    return True


@contextmanager
def _writable(job: JobPaths) -> Iterator[None]:
    """A full or read-only disk, said as a person can use it."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"cannot write in {job.folder}: {error.strerror or error}. Make room, or choose another folder for "
                          f"runs with --runs or {STORE_VARIABLE}") from error


def request_stop(job: JobPaths) -> None:
    """Ask the worker to stop after the step in hand; what is complete stays."""
    job.stop.touch()


def kill(job: JobPaths) -> bool:
    """End the worker at once; False if there is none. Its pid is trusted exactly as long as the lock is held."""
    if not is_held(job.lock):
        return False
    text = job.lock.read_text()
    if not text.strip().isdigit():
        return False                                        # it has not come as far as writing its pid
    try:
        os.killpg(int(text), signal.SIGKILL)                # the worker leads its own process group
    except ProcessLookupError:
        return False                                        # it ended by itself in this very moment
    return True
