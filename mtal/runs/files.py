"""Files of runs: atomic writes, JSON, cached reads, checksums and the ends of growing files."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any


@contextmanager
def atomic_write(path: Path, mode: str = "w", *, durable: bool = False) -> Iterator[IO[Any]]:
    """Open a file for writing that other processes see either not at all or complete.

    durable: also after a power cut. The content is forced onto the disk before the file appears,
    which can take milliseconds, too much for the thumbnails of a check.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # two tabs of the dashboard are two threads of one process
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with temporary.open(mode, encoding=None if "b" in mode else "utf-8") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)  # atomic within one file system
        if durable:
            force_to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)  # it still exists if the block above failed


def force_to_disk(path: Path) -> None:
    """Force a file's content, or a folder's list of files, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link_file(source: Path, path: Path) -> None:
    """Let `path` be the same file as `source`, or a copy of it where the disk has no links."""
    if path.exists() and path.samefile(source):
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    temporary.unlink(missing_ok=True)
    try:
        temporary.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, temporary)
    temporary.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write plain values as JSON, atomically and durably. ValueError for NaN, which JSON lacks."""
    with atomic_write(path, durable=True) as file:
        json.dump(value, file, indent=1, allow_nan=False)


def read_json(path: Path) -> Any:
    """Read a JSON file. FileNotFoundError; ValueError if it is not JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_cached(path: Path) -> Any:
    """Read a JSON file, from memory unless the file was replaced; None if there is none.

    The value is shared with other readers: do not change it.
    """
    try:
        return _read(path, *file_version(path))
    except FileNotFoundError:
        return None


def file_version(path: Path) -> tuple[int, int, int]:
    """Inode, size and time of a file, which change when it is replaced. FileNotFoundError."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=64)
def _read(path: Path, *version: int) -> Any:
    return read_json(path)


def numbers_in(folder: Path) -> set[int]:
    """The numbers that files or folders in a folder are named after; empty if there is no folder.

    Unfinished folders have a dot in front and do not count.
    """
    if not folder.is_dir():
        return set()
    return {int(path.name) for path in folder.iterdir() if path.name.isdecimal()}


def sha256_of(path: Path) -> str | None:
    """Checksum of a file, 64 hex digits; None if there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def last_lines(path: Path, size_bytes: int = 16_384) -> list[str]:
    """The complete lines within the last bytes of a file that may be growing; [] if none."""
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
