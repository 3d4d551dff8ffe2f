"""The device that a run will compute on, found without torch: a waiting worker stays small."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mtal.runs.files import read_json

if TYPE_CHECKING:  # pydantic takes as much memory as the rest of a waiting worker
    from mtal.config import Config


def device_key(config: "Config") -> str:
    """Name the device of a run: `cpu`, `cpu:N` or `cuda:N`. Runs with the same key take turns.

    `auto` is the first visible GPU where the driver shows one, else the CPU.
    """
    return _key(config.device)


@lru_cache(maxsize=4096)  # a run's config never changes, and every waiting worker asks often
def stored_device(config: Path) -> str:
    """Name the device of a config file as `device_key` does; "" if the file is damaged.

    So a damaged run blocks no other.
    """
    try:
        key = _key(read_json(config).get("device", "auto"))
    except (OSError, ValueError, AttributeError):  # ValueError: not JSON, or not UTF-8
        return ""
    return key if isinstance(key, str) and re.fullmatch(r"cpu(:\d+)?|cuda:\d+", key) else ""


def _key(device: str) -> str:
    if device == "auto":
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}
        return "cuda:0" if any(Path("/dev").glob("nvidia[0-9]*")) and not hidden else "cpu"
    return "cuda:0" if device == "cuda" else device
