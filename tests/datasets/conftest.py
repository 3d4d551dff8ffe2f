"""Fixtures of the data sets' tests."""

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
    """A correct NYUD_MT folder of four pool and two validation images, made for one test."""
    return write_nyud(tmp_path / "NYUD_MT")


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """Let the system refuse to open a file, or to look at anything in a folder; chmod would not stop root."""

    def refuse(path: Path, number: int = errno.EACCES) -> None:
        def guarded(real: Callable) -> Callable:
            def call(file, *words, **more):
                asked = Path(os.fsdecode(file)) if isinstance(file, str | os.PathLike) else Path()
                if path in asked.parents or (asked == path and real in opening):
                    raise OSError(number, os.strerror(number), str(asked))
                return real(file, *words, **more)

            return call

        opening = (io.open, builtins.open)
        for module, name in (
            (os, "stat"),
            (os, "lstat"),
            (os, "scandir"),
            (os, "listdir"),
            (io, "open"),
            (builtins, "open"),
        ):
            monkeypatch.setattr(module, name, guarded(getattr(module, name)))

    return refuse
