"""`save-set`: save a list of image names as a set, such as the start of a run to come."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from mtal.analysis.numbers import count
from mtal.cli.options import ConfigFile, Preset, Runs, Sets, store_at
from mtal.config import Config, ConfigError, compose, find
from mtal.runs.reviews.review_database import ReviewDatabase

SHOWN = 5  # names in an error


def save_set(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the set, as in start_set=NAME.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Text, one image name per line.")],
    preset: Preset = None,
    sets: Sets = None,
    config: ConfigFile = None,
    runs: Runs = None,
) -> None:
    """Save images of a pool as a set. --set dataset=... and --set data=... say which pool."""
    folder, pool = _pool(compose(preset, config, sets or []))
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None
    names = [line.strip() for line in lines if line.strip()]
    if missing := [image for image in names if image not in pool]:
        raise ConfigError(
            f"{count(len(missing), 'name')} of {file} are not in the pool of {folder[1]}: "
            f"{', '.join(missing[:SHOWN])}{' ...' if len(missing) > SHOWN else ''}"
        )
    store = store_at(runs)
    set_id = ReviewDatabase(store).save_set(
        store.data(*folder).folder.name, names, _user(), name, f"file {file.name}"
    )
    typer.echo(f"{set_id}: {count(len(set(names)), 'image')}, start_set={name}")


def _pool(config: Config) -> tuple[tuple[str, str], set[str]]:
    """Load a data set: its name and folder, and the ids of its pool. ConfigError if it cannot."""
    from mtal.datasets.dataset import DataError
    from mtal.datasets.registry import DATASETS

    try:
        source = find(DATASETS, config.dataset, "data set")
        tasks = () if "tasks" in config.model_fields_set else source.tasks_in(config)
        dataset = source.load(config.model_copy(update={"tasks": tasks}) if tasks else config)
    except DataError as error:
        raise ConfigError(str(error)) from None
    return (config.dataset, dataset.folder), set(dataset.pool.ids)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user database
        return "command line"
