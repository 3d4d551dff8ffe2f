"""Modules that every page needs import no torch, which takes seconds; only `catalog` does, late."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_jobs_and_results_load_no_torch():
    code = (
        "import sys; from mtal.ui import inputs, live, loaders, text; "
        "from mtal.runs.store import failures; from mtal.ui.launch import start; "
        "from mtal.ui.components import run_cards; from mtal.ui.run import job_list, machine; "
        "sys.exit('torch' in sys.modules)"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, timeout=60, check=False
        ).returncode
        == 0
    )
