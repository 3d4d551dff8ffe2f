"""What a cycle measured and picked, with the kinds of values that readers rely on."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from mtal.runs.damage import DamagedFile, read_array, read_object, reading
from mtal.runs.files import file_version

CYCLES = 8192  # of about a thousand runs are kept in memory


class CycleResult(BaseModel):
    """The keys that every version writes; a metric without a valid pixel is None."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, strict=True)

    images: int
    labels: int
    percent: float
    loss: float | None
    metrics: dict[str, float | None]
    task_losses: dict[str, float | None]
    seconds: dict[str, float]


def read_result_of(path: Path) -> dict[str, Any]:
    """Read metrics.json, from memory unless it was replaced. DamagedFile if it is not whole.

    The value is shared with other readers: do not change it.
    """
    return _read(path, *_version(path))


def read_pick(path: Path, images: int, tasks: int) -> np.ndarray:
    """Read pick.npy, (K, 2) pairs (image, task) below the limits, from memory as above.

    DamagedFile if it is missing, cut, or names what the run does not have.
    """
    return _read_pick(path, images, tasks, *_version(path))


def _version(path: Path) -> tuple[int, int, int]:
    try:
        return file_version(path)
    except OSError:
        raise DamagedFile(path, "there is no such file") from None


@lru_cache(maxsize=CYCLES)
def _read_pick(path: Path, images: int, tasks: int, *version: int) -> np.ndarray:
    pairs = read_array(path)
    with reading(path):
        if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
            raise ValueError(f"pairs (image, task) were expected, not {pairs.shape}")
        if len(pairs) and (pairs.min() < 0 or (pairs.max(axis=0) >= (images, tasks)).any()):
            raise ValueError("it names an image or a task that the run does not have")
    return pairs


@lru_cache(maxsize=CYCLES)
def _read(path: Path, *version: int) -> dict[str, Any]:
    result = read_object(path)
    try:
        CycleResult.model_validate(result)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise DamagedFile(path, f"{name}: {first['msg']}") from None
    return result
