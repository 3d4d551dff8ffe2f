"""Kernel lock on a file: held by a worker while it lives, and freed however it ends.

On Linux and macOS, on a local disk, not on NFS.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import IO, Any


def take(lock: IO[Any] | int, patience_s: float) -> bool:
    """Take the exclusive lock; False if another process holds it.

    Waits for up to `patience_s`, because `is_held` takes the lock for microseconds.
    """
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
    """Whether a living process holds the lock; correct even after kill -9, a crash or a reboot."""
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def inherited(path: Path) -> int | None:
    """Find the descriptor of a lock that this process inherited when it was started; else None."""
    for entry in Path("/dev/fd").iterdir():  # Linux and macOS
        descriptor = int(entry.name)
        try:
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except OSError:  # the descriptor by which the folder itself was read
            continue
    return None


def free(lock: int) -> None:
    """Release an inherited lock before the process ends."""
    fcntl.flock(lock, fcntl.LOCK_UN)
