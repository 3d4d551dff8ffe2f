"""`example`: the finished experiment that comes with the program."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from mtal.analysis.numbers import count
from mtal.cli.experiment import check_cells, settings_used
from mtal.cli.experiment_progress import summary
from mtal.cli.options import Runs, store_at, store_option
from mtal.config import Config, ConfigError, find
from mtal.locations import COMMAND
from mtal.runs.example.archive import EXPERIMENT
from mtal.runs.example.install import add_example, remove_example
from mtal.runs.example.pack import pack
from mtal.runs.example.protocol import TITLE, example_cells, example_pictures, settings
from mtal.runs.experiments.experiment import create_experiment, start_all
from mtal.runs.experiments.state import Experiment
from mtal.runs.paths import EXAMPLE_ARCHIVE
from mtal.runs.store.data_check import DataFolder

EVERY_S = 10

Archive = Annotated[
    Path, typer.Option(metavar="FILE.zip", help="Where to write; else in place of the present one.")
]


def add(runs: Runs = None) -> None:
    """Add the example to the store: five strategies, five seeds, on the bundled rooms."""
    store, folder = store_at(runs), rooms_folder()
    example = add_example(store, folder)
    config = example.cells[0].config
    DataFolder(store, config.dataset, folder).start_check(config)  # draws the thumbnails
    typer.echo(f"{example.name}: {count(len(example.cells), 'run')} in {store.folder}")
    typer.echo(f"`{COMMAND} example remove{store_option(store)}` removes it")


def remove(runs: Runs = None) -> None:
    """Remove the example from the store. Runs that were started here stay."""
    store = store_at(runs)
    removed = remove_example(store)
    typer.echo(f"{count(removed, 'run')} of the example removed from {store.folder}")


def make(runs: Runs = None, out: Archive = EXAMPLE_ARCHIVE) -> None:
    """Compute the example again and pack it. It can be broken off and goes on where it was.

    Takes hours; Ctrl-C leaves the runs at work in the background.
    """
    store = store_at(runs)
    cells = check_cells(example_cells(settings_used()))
    experiment = create_experiment(store, EXPERIMENT, TITLE, cells)
    start_all(experiment)
    wait(experiment)
    size = pack(experiment, out, example_pictures(experiment))
    typer.echo(f"{out}: {size / 1e6:.1f} MB")


def wait(experiment: Experiment) -> None:
    """Print how an experiment stands until no run of it is at work."""
    shown, states = "", experiment.states()
    while any(state.status.alive for state in states):
        text = summary(experiment, states)
        if text != shown:
            typer.echo(text)
        shown = text
        time.sleep(EVERY_S)
        states = experiment.states()


def rooms_folder() -> str:
    """Find the data of the example on this machine. ConfigError if they are not there."""
    from mtal.datasets.registry import DATASETS

    config = Config(**settings())
    folder = find(DATASETS, config.dataset, "data set").locate(config)
    if not folder:
        raise ConfigError(f"the bundled data set {config.dataset} is not there: install mtal again")
    return folder


EXAMPLE: dict[str, Callable[..., None]] = {"add": add, "remove": remove, "make": make}
