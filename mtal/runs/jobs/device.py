"""Which device a run will compute on, found without loading torch, so that a waiting worker stays small."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mtal.runs.files import read_json

if TYPE_CHECKING:  # the settings' classes take as much memory as the rest of a waiter
    from mtal.config import Config


def device_key(config: "Config") -> str:
    """`cpu`, `cpu:N` or `cuda:N`: runs with the same one wait for each other. `auto` is the first visible GPU where the driver
    shows one."""
    return _key(config.device)


@lru_cache(maxsize=4096)  # a run's config never changes, and every waiter asks often
def stored_device(config: Path) -> str:
    """The same for the config file of a run; "" if it is damaged, so that it stands in nobody's way."""
    try:
        key = _key(read_json(config).get("device", "auto"))
    except (
        OSError,
        ValueError,
        AttributeError,
    ):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        return ""
    return key if isinstance(key, str) and re.fullmatch(r"cpu(:\d+)?|cuda:\d+", key) else ""


def _key(device: str) -> str:
    if device == "auto":
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}
        return "cuda:0" if any(Path("/dev").glob("nvidia[0-9]*")) and not hidden else "cpu"
    return "cuda:0" if device == "cuda" else device
