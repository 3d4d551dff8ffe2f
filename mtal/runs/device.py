"""Which device a run will compute on, found without loading torch, so that a waiting worker stays small."""
import os
from pathlib import Path

from mtal.config import Config


def device_key(config: Config) -> str:
    """`cpu`, `cpu:N` or `cuda:N`: runs with the same one wait for each other. `auto` is the first visible GPU where the driver
    shows one."""
    if config.device == "auto":
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}
        return "cuda:0" if any(Path("/dev").glob("nvidia[0-9]*")) and not hidden else "cpu"
    return "cuda:0" if config.device == "cuda" else config.device
