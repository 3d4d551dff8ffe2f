"""Fixtures for the tests of data sets."""

import builtins
import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.datasets.nyud_folder import write_nyud


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A correct NYUD_MT folder of four pool and two validation images, for one test."""
    return write_nyud(tmp_path / "NYUD_MT")


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """Let the system refuse to open a file, or to look at anything in a folder.

    chmod would not stop root.
    """

    def refuse(path: Path, number: int = errno.EACCES) -> None:
        opening = (io.open, builtins.open)

        def guarded(real: Callable) -> Callable:
            def call(file, *args, **options):
                target = Path(os.fsdecode(file)) if isinstance(file, str | os.PathLike) else Path()
                if path in target.parents or (target == path and real in opening):
                    raise OSError(number, os.strerror(number), str(target))
                return real(file, *args, **options)

            return call

        looking = [(os, name) for name in ("stat", "lstat", "scandir", "listdir")]
        for module, name in (*looking, (io, "open"), (builtins, "open")):
            monkeypatch.setattr(module, name, guarded(getattr(module, name)))

    return refuse
