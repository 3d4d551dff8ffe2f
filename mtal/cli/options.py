"""Options that several commands share, and how they become a store and checked configs."""

from collections.abc import Iterable
from pathlib import Path
from shlex import quote
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
    typer.Option(
        "--runs",
        metavar="DIR",
        help="Folder of the runs; else $MTAL_RUNS, else the one that `doctor` names.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
ExperimentName = Annotated[str, typer.Argument(metavar="NAME", help="Name of an experiment.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name of a run, as `status` shows it.")]


def store_at(runs: Path | None) -> StorePaths:
    """Return the store in the folder of the option --runs, or the default one."""
    return StorePaths(runs.absolute() if runs else default_store())


def store_option(store: StorePaths) -> str:
    """Return the option that names the store in a command; "" for the default store."""
    return "" if store.folder == default_store() else f" --runs {quote(str(store.folder))}"


def checked(config: Config) -> Config:
    """Return the config unchanged if every name in it exists. Loads torch.

    Raises ConfigError for an unknown data set, task, network, backbone or strategy, for tasks that
    the data has no labels for, and for a backbone that would be frozen at random weights.
    """
    from mtal.acquisition.user_strategies import find_strategy
    from mtal.datasets.registry import DATASETS
    from mtal.models.backbones import find_backbone
    from mtal.models.registry import NETWORKS

    source = find(DATASETS, config.dataset, "data set")
    for task in config.tasks:
        find(dict.fromkeys(source.task_names), task, f"task of {source.title}")
    _require_labels(source, config)
    find(NETWORKS, config.network, "network")
    find_backbone(config)
    find_strategy(config.strategy)
    return config


def _require_labels(source: "Source", config: Config) -> None:
    """Raise ConfigError for tasks without labels. A missing folder is left to `load` to explain."""
    from mtal.datasets.dataset import DataError

    try:
        available = source.tasks_in(config)
    except DataError as error:
        raise ConfigError(str(error)) from None
    missing = [task for task in config.tasks if available and task not in available]
    if missing:
        raise ConfigError(
            f"tasks: there are no labels of {', '.join(missing)} in {source.locate(config)}; it "
            f"has {', '.join(available)}: --set tasks={','.join(available)}"
        )


def variants(
    preset: str | None, file: Path | None, sets: Iterable[str], strategies: str, seeds: str
) -> list[Config]:
    """Return one config per strategy and seed, the seeds of a strategy side by side.

    `strategies` and `seeds` are separated by commas; an empty text leaves the choice to the
    config. Raises ConfigError as `compose` does.
    """
    strategy_sets = [[f"strategy={name}"] for name in items(strategies)] or [[]]
    seed_sets = [[f"seed={seed}"] for seed in items(seeds)] or [[]]
    common = list(sets)
    return [
        compose(preset, file, [*common, *strategy, *seed])
        for strategy in strategy_sets
        for seed in seed_sets
    ]


def items(text: str) -> list[str]:
    """Split a text at its commas; empty parts are dropped."""
    return [part.strip() for part in text.split(",") if part.strip()]
