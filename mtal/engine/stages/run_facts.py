"""What a worker writes down about its run before the first cycle, so that pages need no torch and no data set."""

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from mtal.acquisition.strategy import Strategy
from mtal.config import Config
from mtal.datasets.dataset import Dataset
from mtal.engine.rendering.cycle_images import MOST_PICKS, NEAR_MISSES
from mtal.engine.stages.replay import rivals
from mtal.engine.stages.signal_quality import is_measured
from mtal.runs.experiments.budget import images_labelled, images_per_cycle
from mtal.runs.store.run_facts import RunFacts, TaskFacts
from mtal.signals.registry import SIGNALS
from mtal.tasks.palette import hex_legend
from mtal.tasks.task import Task
from mtal.training.batches import steps
from mtal.training.device import Device
from mtal.version import VERSION

PACKAGES = (
    "torch",
    "torchvision",
    "timm",
    "numpy",
    "scipy",
    "scikit-learn",
    "scikit-image",
    "umap-learn",
    "pandas",
)


def describe_run(
    config: Config,
    dataset: Dataset,
    strategy: Strategy,
    signals: Sequence[str],
    device: Device,
    start: np.ndarray,
    parameters: int,
) -> RunFacts:
    """Gather what pages need of a run. start: (N, T) bool, labelled before the first cycle."""
    first = np.flatnonzero(start.any(axis=1))
    lacking = tuple((int(first[row]), int(column)) for row, column in np.argwhere(~start[first]))
    return RunFacts(
        dataset_title=dataset.title,
        dataset_note=dataset.note,
        data_folder=dataset.folder,
        fingerprint=dataset.fingerprint(),
        fingerprint_of_images=dataset.fingerprint(pool_labels=False),
        pool=tuple(dataset.pool.ids),
        pool_files=pool_files(dataset),
        validation=tuple(dataset.validation.ids),
        tasks=tuple(task_facts(task, config) for task in dataset.tasks),
        plan=plan(config, dataset, strategy, signals, len(first)),
        versions=versions(),
        device=str(device.torch_device),
        device_name=device.name,
        precision=device.precision,
        parameters=parameters,
        strategy_title=strategy.title,
        needed_stages=needed_stages(strategy, signals),
        start=tuple(first.tolist()),
        start_lacks=lacking,
    )


def task_facts(task: Task, config: Config) -> TaskFacts:
    """Gather what pages need of a task, with the distance that the config chooses."""
    distance = task.distance(config.class_distance)
    return TaskFacts(
        name=task.name,
        title=task.title,
        metric=task.metric.title,
        axis=task.metric.axis,
        unit=task.metric.unit,
        better=task.metric.better,
        weight=task.weight,
        distance=distance.title,
        distance_unit=distance.unit,
        note=task.metric.note,
        value_unit=task.unit,
        legend=tuple(hex_legend(task.legend)),
        classes=tuple(task.classes),
    )


def plan(
    config: Config, dataset: Dataset, strategy: Strategy, signals: Sequence[str], start: int
) -> tuple[dict[str, int], ...]:
    """Per cycle: stage -> units, for the estimate of the time left."""
    pool, cycles = len(dataset.pool.ids), []
    for number in range(config.cycles):
        labelled = images_labelled(config, pool, number, start)
        stages = {
            "load": pool,
            "train": steps(labelled, config.batch, config.epochs),
            "evaluate": len(dataset.validation.ids),
        }
        stages |= {"guess": labelled} if strategy.pseudo_labels and number else {}
        if number < config.cycles - 1:
            stages |= {
                signal.stage: signal.units(config, pool, labelled)
                for name in signals
                if (signal := SIGNALS[name]).stage
            }
            stages |= ({"score": pool} if signals else {}) | {"pick": 1}
            others = len(rivals(strategy.name, signals, config.tasks))
            stages |= {"others": others} if others else {}
            stages |= {"quality": pool} if is_measured(config, signals) else {}
            stages |= {"evidence": min(images_per_cycle(config, pool), MOST_PICKS) + NEAR_MISSES}
            stages |= (
                {"project": 1} if "embedding" in signals and config.projection != "none" else {}
            )
        followed = images_followed(config, pool, number, start)
        if followed and not (is_measured(config, signals) and number < config.cycles - 1):
            stages |= {"afterwards": followed}
        cycles.append(stages)
    return tuple(cycles)


def images_followed(config: Config, pool: int, number: int, start: int) -> int:
    """How many picked images a cycle looks at again: in a simulation its own picks are labelled at once."""
    own = number < config.cycles - 1 and config.start == "random"
    return images_labelled(config, pool, number + own, start) - start


def needed_stages(strategy: Strategy, signals: Sequence[str]) -> dict[str, bool]:
    """Stages that the strategy cannot do without -> whether all of their time is for its sake, and none for other signals."""
    other = [SIGNALS[name] for name in signals if name not in strategy.needs]
    found = {"train": not any(signal.build_auxiliary for signal in other), "pick": True}
    found |= {"guess": True} if strategy.pseudo_labels else {}
    found |= {stage: True for name in strategy.needs if (stage := SIGNALS[name].stage)}
    return found | ({"score": not other} if strategy.needs else {})


def versions() -> dict[str, str]:
    """Of Python, the packages that can change a number, and this project."""
    return {"mtal": VERSION, "python": platform.python_version(), "platform": sys.platform} | {
        name: version(name) for name in PACKAGES
    }


def pool_files(dataset: Dataset) -> list[str]:
    """Image paths relative to the data folder; "" for images without a file of their own, whose data may be one large file."""
    found, folder = [], Path(dataset.folder)
    for index in range(len(dataset.pool.ids)):
        image = dataset.pool.files(index, ()).get("image")
        found.append(image.relative_to(folder).as_posix() if image and image != folder else "")
    return found
