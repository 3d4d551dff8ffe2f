"""Starting runs from a page: safe to press twice, and it says what became of each."""
from collections.abc import Sequence
from pathlib import Path

from mtal.config import PRESETS, Config, make_config
from mtal.datasets import DATASETS
from mtal.runs.launch import create, start
from mtal.runs.run import Run
from mtal.runs.status import Status
from mtal.ui import loaders


def begin(configs: Sequence[Config]) -> list[tuple[Run, str]]:
    """Create and start every run; (run, what became of it)."""
    return [_begin(config) for config in configs]


def demo() -> list[Config]:
    """The first contact: the paper's method and Random, on images that are there, else on drawn shapes."""
    there = [name for name, source in DATASETS.items() if source.find_folder() is not None]
    dataset = (there or ["drawn"])[0]
    offered = DATASETS[dataset].task_names
    tasks = tuple(task for task in Config.model_fields["tasks"].default if task in offered) or offered
    values = PRESETS["demo"][1] | {"dataset": dataset, "tasks": tasks}
    return [make_config(values | {"strategy": strategy}) for strategy in ("ours", "random")]


def data_found() -> dict[str, Path | None]:
    """Title of a data set -> where it lies by itself; None if it is not found."""
    return {source.title: source.find_folder() for source in DATASETS.values()}


def _begin(config: Config) -> tuple[Run, str]:
    run = Run(create(config, loaders.store()).folder)
    was = run.status
    if was is Status.FINISHED:
        return run, "is finished already"
    if not start(run.paths):
        return run, "is already running"
    return run, "started" if was is Status.NEW else f"resumed (it was {was.value})"
