"""Arrays that the runs of a store share: a file that the first run to need it writes.

Files appear complete. A process that ends at any moment leaves at most a hidden one behind, which
the next writer deletes. They can be deleted while no run is going, and are computed again.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from mtal.runs.files import atomic_write
from mtal.runs.jobs.lock import take

WAIT_S = 0.5  # between two looks whether another process is done


def shared_array(
    path: Path,
    lock_path: Path,
    shape: tuple[int, ...],
    dtype: np.dtype,
    parts: Callable[[], Iterator[np.ndarray]],
    wait: Callable[[], None],
) -> np.ndarray:
    """Map an array from its file, read-only; write it first unless another process did.

    lock_path: held while the file is written.
    parts: computes its rows, in order and in parts.
    wait: called again and again while another process writes the file; may raise.
    OSError if there is no room to write it.
    """
    array = _mapped(path, shape, dtype)
    if array is not None:
        return array
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock_path.open("a") as lock:
        while not take(lock, WAIT_S):
            wait()
        array = _mapped(path, shape, dtype)  # another process may have written it meanwhile
        if array is None:
            for left_over in path.parent.glob(f".{path.name}.*"):
                left_over.unlink()
            _write(path, shape, dtype, parts())
            array = _mapped(path, shape, dtype)
    assert array is not None
    return array


def _mapped(path: Path, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray | None:
    """Map a file; None if there is none, or none of this form."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError):
        return None
    return array if array.shape == shape and array.dtype == dtype else None


def _write(
    path: Path, shape: tuple[int, ...], dtype: np.dtype, parts: Iterator[np.ndarray]
) -> None:
    """Write part by part, through a file and not through memory: a full disk is an OSError."""
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    with atomic_write(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for part in parts:
            file.write(np.ascontiguousarray(part, dtype).data)
        file.flush()
        os.fsync(file.fileno())  # after a power cut zeros would pass for features
