"""Damaged files of a run: one reader for all, and an error that names the file and the way out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from mtal.errors import UserError
from mtal.runs.files import read_json

LONGEST = 120  # characters of a reason
# What readers raise for a file that is empty, cut, or holds something else. pyarrow's errors are
# ValueErrors and OSErrors, and so are those of JSON, of UTF-8 and of NumPy.
UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    BadZipFile,
    RecursionError,
    MemoryError,
)


class DamagedFile(UserError):
    """A file of a run that is missing, cut or of another kind."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be read ({reason}). {way_out(path)}")


def way_out(path: Path) -> str:
    """Say what to do about a damaged file: put it back, or let the run do its cycle again."""
    cycles = [parent for parent in path.parents if parent.parent.name == "cycles"]
    if cycles:
        return (
            f"Put it back from a copy; or move {cycles[0]} and all later cycles away and resume "
            "the run, which goes on after its last whole cycle"
        )
    return "Put it back from a copy, or move the run's folder out of the store"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever the block raises about the content of a file into DamagedFile."""
    try:
        yield
    except DamagedFile:
        raise
    except FileNotFoundError:
        raise DamagedFile(path, "there is no such file") from None
    except UNREADABLE as error:
        raise DamagedFile(path, _reason(error, path)) from error


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object. DamagedFile if it is missing, or holds anything else."""
    with reading(path):
        value = read_json(path)
        if not isinstance(value, dict):
            raise ValueError(f"a JSON object was expected, not {type(value).__name__}")
        return value


def read_table(path: Path) -> pd.DataFrame:
    """Read a table. DamagedFile if it is missing or cut."""
    with reading(path):
        return pd.read_parquet(path)


def read_array(path: Path, mapped: bool = False) -> np.ndarray:
    """Read an array; mapped: without loading it. DamagedFile if it is missing or cut."""
    with reading(path):
        array = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("an array was expected")
        return array


def _reason(error: BaseException, path: Path) -> str:
    """What went wrong, in a line that names no path a second time."""
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "it is no JSON"
    if isinstance(error, KeyError):
        return f"it lacks {error.args[0]!r}" if error.args else "it lacks a key"
    text = " ".join(str(getattr(error, "strerror", None) or error).split())
    text = text.replace(f"'{path}'", "it").replace(str(path), "it")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
