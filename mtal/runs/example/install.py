"""Add the example to a store, find it there, and remove it."""

import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from mtal.config import ConfigError
from mtal.runs.example.archive import COPIES, EXPERIMENT, checked_name, read_copies
from mtal.runs.experiments.experiment import extend, find_experiment
from mtal.runs.experiments.plan import PLAIN, Cell
from mtal.runs.experiments.state import Experiment
from mtal.runs.files import link_file, read_json, write_json
from mtal.runs.jobs.launch import writable
from mtal.runs.paths import EXAMPLE_ARCHIVE, ExperimentPaths, RunPaths, StorePaths
from mtal.runs.store.index import all_runs


def find_example(store: StorePaths) -> Experiment | None:
    """Find the example in a store; None if it is not there. ConfigError if its plan is damaged."""
    paths = store.experiment(EXPERIMENT)
    if not (paths.example.exists() and paths.plan.exists()):
        return None
    return find_experiment(store, EXPERIMENT)


def can_be_added() -> bool:
    """Whether this installation carries the example."""
    return EXAMPLE_ARCHIVE.is_file()


def add_example(store: StorePaths, data_folder: str, archive: Path | None = None) -> Experiment:
    """Unpack the example into a store, and return its experiment; what is there stays.

    data_folder: where the data of its runs are on this machine; archive: by default the one that
    comes with the program. Runs appear whole, and the plan
    after them, so an addition that was broken off can be repeated. ConfigError if there is no
    archive, if it cannot be read, or if the store cannot be written.
    """
    if present := find_example(store):
        return present
    if store.experiment(EXPERIMENT).plan.exists():
        raise ConfigError(
            f"there is another experiment called {EXPERIMENT} in {store.folder}; the example needs "
            f"this name"
        )
    archive = archive or EXAMPLE_ARCHIVE
    unpacked = StorePaths(store.unpacking(uuid4().hex))
    try:
        with writable(store.folder):
            store.folder.mkdir(parents=True, exist_ok=True)
            if not archive.is_file():
                raise ConfigError(f"there is no example at {archive}; install the program again")
            _unpack(archive, unpacked.folder)
            for run in unpacked.runs():
                _set_data_folder(run, data_folder)
                _move(run.folder, store.run(run.folder.name).folder)
            plan = unpacked.experiment(EXPERIMENT).folder
            _move(plan, store.experiment(EXPERIMENT).folder)
    except (BadZipFile, ValueError, KeyError) as error:
        raise ConfigError(
            f"the example cannot be read from {archive} ({error}); install the program again"
        ) from error
    finally:
        shutil.rmtree(unpacked.folder, ignore_errors=True)
    return _with_live_runs(find_experiment(store, EXPERIMENT))


def _with_live_runs(example: Experiment) -> Experiment:
    """Take in the runs of the store that have the example's protocol and another seed."""
    protocols = {cell.config.group for cell in example.cells}
    own = [run for run in all_runs(example.paths.store) if not run.is_example]
    live = [Cell(PLAIN, run.config) for run in own if run.config.group in protocols]
    return extend(example, live) if live else example


def remove_example(store: StorePaths) -> int:
    """Delete the example's plan and its runs, and return how many runs that were.

    Runs that were started here stay, those that joined the example's plan as well. ConfigError if
    the store cannot be written.
    """
    with writable(store.folder):
        removed = [run for run in store.runs() if run.example.exists()]
        _delete(store.experiment(EXPERIMENT))
        for run in removed:
            _delete(run)
    return len(removed)


def live_cell(example: Experiment, strategy: str) -> Cell:
    """Return the cell of a run that joins the example under its own protocol, with a new seed.

    The same cell until the run is deleted, so that starting twice makes one run. Its machine
    settings are those of any new run.
    """
    own = [cell for cell in example.cells if cell.strategy == strategy]
    for cell in own:
        run = example.run(cell)
        if cell.variant == PLAIN and (run is None or not run.is_example):
            return cell
    config = own[0].config.model_copy(
        update={"seed": max(example.seeds) + 1, "device": "auto", "threads": 0}
    )
    return Cell(PLAIN, config)


def join(example: Experiment, cell: Cell) -> Experiment:
    """Add a cell to the example's plan, so that its run is drawn with the others."""
    return extend(example, [cell])


def _unpack(archive: Path, folder: Path) -> None:
    with ZipFile(archive) as file:
        for member in file.infolist():
            if member.filename != COPIES:
                file.extract(checked_name(member.filename), folder)
        for path, of in read_copies(file).items():
            copy = folder / checked_name(path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            link_file(folder / checked_name(of), copy)


def _set_data_folder(run: RunPaths, folder: str) -> None:
    """Pages look for the thumbnails of a run's data by their folder."""
    write_json(run.facts, read_json(run.facts) | {"data_folder": folder})


def _move(folder: Path, destination: Path) -> None:
    """Move a folder to its place, unless another process was first."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(destination)
    except OSError:
        if not destination.exists():
            raise


def _delete(paths: RunPaths | ExperimentPaths) -> None:
    """Delete a folder so that it is gone at once, whoever reads it."""
    doomed = paths.folder.with_name(f".removed-{uuid4().hex}")
    with suppress(FileNotFoundError):
        paths.folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
