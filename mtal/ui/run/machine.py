"""What this computer has, found without loading torch."""

import os
import shutil
from pathlib import Path

from mtal.analysis.numbers import count
from mtal.config import Config
from mtal.runs.jobs.device import device_key
from mtal.ui.text import megabytes

LOW_BYTES = 5_000_000_000  # below this a long run may fill the disk


def device_text() -> str:
    """Where a run with `device: auto` will compute."""
    key = device_key(Config())
    return (
        f"GPU ({key})"
        if key != "cpu"
        else f"no GPU found, {count(os.cpu_count() or 1, 'CPU core')}"
    )


def free_bytes(folder: Path) -> int:
    """Room left where a folder is or would be."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def disk_text(folder: Path) -> str:
    """Room left for runs, with a warning in words when it is little."""
    free = free_bytes(folder)
    return f"{megabytes(free)} free" + (
        ": little room, long runs may fail" if free < LOW_BYTES else ""
    )
