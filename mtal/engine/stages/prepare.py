"""Before the first cycle: load the data, look names up, write the facts down.

Every avoidable error shows here, before the first training.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mtal.acquisition.pool import Options
from mtal.acquisition.strategy import Strategy
from mtal.config import Config, ConfigError, find
from mtal.datasets.dataset import Dataset, Gated, label_mask
from mtal.datasets.oracle import OracleSplit
from mtal.datasets.parallel import Report
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.datasets.sequences import find_sequences
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import stopping
from mtal.engine.stages.frozen_feature import frozen_feature
from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.load_strategy import load_strategy
from mtal.engine.stages.needed_signals import FROZEN, needed_signals
from mtal.engine.stages.open_labels import note_broken_labels, without_broken
from mtal.engine.stages.prepare_data import PreparedData, data_changes, prepare_data
from mtal.engine.stages.required_labels import require_training_labels, require_validation_labels
from mtal.engine.stages.run_context import RunContext
from mtal.engine.stages.run_facts import describe_run
from mtal.engine.stages.same_network import refuse_other_network
from mtal.engine.stages.signal_quality import is_measured
from mtal.engine.stages.start_labels import chosen_start, start_on_disk
from mtal.engine.stages.start_set import images_of_start_set
from mtal.engine.stages.true_losses import ORACLE_MEMORY
from mtal.models.registry import build_network
from mtal.runs.experiments.budget import mean_labels
from mtal.runs.jobs.device import device_key
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import write_facts
from mtal.signals.describe import allowed
from mtal.signals.registry import SIGNALS
from mtal.tasks.task import Task
from mtal.training.balance import balanced
from mtal.training.device import Device, find_device


def prepare(run: Run, timer: StageTimer, accept_data: bool) -> RunContext:
    """Load the data, look names up, and write the run's facts.

    accept_data: go on although the data changed. ConfigError or DataError for whatever a person
    can mend.
    """
    config = run.config
    device = usable_device(config)
    with timer.stage("load") as report:
        dataset = find(DATASETS, config.dataset, "data set").load(config)
        refuse_other_network(run, dataset.tasks)
        dataset = find_sequences(dataset, config)
        strategy, strategy_file = load_strategy(run)
        signals = measured_signals(config, dataset.tasks, strategy)
        data = prepare_data(run, dataset, report)
        pool, validation, oracle = resized_splits(config, data.dataset, strategy, signals)
    labels = labels_at_start(run, data, pool, device, timer)
    start = labels.start
    stopping.check_start(config, int(start.any(axis=1).sum()), int(start.sum()))
    with timer.stage("load") as report:
        parameters = count_parameters(config, data.dataset)
        facts = describe_run(config, data.dataset, strategy, signals, device, start, parameters)
        facts = facts.updated(
            **strategy_file,
            data_changes=data_changes(run, facts, accept_data),
            labels_per_image=mean_labels(labels.acquirable),
            without_labels=data.without_labels,
            left_out=data.left_out,
            start_stays=run.facts.start_stays,
        )
        context = RunContext(
            config=config,
            run=run,
            dataset=data.dataset,
            strategy=strategy,
            signals=signals,
            device=device,
            pool=pool,
            validation=validation,
            oracle=oracle,
            labels=labels,
        )
        usable, broken = read_validation(context, report)
        measured = dict(zip(config.tasks, usable.sum(axis=0).tolist(), strict=True))
        write_facts(run.paths.facts, facts.updated(measured=measured))
        note_broken_labels(run, "validation", data.dataset.validation.ids, broken)
        require_validation_labels(usable, data.dataset)
        tasks = balanced(data.dataset.tasks, validation, usable)  # as every loss is measured
        context = replace(context, dataset=replace(data.dataset, tasks=tasks))
        if config.by_people:  # from now on labels appear, which must not change the start
            write_facts(run.paths.facts, run.facts.updated(start_stays=config.start != "labelled"))
    return context


def labels_at_start(
    run: Run, data: PreparedData, pool: Resized, device: Device, timer: StageTimer
) -> LabelState:
    """The labels before the first cycle; a run that has begun keeps its start.

    pool: at the network's size. ConfigError for a start set that does not fit or a frozen network
    that cannot be had, DataError if there is nothing to learn from.
    """

    def feature() -> np.ndarray:
        with timer.stage("feature", len(pool)) as report:
            return frozen_feature(run.config, data.dataset, pool, run.store, device, report)

    config, available, simulated = run.config, data.available, not run.config.by_people
    obtainable = available if simulated else np.ones_like(available)
    if config.start == "labelled":
        start = start_on_disk(available, data.start, data.dataset)
    elif data.start is not None:
        start = obtainable & data.start
    else:
        held = images_of_start_set(run, data.dataset)
        start = chosen_start(config, obtainable, held, feature)
    require_training_labels(start, data.dataset)
    return LabelState(start, start, available, np.zeros_like(start), simulated)


def usable_device(config: Config) -> Device:
    """Find the device. ConfigError if the driver shows a GPU that torch cannot use."""
    device = find_device(config)
    if device.torch_device.type != device_key(config).partition(":")[0]:
        raise ConfigError(
            f"device: the driver shows a GPU ({device_key(config)}) that this torch cannot use; "
            f"set device=cpu, or install a torch built for it"
        )
    return device


def count_parameters(config: Config, dataset: Dataset) -> int:
    """Count the parameters of the network."""
    network = build_network(config, dataset.tasks)
    return sum(parameter.numel() for parameter in network.parameters())


def measured_signals(config: Config, tasks: Sequence[Task], strategy: Strategy) -> tuple[str, ...]:
    """Name the signals of a run. ConfigError if the strategy cannot work on these tasks."""
    if missing := [name for name in strategy.tasks if name not in config.tasks]:
        raise ConfigError(
            f"strategy: {strategy.title} needs the task {', '.join(missing)}, which is not among "
            f"{', '.join(config.tasks)}"
        )
    needs = needed_signals(config, strategy)
    for name in needs:
        if reason := find(SIGNALS, name, "signal").refuses(tasks):
            setting, whose = "strategy", f"{strategy.title} cannot choose here"
            if name not in strategy.signals(Options.from_config(config)):
                setting, whose = "sample_weights", "the committee cannot weight labels here"
            raise ConfigError(f"{setting}: {whose}: {reason}")
        if SIGNALS[name].build_auxiliary is not None and config.batch < 2:
            raise ConfigError(
                f"batch: {strategy.title} learns by comparing the images of a batch, so it needs "
                f"at least two"
            )
    if config.describe == "always":
        return allowed(SIGNALS, tasks)
    return needs if FROZEN in needs else (*needs, FROZEN)  # for the map, and other strategies


def resized_splits(
    config: Config, dataset: Dataset, strategy: Strategy, signals: Sequence[str]
) -> tuple[Resized, Resized, Resized | None]:
    """Pool, validation split and oracle at the network's size; they share `memory_gb`.

    The gate of the pool is closed. The oracle reads all labels of the pool; None where signals are
    not compared with true losses.
    """
    oracle, memory_gb = None, config.memory_gb
    if is_measured(config, strategy, signals):
        oracle_gb = config.memory_gb * ORACLE_MEMORY
        oracle = Resized(OracleSplit(dataset.pool), config.size, oracle_gb)
        memory_gb = config.memory_gb - oracle_gb
    images = len(dataset.pool.ids)
    share = images / (images + len(dataset.validation.ids))
    closed = Gated(dataset.pool, dataset.tasks, np.zeros((images, len(dataset.tasks)), bool))
    pool = Resized(closed, config.size, memory_gb * share)
    validation = Resized(dataset.validation, config.size, memory_gb * (1 - share))
    return pool, validation, oracle


def read_validation(
    context: RunContext, report: Report
) -> tuple[np.ndarray, dict[tuple[int, str], str]]:
    """Read the validation split once, and ignore labels that do not exist.

    Returns (V, T) bool, the usable labels, and (position, task) -> problem of the broken ones.
    """
    tasks, validation = context.dataset.tasks, context.validation
    exists = label_mask(context.dataset.validation, tasks)
    broken = validation.preload(report, tasks, exists)
    validation.ignore_labels(tasks, ~exists)
    return without_broken(exists, broken, context.config.tasks), broken
