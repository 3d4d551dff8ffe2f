"""Fixtures that tests of several packages use."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mtal.runs.paths import StorePaths

SHARED = Path(__file__).parents[2] / "shared"               # packed photographs, where a workplace has them


@pytest.fixture
def empty_store(tmp_path: Path) -> StorePaths:
    """A store without runs."""
    return StorePaths(tmp_path)


@pytest.fixture(scope="session")
def nyud_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real photographs in the NYUD_MT layout: what MTAL_NYUD names, or 40 unpacked at 120x160; skips where there are none."""
    named = os.environ.get("MTAL_NYUD", "")
    if named and (Path(named) / "images").is_dir():
        return Path(named)
    packed, tool = SHARED / "data" / "nyud", SHARED / "tools" / "make_nyud_mt.py"
    if not (packed / "images").is_dir() or not tool.exists():
        pytest.skip("no NYU images here; set MTAL_NYUD to a folder NYUD_MT")
    out = tmp_path_factory.mktemp("real") / "NYUD_MT"
    command = [sys.executable, tool, packed, out, "--size", "120x160", "--limit", "40", "--val", "10"]
    subprocess.run(command, check=True, capture_output=True)
    return out
