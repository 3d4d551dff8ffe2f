"""Before the first cycle: load the data, look names up, write the facts down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mtal.acquisition.strategy import Strategy
from mtal.config import Config, ConfigError, find
from mtal.datasets.dataset import Dataset, Gated, label_mask
from mtal.datasets.oracle import OracleSplit
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import stopping
from mtal.engine.stages.apply_reviews import rejected_mask
from mtal.engine.stages.load_strategy import chosen_strategy
from mtal.engine.stages.prepare_data import data_changes, must_be_measured, prepare_data
from mtal.engine.stages.run_facts import describe_run
from mtal.engine.stages.signal_quality import is_measured
from mtal.engine.stages.true_losses import KEPT
from mtal.models.registry import build_network
from mtal.runs.jobs.device import device_key
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import LeftOut, write_facts
from mtal.signals.describe import allowed
from mtal.signals.registry import SIGNALS
from mtal.tasks.task import Task
from mtal.training.device import Device, find_device


@dataclass(frozen=True)
class RunContext:
    """All that stays the same over the cycles of a run."""

    config: Config
    run: Run
    dataset: Dataset
    strategy: Strategy
    signals: tuple[str, ...]  # measured in every cycle that picks
    device: Device
    pool: Resized  # behind a gate that opens only for bought labels
    validation: Resized
    truth: Resized | None  # all labels of the pool, if signals are compared with true losses
    start: np.ndarray  # (N, T) bool: labelled before cycle 0
    there: np.ndarray  # (N, T) bool: labels that exist by now

    @property
    def for_sale(self) -> np.ndarray:
        """(N, T) bool: what all cycles together could buy or, in a simulation, began with."""
        return self.there if self.config.start == "random" else ~self.start

    @property
    def closed(self) -> np.ndarray:
        """(N, T) bool: labels that nobody can supply; in a simulation those that do not exist."""
        return ~self.there if self.config.start == "random" else np.zeros_like(self.there)

    def closed_in(self, number: int) -> np.ndarray:
        """(N, T) bool: the same, and what people did not want when cycle `number` began."""
        return self.closed | rejected_mask(self.run, number, self.closed.shape)


def prepare(run: Run, watch: StageTimer, accept_data: bool) -> RunContext:
    """Load the data, look names up, write down the facts; every avoidable error shows here, before the first training."""
    config = run.config
    device = find_device(config)
    if device.torch_device.type != device_key(config).partition(":")[0]:
        raise ConfigError(
            f"device: the driver shows a GPU ({device_key(config)}) that this torch cannot use; set device=cpu, or "
            f"install a torch built for it"
        )
    with watch.stage("load") as report:
        dataset = find(DATASETS, config.dataset, "data set").load(config)
        strategy, its_file = chosen_strategy(run)
        signals = measured_signals(config, dataset.tasks, strategy)
        if config.sample_weights == "on" and "committee" not in strategy.needs:
            raise ConfigError(
                f"sample_weights: {strategy.title} gives no task scores to weight by; set sample_weights=auto"
            )
        taken = prepare_data(run, dataset, report)
        dataset, start = taken.dataset, taken.start
        parameters = sum(
            parameter.numel() for parameter in build_network(config, dataset.tasks).parameters()
        )
        stopping.check_start(config, int(start.any(axis=1).sum()), int(start.sum()))
        facts = describe_run(config, dataset, strategy, signals, device, start, parameters)
        facts = facts.changed(
            **its_file,
            data_changes=data_changes(run, facts, accept_data),
            without_labels=taken.without_labels,
            left_out=taken.left_out,
        )
        compared = is_measured(config, signals)
        kept = config.memory_gb * KEPT * compared
        truth = Resized(OracleSplit(dataset.pool), config.size, kept) if compared else None
        share = len(dataset.pool.ids) / (
            len(dataset.pool.ids) + len(dataset.validation.ids)
        )  # of the memory for images
        pool = Resized(
            Gated(dataset.pool, dataset.tasks, start),
            config.size,
            (config.memory_gb - kept) * share,
        )
        validation = Resized(
            dataset.validation, config.size, (config.memory_gb - kept) * (1 - share)
        )
        study = RunContext(
            config,
            run,
            dataset,
            strategy,
            signals,
            device,
            pool,
            validation,
            truth,
            start,
            taken.there,
        )
        usable = label_mask(dataset.validation, dataset.tasks)
        broken = validation.preload(report, dataset.tasks, usable)
        validation.ignore_labels(dataset.tasks, ~usable)
        usable = without_broken(usable, broken, config.tasks)
        measured = dict(zip(config.tasks, usable.sum(axis=0).tolist(), strict=True))
        write_facts(run.paths.facts, facts.changed(measured=measured))
        leave_out(study, "validation", broken)
        must_be_measured(usable, dataset)
    return study


def measured_signals(config: Config, tasks: Sequence[Task], strategy: Strategy) -> tuple[str, ...]:
    """Names of the signals of a run. ConfigError if the strategy cannot do its work on these tasks."""
    if missing := [name for name in strategy.tasks if name not in config.tasks]:
        raise ConfigError(
            f"strategy: {strategy.title} needs the task {', '.join(missing)}, which is not among "
            f"{', '.join(config.tasks)}"
        )
    for name in strategy.needs:
        if reason := find(SIGNALS, name, "signal").refuses(tasks):
            raise ConfigError(f"strategy: {strategy.title} cannot choose here: {reason}")
        if SIGNALS[name].build_auxiliary is not None and config.batch < 2:
            raise ConfigError(
                f"batch: {strategy.title} learns by comparing the images of a batch, so it needs at least two"
            )
    return allowed(SIGNALS, tasks) if config.describe == "always" else strategy.needs


def without_broken(
    there: np.ndarray, broken: Iterable[tuple[int, str]], tasks: Sequence[str]
) -> np.ndarray:
    """(N, T) bool: the same labels without those that are broken, (position, task)."""
    usable = there.copy()
    for index, name in broken:
        usable[index, tasks.index(name)] = False
    return usable


def leave_out(study: RunContext, split: str, broken: dict[tuple[int, str], str]) -> None:
    """Add to the run's facts what cannot be used. broken: (position, image or task) -> problem."""
    ids = {"pool": study.dataset.pool.ids, "validation": study.dataset.validation.ids}[split]
    facts = study.run.facts
    noted = {(row.split, row.id, row.what) for row in facts.left_out}
    rows = tuple(
        LeftOut(split=split, id=ids[index], what=what, problem=problem)
        for (index, what), problem in sorted(broken.items())
        if (split, ids[index], what) not in noted
    )
    if rows:
        write_facts(study.run.paths.facts, facts.changed(left_out=facts.left_out + rows))
