"""Who is at work: a kernel lock on a file, held by the worker and freed however it ends. Linux or macOS, local disk, not NFS."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO, Any


def take(lock: IO[Any] | int, patience_s: float) -> bool:
    """Take the exclusive lock; False if another holds it. Waits out readers, who hold it for microseconds."""
    give_up = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > give_up:
                return False
            time.sleep(0.01)


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock. Right even after kill -9, a crash or a reboot."""
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def inherited(path: Path) -> int | None:
    """The descriptor by which this process was handed a lock when it was started; None if it was not."""
    for place in Path("/dev/fd").iterdir():  # Linux and macOS
        try:
            if os.path.samestat(os.fstat(int(place.name)), path.stat()):
                return int(place.name)
        except OSError:  # the one by which the folder itself was read
            continue
    return None


def free(lock: int) -> None:
    """Let go of an inherited lock before the process ends."""
    fcntl.flock(lock, fcntl.LOCK_UN)
