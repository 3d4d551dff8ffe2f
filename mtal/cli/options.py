"""Options that several commands share, and how they become a store, a config and a checked config."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtal.config import PRESETS, Config, ConfigError, compose, find
from mtal.runs.paths import StorePaths, default_store

if TYPE_CHECKING:
    from mtal.datasets.dataset import Source

Preset = Annotated[
    str | None, typer.Option("--preset", help=f"Start from a preset: {', '.join(PRESETS)}.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SETTING=VALUE", help="Change a setting; can be repeated."),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings from a JSON or YAML file.")
]
Runs = Annotated[
    Path | None,
    typer.Option("--runs", metavar="DIR", help="The run store; else $MTAL_RUNS, else runs/."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
ExperimentName = Annotated[str, typer.Argument(metavar="NAME", help="Name of an experiment.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name of a run, as `status` shows it.")]


def store_at(runs: Path | None) -> StorePaths:
    """The store that was asked for, or the usual one."""
    return StorePaths(runs.absolute() if runs else default_store())


def checked(config: Config) -> Config:
    """The same config, once every name in it is known to mean something. Loads torch."""
    from mtal.acquisition.user_strategies import find_strategy
    from mtal.datasets.registry import DATASETS
    from mtal.models.backbones import BACKBONES
    from mtal.models.registry import NETWORKS

    source = find(DATASETS, config.dataset, "data set")
    for task in config.tasks:
        find(dict.fromkeys(source.task_names), task, f"task of {source.title}")
    _have_labels(source, config)
    find(NETWORKS, config.network, "network")
    find(BACKBONES, config.backbone, "backbone")
    find_strategy(config.strategy)
    return config


def _have_labels(source: "Source", config: Config) -> None:
    """ConfigError for tasks that the place has no labels for; a place that is not there is for `load` to explain."""
    from mtal.datasets.dataset import DataError

    try:
        there = source.tasks_in(config)
    except DataError as error:
        raise ConfigError(str(error)) from None
    if missing := [task for task in config.tasks if there and task not in there]:
        raise ConfigError(
            f"tasks: there are no labels of {', '.join(missing)} in {source.place(config)}; it has "
            f"{', '.join(there)}: --set tasks={','.join(there)}"
        )


def variants(
    preset: str | None, file: Path | None, sets: Iterable[str], strategies: str, seeds: str
) -> list[Config]:
    """One config per strategy and seed; an empty text leaves the choice to the config."""
    of_strategies = [[f"strategy={name}"] for name in items(strategies)] or [[]]
    of_seeds = [[f"seed={seed}"] for seed in items(seeds)] or [[]]
    common = list(sets)
    return [
        compose(preset, file, [*common, *strategy, *seed])
        for strategy in of_strategies
        for seed in of_seeds
    ]


def items(text: str) -> list[str]:
    """The parts of a comma-separated text."""
    return [part.strip() for part in text.split(",") if part.strip()]
