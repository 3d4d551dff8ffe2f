"""The demo: a run of ours that joins the example under the same protocol."""

from typing import NamedTuple

from mtal.runs.example.install import add_example, join, live_cell
from mtal.runs.example.protocol import OURS
from mtal.runs.jobs.launch import launch_run
from mtal.runs.paths import StorePaths


class Started(NamedTuple):
    """The run of the demo, and what became of it: `started`, `at work already` and so on."""

    run: str
    message: str


def start_demo(store: StorePaths, data_folder: str) -> Started:
    """Add the example, and start the run; one that was begun earlier goes on.

    data_folder: as of `add_example`. ConfigError as `add_example` and `launch_run`.
    """
    example = add_example(store, data_folder)
    cell = live_cell(example, OURS)
    join(example, cell)
    return Started(cell.run_name, launch_run(cell.config, store))
