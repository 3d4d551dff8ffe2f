"""Device and disk space of this computer, found without loading torch."""

import os
import shutil
from pathlib import Path

from mtal.analysis.numbers import count
from mtal.config import Config
from mtal.runs.jobs.device import device_key
from mtal.ui.text import megabytes

LOW_BYTES = 5_000_000_000  # below this a long run may fill the disk


def device_text() -> str:
    """The device that a run with `device: auto` computes on."""
    key = device_key(Config())
    if key != "cpu":
        return f"GPU ({key})"
    return f"no GPU found, {count(os.cpu_count() or 1, 'CPU core')}"


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of a folder, which need not exist yet."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free


def disk_text(folder: Path) -> str:
    """Free disk space for runs, with a warning when it is little."""
    free = free_bytes(folder)
    text = f"{megabytes(free)} free"
    return f"{text}: little room, long runs may fail" if free < LOW_BYTES else text
