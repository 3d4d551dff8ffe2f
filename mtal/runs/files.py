"""Files that appear whole: written beside, then renamed, so a reader sees the old or the new and never a half."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any


@contextmanager
def whole_file(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Write a file that other processes see either not at all or complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(
        f".{path.name}.{os.getpid()}.{threading.get_ident()}"
    )  # two tabs are two threads of one process
    try:
        with beside.open(mode, encoding=None if "b" in mode else "utf-8") as file:
            yield file
        beside.replace(path)  # atomic within one file system
    finally:
        beside.unlink(missing_ok=True)  # only still there if the block above failed


def write_json(path: Path, value: Any) -> None:
    """Plain values as JSON; NaN is refused, since JSON has none."""
    with whole_file(path) as file:
        json.dump(value, file, indent=1, allow_nan=False)


def read_json(path: Path) -> Any:
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_shared(path: Path) -> Any:
    """The same, read again only when the file is another one; None if there is none. Shared: nobody may change it."""
    try:
        return _read(path, *version(path))
    except FileNotFoundError:
        return None


def version(path: Path) -> tuple[int, int, int]:
    """Numbers that tell a file from another that took its place. FileNotFoundError."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=64)
def _read(path: Path, *version: int) -> Any:
    return read_json(path)


def sha256_of(path: Path) -> str | None:
    """Of a file's bytes, 64 hex digits; None if it is not there (any more)."""
    if not path.is_file():
        return None
    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def last_lines(path: Path, size_bytes: int = 16_384) -> list[str]:
    """The complete lines at the end of a file that may be growing; empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            start = max(0, file.tell() - size_bytes)
            file.seek(start)
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    lines = text.splitlines(keepends=True)
    if start and lines:
        lines = lines[1:]  # the first is cut
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]
