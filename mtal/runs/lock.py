"""Who is at work: a kernel lock on a file, held by the worker and freed however it ends. Linux or macOS, local disk, not NFS."""
import fcntl
import time
from pathlib import Path
from typing import IO, Any


def take(lock: IO[Any], patience_s: float) -> bool:
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
