"""Time the rerun of each page on a finished run: its whole script, as after a click, no browser.

MTAL_RUNS=... python -m benchmarks.pages [--run NAME] [--rounds 7]
"""

import argparse
import statistics
import time
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths, default_store
from mtal.runs.store.index import all_runs

PAGES = ("home", "data", "launch", "jobs", "run", "batch", "inspect", "map", "curves", "help")


def main() -> None:
    """Print a line per page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", help="name of a finished run; the newest with a batch if left out")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    PagesManager.uses_pages_directory = False  # as app.py's navigation sets it in a real server
    runs = [run for run in all_runs(StorePaths(default_store())) if run.status is Status.FINISHED]
    run = next(
        run
        for run in runs
        if run.name == args.run or (not args.run and run.embedding(0) is not None)
    )
    images = len(run.facts.pool)
    for page in PAGES:
        app = AppTest.from_file(str(Path(__file__).parents[1] / "app.py"), default_timeout=120)
        app.query_params["run"] = run.name
        app.query_params["cycle"] = "0"
        app = app.run() if page == "home" else app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, page
        times = []
        for _ in range(args.rounds):
            began = time.perf_counter()
            app.run()
            times.append(time.perf_counter() - began)
        print(
            f"{page:8s} rerun {statistics.median(times):.3f} s (longest {max(times):.3f}), "
            f"run of {images} pool images, "
            f"{run.cycles_done()} cycles, {len(runs)} finished runs in the store"
        )


if __name__ == "__main__":
    main()
