"""What a worker notes about its run beforehand, so that pages need no torch and no data set."""

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
from mtal.engine.stages.needed_signals import (
    FROZEN,
    embedding_signal,
    fitted_signals,
    needed_signals,
)
from mtal.engine.stages.replay import other_strategies
from mtal.engine.stages.signal_quality import is_measured
from mtal.runs.experiments.budget import images_labelled, images_per_cycle
from mtal.runs.store.run_facts import RunFacts, TaskFacts
from mtal.signals.registry import SIGNALS
from mtal.tasks.palette import hex_legend
from mtal.tasks.task import Task
from mtal.training.device import Device
from mtal.training.schedule import network_schedule
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
    """Gather what pages need of a run.

    config: settings of the run.
    dataset: without what is left out.
    strategy: of the run.
    signals: names of those that are measured.
    device: on which the run trains.
    start: (N, T) bool, labelled before the first cycle.
    parameters: number of the network's parameters.
    """
    images = np.flatnonzero(start.any(axis=1))
    lacking = tuple((int(images[row]), int(column)) for row, column in np.argwhere(~start[images]))
    return RunFacts(
        dataset_title=dataset.title,
        dataset_note=dataset.note,
        data_folder=dataset.folder,
        fingerprint=dataset.fingerprint(),
        fingerprint_of_images=dataset.fingerprint(pool_labels=False),
        pool=tuple(dataset.pool.ids),
        pool_files=tuple(pool_files(dataset)),
        validation=tuple(dataset.validation.ids),
        tasks=tuple(task_facts(task, config) for task in dataset.tasks),
        plan=plan(config, dataset, strategy, signals, len(images)),
        versions=versions(),
        device=str(device.torch_device),
        device_name=device.name,
        precision=device.precision,
        parameters=parameters,
        strategy_title=strategy.title,
        embedding=embedding_signal(config, strategy),
        needed_stages=needed_stages(strategy, needed_signals(config, strategy), signals),
        start=tuple(images.tolist()),
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
        loss_unit=task.loss_unit,
        legend=tuple((text, colour) for text, colour in hex_legend(task.legend)),
        classes=tuple(task.classes),
    )


def plan(
    config: Config, dataset: Dataset, strategy: Strategy, signals: Sequence[str], start: int
) -> tuple[dict[str, int], ...]:
    """Count the work of each cycle, stage -> units, for the estimate of the time left.

    signals: that are measured; start: images labelled before the first cycle.
    """
    pool, cycles = len(dataset.pool.ids), []
    for number in range(config.cycles):
        picks = number < config.cycles - 1
        labelled = images_labelled(config, pool, number, start)
        stages = {
            "load": pool,
            "train": network_schedule(config, labelled).steps,
            "evaluate": len(dataset.validation.ids),
        }
        if not number and config.cycles > 1:
            stages |= {"feature": pool, "groups": 1}
        if strategy.pseudo_labels and number:
            stages["guess"] = labelled
        if config.by_people and number:
            stages["worth"] = images_per_cycle(config, pool)
        if picks:
            fitted = fitted_signals(strategy, signals, dataset.tasks)
            stages |= selection_plan(config, strategy, pool, labelled, signals, fitted)
        followed = images_followed(config, pool, number, start)
        if followed and not (is_measured(config, strategy, signals) and picks):
            stages["afterwards"] = followed
        cycles.append(stages)
    return tuple(cycles)


def selection_plan(
    config: Config,
    strategy: Strategy,
    pool: int,
    labelled: int,
    signals: Sequence[str],
    fitted: Sequence[str],
) -> dict[str, int]:
    """Count the work of picking a batch, stage -> units.

    pool, labelled: numbers of images; signals: that are measured; fitted: those that are fitted.
    """
    fits = {
        SIGNALS[name].stage: SIGNALS[name].units(config, pool, labelled)
        for name in fitted
        if SIGNALS[name].stage
    }
    others = len(other_strategies(config, signals))
    predicts = any(SIGNALS[name].predicts for name in signals)
    stages = fits | ({"score": pool} if predicts else {}) | {"pick": 1}
    if others:
        stages["others"] = others
    if is_measured(config, strategy, signals):
        stages["quality"] = pool
    stages["evidence"] = min(images_per_cycle(config, pool), MOST_PICKS) + NEAR_MISSES
    if config.projection != "none":
        stages["project"] = 1
    return stages


def images_followed(config: Config, pool: int, number: int, start: int) -> int:
    """Count the picked images whose losses a cycle measures again.

    A simulation labels a cycle's own picks at once, so they count too.
    """
    own_picks = number < config.cycles - 1 and not config.by_people
    cycles = number + 1 if own_picks else number
    return images_labelled(config, pool, cycles, start) - start


def needed_stages(
    strategy: Strategy, needs: Sequence[str], signals: Sequence[str]
) -> dict[str, bool]:
    """Name the stages that the strategy cannot do without.

    needs: the signals that the run needs; signals: all that it measures. Returns stage -> whether
    all of its time is for the strategy, and none for other signals.
    """
    others = [SIGNALS[name] for name in signals if name not in needs and SIGNALS[name].predicts]
    stages = {"train": not any(signal.build_auxiliary for signal in others), "pick": True}
    if strategy.pseudo_labels:
        stages["guess"] = True
    fitted = (*needs, *strategy.fits)
    stages |= {SIGNALS[name].stage: True for name in fitted if SIGNALS[name].stage}
    if FROZEN in needs:
        stages["feature"] = True
    if any(SIGNALS[name].predicts for name in needs):
        stages["score"] = not others
    return stages


def versions() -> dict[str, str]:
    """Versions of Python, of the packages that can change a number, and of this project."""
    own = {"mtal": VERSION, "python": platform.python_version(), "platform": sys.platform}
    return own | {name: version(name) for name in PACKAGES}


def pool_files(dataset: Dataset) -> list[str]:
    """Image paths relative to the data folder.

    "" for images without a file of their own, whose data may be one large file.
    """
    paths, folder = [], Path(dataset.folder)
    for index in range(len(dataset.pool.ids)):
        image = dataset.pool.files(index, ()).get("image")
        own_file = image is not None and image != folder
        paths.append(image.relative_to(folder).as_posix() if image and own_file else "")
    return paths
