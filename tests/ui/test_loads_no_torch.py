"""What every page needs must come without torch, whose import takes seconds: only the lists of names load it, when asked."""

import subprocess
import sys


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
