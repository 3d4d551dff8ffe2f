"""Fixtures of the data sets' tests."""
from pathlib import Path

import pytest

from tests.datasets.nyud_folder import write_nyud


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A correct NYUD_MT folder of four pool and two validation images, made for one test."""
    return write_nyud(tmp_path / "NYUD_MT")
