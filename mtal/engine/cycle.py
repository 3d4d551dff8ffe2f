"""The heart of the program: train, measure, describe the pool, pick; once per cycle, going on after the last complete one."""
import resource
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from mtal.acquisition.pool import Options, Pick, Pool, ranking
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.weights import sample_weights
from mtal.config import Config, ConfigError, find
from mtal.datasets.dataset import Dataset, Gated, labels_there
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine import stopping
from mtal.engine.afterwards import bought_losses, bought_with, follow_up
from mtal.engine.beginning import begin, unwanted
from mtal.engine.chosen import chosen_strategy
from mtal.engine.drawing import Easel, truth_of
from mtal.engine.evidence import draw_evidence, to_draw
from mtal.engine.facts import describe_run, labels_per_cycle
from mtal.engine.intake import data_changes, must_be_learned, must_be_measured, take_in
from mtal.engine.neighbourhood import neighbourhood
from mtal.engine.project import project
from mtal.engine.quality import is_measured, quality_table, versions
from mtal.engine.replay import replay, rivals
from mtal.engine.truth import KEPT, Ungated, true_losses
from mtal.engine.watch import Watch
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.runs.device import device_key
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.runs.run import Run
from mtal.signals.class_content import CONTENT, titles
from mtal.signals.committee import partners
from mtal.signals.describe import allowed, describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import Bench
from mtal.tasks.task import Task
from mtal.training.auxiliary import Companion
from mtal.training.batches import Feed, seed_weights
from mtal.training.device import Machine, find_machine, set_threads
from mtal.training.evaluate import Evaluation, evaluate
from mtal.training.pseudo_labels import WEIGHT, guesses, lacking
from mtal.training.train import train

WEIGHTS, TRAINING, SIGNAL, PICK, COMPANION = range(1, 6)               # what a seed [config.seed, cycle, use] is for


@dataclass(frozen=True)
class Study:
    """All that stays the same over the cycles of a run."""
    config: Config
    run: Run
    dataset: Dataset
    strategy: Strategy
    signals: tuple[str, ...]                                # measured in every cycle that picks
    machine: Machine
    pool: Resized                                           # behind a gate that opens only for bought labels
    validation: Resized
    truth: Resized | None                                   # all labels of the pool, if signals are compared with true losses
    start: np.ndarray                                       # (N, T) bool: labelled before cycle 0
    there: np.ndarray                                       # (N, T) bool: labels that exist by now
    facts: dict[str, Any]                                   # as written down; what turns out broken later is added

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
        return self.closed | unwanted(self.run, number, self.closed.shape)


@dataclass(frozen=True)
class Chosen:
    """What a cycle picked, and what was measured on the way that is of use afterwards."""
    pairs: np.ndarray                                       # (K, 2); empty if it only measures
    committee: np.ndarray | None                            # (N, T, M) m_{k,l}
    losses: np.ndarray | None                               # (N, T) true losses, if signals were compared with them


def run_cycles(run: Run, watch: Watch, accept_data: bool = False) -> str:
    """All cycles of a run that are not complete yet; the rule that ended it, "" if its cycles were up. `accept_data`: also if
    the data changed after the first of them."""
    losses, labels = stopping.so_far(run)
    rule = stopping.reason(run.config, losses, labels)
    if rule or run.cycles_done() >= run.config.cycles:
        return rule                                         # killed after its last cycle: there is nothing left to do
    study = prepare(run, watch, accept_data)
    for number in range(run.cycles_done(), study.config.cycles):
        set_threads(study.config)                           # the map of the cycle before may have changed them
        labelled = begin(run, number, study.start, study.dataset, study.there)
        study.pool.change_gate(Gated(study.dataset.pool, study.dataset.tasks, labelled))
        with watch.stage("load", len(study.pool)) as report:        # a broken label shows before an hour of training
            broken = study.pool.preload(report, study.dataset.tasks, labelled)
            leave_out(study, "pool", broken)
            must_be_learned(less(labelled, broken, study.config.tasks), study.dataset)
        feed = training_feed(study, number, labelled, watch)
        with run.new_cycle(number) as cycle:
            network, companions = trained_network(study, number, feed, watch)
            waited = feed.waiting.seconds
            with watch.stage("evaluate", len(study.validation)) as report:
                found = evaluate(network, study.validation, study.dataset.tasks, study.config, study.machine, report)
            losses.append(found.loss)
            rule = stopping.reason(study.config, losses, int(labelled.sum()))
            chosen = Chosen(np.empty((0, 2), np.int64), None, None)
            if not rule and number < study.config.cycles - 1 and not (labelled | study.closed_in(number)).all():
                bench = Bench(network, study.pool, feed, study.dataset.tasks, study.config, study.machine,
                              (study.config.seed, number, SIGNAL))
                chosen = choose(study, number, labelled, bench, companions, cycle, watch)
            follow(study, labelled, feed, network, number, chosen, cycle, watch)
            save_weights(network, cycle.network)
            write_measurements(study, found, labelled, cycle, watch, waited)
        watch.next_cycle()
        if rule:
            break
    return rule


def prepare(run: Run, watch: Watch, accept_data: bool) -> Study:
    """Load the data, look names up, write down the facts; every avoidable error shows here, before the first training."""
    config = run.config
    machine = find_machine(config)
    if machine.device.type != device_key(config).partition(":")[0]:
        raise ConfigError(f"device: the driver shows a GPU ({device_key(config)}) that this torch cannot use; set device=cpu, or "
                          f"install a torch built for it")
    with watch.stage("load") as report:
        dataset = find(DATASETS, config.dataset, "data set").load(config)
        strategy, its_file = chosen_strategy(run)
        signals = measured_signals(config, dataset.tasks, strategy)
        if config.sample_weights == "on" and "committee" not in strategy.needs:
            raise ConfigError(f"sample_weights: {strategy.title} gives no task scores to weight by; set sample_weights=auto")
        taken = take_in(run, dataset, report)
        dataset, start = taken.dataset, taken.start
        parameters = sum(parameter.numel() for parameter in build_network(config, dataset.tasks).parameters())
        stopping.check_start(config, int(start.any(axis=1).sum()), int(start.sum()))
        facts = describe_run(config, dataset, strategy, signals, machine, start, parameters)
        facts |= its_file | {"data_changes": data_changes(run, facts, accept_data), "without_labels": taken.without_labels,
                  "left_out": taken.left_out}
        compared = is_measured(config, signals)
        kept = config.memory_gb * KEPT * compared
        truth = Resized(Ungated(dataset.pool), config.size, kept) if compared else None
        share = len(dataset.pool.ids) / (len(dataset.pool.ids) + len(dataset.validation.ids))      # of the memory for images
        pool = Resized(Gated(dataset.pool, dataset.tasks, start), config.size, (config.memory_gb - kept) * share)
        validation = Resized(dataset.validation, config.size, (config.memory_gb - kept) * (1 - share))
        study = Study(config, run, dataset, strategy, signals, machine, pool, validation, truth, start, taken.there, facts)
        usable = labels_there(dataset.validation, dataset.tasks)
        broken = validation.preload(report, dataset.tasks, usable)
        validation.blank(dataset.tasks, ~usable)
        usable = less(usable, broken, config.tasks)
        facts["measured"] = dict(zip(config.tasks, usable.sum(axis=0).tolist(), strict=True))
        leave_out(study, "validation", broken)
        must_be_measured(usable, dataset)
    return study


def measured_signals(config: Config, tasks: Sequence[Task], strategy: Strategy) -> tuple[str, ...]:
    """Names of the signals of a run. ConfigError if the strategy cannot do its work on these tasks."""
    if missing := [name for name in strategy.tasks if name not in config.tasks]:
        raise ConfigError(f"strategy: {strategy.title} needs the task {', '.join(missing)}, which is not among "
                          f"{', '.join(config.tasks)}")
    for name in strategy.needs:
        if reason := find(SIGNALS, name, "signal").refuses(tasks):
            raise ConfigError(f"strategy: {strategy.title} cannot choose here: {reason}")
        if SIGNALS[name].along is not None and config.batch < 2:
            raise ConfigError(f"batch: {strategy.title} learns by comparing the images of a batch, so it needs at least two")
    return allowed(SIGNALS, tasks) if config.describe == "always" else strategy.needs


def less(there: np.ndarray, broken: Iterable[tuple[int, str]], tasks: Sequence[str]) -> np.ndarray:
    """(N, T) bool: the same labels without those that are broken, (position, task)."""
    usable = there.copy()
    for index, name in broken:
        usable[index, tasks.index(name)] = False
    return usable


def leave_out(study: Study, split: str, broken: dict[tuple[int, str], str]) -> None:
    """Write down what cannot be used, for the run's page. `broken`: (position, what) -> problem."""
    ids = {"pool": study.dataset.pool.ids, "validation": study.dataset.validation.ids}[split]
    known = {(row["split"], row["id"], row["what"]) for row in study.facts["left_out"]}
    study.facts["left_out"] += [{"split": split, "id": ids[index], "what": what, "problem": problem}
                                for (index, what), problem in sorted(broken.items()) if (split, ids[index], what) not in known]
    write_json(study.run.paths.facts, study.facts)


def training_weights(study: Study, number: int, labelled: np.ndarray) -> np.ndarray:
    """(N, T): 0 where there is no label; sample weights where they are on, else 1."""
    on = study.config.sample_weights == "on" or (study.config.sample_weights == "auto" and study.strategy.weights_samples)
    batches = []
    for earlier in range(number if on else 0):
        pairs = study.run.bought(earlier)
        columns = [f"n.{task.name}" for task in study.dataset.tasks]
        if len(pairs):                                      # else the pool was exhausted by then
            batches.append((pairs, study.run.pool(earlier)[columns].to_numpy(np.float64)))
    return sample_weights(labelled, batches)


def training_feed(study: Study, number: int, labelled: np.ndarray, watch: Watch) -> Feed:
    """What a cycle learns from: labels with their weights, and, if the strategy says so, guesses of the network before."""
    config, weights = study.config, training_weights(study, number, labelled)
    made: dict[tuple[int, str], np.ndarray] = {}
    wanted = lacking(labelled)
    if study.strategy.pseudo_labels and number and wanted.any():
        with watch.stage("guess", int(wanted.any(axis=1).sum())) as report:
            network = study.machine.place(last_network(study, number))
            made = guesses(network, study.pool, study.dataset.tasks, wanted, config.batch, study.machine, report,
                           study.run.paths.folder)
        weights = np.where(wanted, WEIGHT, weights)
    return Feed(study.pool, study.dataset.tasks, weights, config.batch, config.augment, study.machine, guesses=made)


def last_network(study: Study, number: int) -> TwoStageNetwork:
    """As it was at the end of the cycle before."""
    network = build_network(study.config, study.dataset.tasks, study.strategy.dropout)
    network.load_state_dict(load_file(study.run.cycle(number - 1).network))
    return network


def trained_network(study: Study, number: int, feed: Feed, watch: Watch) -> tuple[TwoStageNetwork, dict[str, Companion]]:
    """A new network from pretrained weights (or, if asked, the last cycle's), trained on what is labelled; signal -> what was
    trained along with it."""
    config, tasks = study.config, study.dataset.tasks
    with watch.stage("train", config.epochs * feed.steps) as report:
        seed_weights((config.seed, number, WEIGHTS))
        network = (last_network(study, number) if config.finetune and number
                   else build_network(config, tasks, study.strategy.dropout))
        network = study.machine.place(network)
        companions = {}
        for name in study.signals:
            if (along := SIGNALS[name].along) is not None:
                seed_weights((config.seed, number, COMPANION))
                companions[name] = study.machine.place(along(network, tasks, name in study.strategy.needs))
        seed_weights((config.seed, number, TRAINING))       # layers that draw while they are trained, such as dropout
        train(network, feed, config, [config.seed, number, TRAINING], report, list(companions.values()))
    for companion in companions.values():
        companion.eval().requires_grad_(False)
    return network.eval().requires_grad_(False), companions


def choose(study: Study, number: int, labelled: np.ndarray, bench: Bench, companions: Mapping[str, nn.Module],
           cycle: CyclePaths, watch: Watch) -> Chosen:
    """Fit and measure the signals, let the strategy pick, and write down what was picked and why."""
    config, fitted = study.config, dict(companions)
    for name in study.signals:
        if (fit := SIGNALS[name].fit) is not None:
            with watch.stage(SIGNALS[name].stage) as report:
                fitted[name] = fit(bench, report)
    found = described(study, bench, fitted, cycle, watch)
    with watch.stage("pick") as report:
        closed = study.closed_in(number)
        pool = Pool(config.tasks, labelled, {name: found[name] for name in study.strategy.needs}, closed)
        budget = stopping.affordable(config, labels_per_cycle(config, study.for_sale), int(labelled.sum()))
        options = Options(config.committee, config.normalise, config.across, config.terms, config.diversity, config.picking)
        seed = (config.seed, number, PICK)
        pick = study.strategy.pick(pool, budget, np.random.default_rng(seed), options)
        table = pool_table(study, pool, pick, found)
        report(1, 1)
    if others := rivals(study.strategy.name, study.signals, config.tasks):
        with watch.stage("others", len(others)) as report:
            replay(others, found, pool, budget, seed, options, cycle, report)
    if "embedding" in found:
        before = study.run.pool(number - 1).get("cluster") if number else None
        table = table.assign(**neighbourhood(found["embedding"], np.asarray(labelled.any(axis=1)), pick.images,
                                             config.diversity,
                                             None if before is None else before.to_numpy(), config.seed))
    losses = None
    if study.truth is not None:                             # only now, when nothing can be chosen by it any more
        losses = measure_quality(study, study.truth, bench.network, labelled, found, cycle, watch)
        table = table.assign(**{f"loss.{name}": losses[:, column] for column, name in enumerate(config.tasks)})
    draw(study, bench, fitted.get("committee"), table, pick, bought_with(labelled, pick.pairs, config), cycle, watch)
    table.to_parquet(cycle.pool)
    np.save(cycle.pick, pick.pairs)
    if "committee" in fitted:
        save_weights(fitted["committee"], cycle.pairs)
    if "embedding" in found:
        np.save(cycle.embedding, found["embedding"])
        if config.projection != "none":
            with watch.stage("project"):
                layout = study.run.layout(number - 1) if number else None
                np.save(cycle.layout, project(found["embedding"], layout, config.projection, config.seed))
    return Chosen(pick.pairs, found.get("committee"), losses)


def described(study: Study, bench: Bench, fitted: Mapping[str, nn.Module], cycle: CyclePaths, watch: Watch,
              ) -> dict[str, np.ndarray]:
    """Signal -> (N, ...), all of one pass over the pool; what the images hold is found and written down on the way."""
    signals = {name: SIGNALS[name] for name in study.signals}
    if not signals:
        return {}
    if not CONTENT.refuses(bench.tasks):
        signals[CONTENT.name] = CONTENT
    with watch.stage("score", len(study.pool)) as report:
        found = describe(bench, signals, fitted, report)
    if (shares := found.pop(CONTENT.name, None)) is not None:
        pd.DataFrame(shares, columns=titles(bench.tasks)).to_parquet(cycle.content)
    return found


def draw(study: Study, bench: Bench, blocks: nn.Module | None, table: pd.DataFrame, pick: Pick, bought: np.ndarray,
         cycle: CyclePaths, watch: Watch) -> None:
    """Pictures of the picked images and the near misses. In a simulation labels are shown beside predictions, without signal
    quality only those of `bought` (N, T) bool."""
    shown = to_draw(table["rank"].to_numpy(), len(pick.images))
    truth = truth_of(study.dataset.pool, study.dataset.tasks, bought, study.config)
    easel = Easel(bench.network, blocks if isinstance(blocks, PairBlocks) else None, study.pool, truth, bench.tasks, study.config,
                  study.machine)
    with watch.stage("evidence", len(shown)) as report:
        draw_evidence(easel, shown, cycle, report)


def follow(study: Study, labelled: np.ndarray, feed: Feed, network: TwoStageNetwork, number: int, chosen: Chosen,
           cycle: CyclePaths, watch: Watch) -> None:
    """Write down what became of all images picked so far, those of this cycle included."""
    earlier = [study.run.bought(before)[:, 0] for before in range(number)]
    images = np.unique(np.concatenate([*earlier, chosen.pairs[:, 0]]))
    if not len(images):
        return
    bought = bought_with(labelled, chosen.pairs, study.config)
    wanted = np.zeros_like(bought)
    wanted[images] = (bought & study.there)[images]
    if chosen.losses is not None:                           # signal quality has looked at the whole pool
        losses = np.where(wanted, chosen.losses, np.nan)
    elif wanted.any():
        with watch.stage("afterwards", int(wanted.any(axis=1).sum())) as report:
            losses = bought_losses(network, feed, study.dataset, wanted, bought, study.config, report)
    else:
        losses = np.full(wanted.shape, np.nan)
    table = follow_up(images, losses, chosen.committee, feed.weights, study.dataset.tasks, study.config)
    table.to_parquet(cycle.afterwards)


def measure_quality(study: Study, truth: Resized, network: TwoStageNetwork, labelled: np.ndarray, found: dict[str, np.ndarray],
                    cycle: CyclePaths, watch: Watch) -> np.ndarray:
    """Compare the signals with the true losses, (N, T), and write that down."""
    tasks = study.dataset.tasks
    with watch.stage("quality", len(study.pool)) as report:
        losses = true_losses(network, study.pool, truth, study.there, tasks, study.config, study.machine, report)
        quality_table(found, losses, labelled, tasks, study.config).to_parquet(cycle.quality)
    return losses


def pool_table(study: Study, pool: Pool, pick: Pick, found: dict[str, np.ndarray]) -> pd.DataFrame:
    """A row per pool image; the columns are listed at `Run.pool`."""
    rank, score = ranking(pick, pool), pick.table.get("score")
    columns = {"id": study.dataset.pool.ids, "labelled": pool.labelled.any(axis=1), "open": pool.open_images,
               "picked": np.isin(np.arange(len(rank)), pick.images), "rank": rank}
    if "committee" in found:
        columns |= {f"m.{name}.{partner}": found["committee"][:, row, column]
                    for row, (name, others) in enumerate(partners(study.dataset.tasks, study.config).items())
                    for column, partner in enumerate(others)}
    columns |= {f"{version}.{name}": scores[:, column] for (signal, version), scores in versions(found).items()
                if signal != "committee" for column, name in enumerate(study.config.tasks)}
    cutoff = {} if score is None else {"cutoff": np.full(len(rank), score[pick.images[-1]])}
    return pd.DataFrame(pick.table | columns | cutoff)[[*columns, *pick.table, *cutoff]]


def write_measurements(study: Study, found: Evaluation, labelled: np.ndarray, cycle: CyclePaths, watch: Watch, waited: float,
                       ) -> None:
    """metrics.json and a row per validation image. `waited`: seconds for which training stood still for data."""
    names = [task.name for task in study.dataset.tasks]
    labels, all_labels = int(labelled.sum()), int((labelled | ~study.closed).sum())
    write_json(cycle.metrics, {
        "images": int(labelled.any(axis=1).sum()), "labels": labels, "percent": 100 * labels / all_labels,
        "loss": _known(found.loss), "loss_with_initial": _known(found.loss_with_initial),
        "metrics": {name: _known(value) for name, value in found.metrics.items()},
        "task_losses": {name: _known(value) for name, value in found.task_losses.items()}, "seconds": watch.seconds,
        "waited_for_data": waited,
        "peak_memory_gb": peak_memory_gb(study.machine)})
    rows: dict[str, Sequence[str] | np.ndarray] = {"id": study.dataset.validation.ids}
    rows |= {f"loss.{name}": found.image_losses[:, column] for column, name in enumerate(names)}
    rows |= {f"value.{name}": found.image_values[:, column] for column, name in enumerate(names)}
    pd.DataFrame(rows).to_parquet(cycle.validation)


def peak_memory_gb(machine: Machine) -> dict[str, float]:
    """The most memory that this process held so far, in gigabytes; of the GPU too where there is one."""
    unit = 1 if sys.platform == "darwin" else 1024          # ru_maxrss counts bytes there, kibibytes here
    peak = {"worker": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9}
    if machine.device.type == "cuda":
        peak["gpu"] = torch.cuda.max_memory_allocated(machine.device) / 1e9
    return peak


def save_weights(module: nn.Module, path: Path) -> None:
    """A state dict as safetensors, which wants plain memory order."""
    save_file({name: tensor.cpu().contiguous() for name, tensor in module.state_dict().items()}, path)


def _known(value: float) -> float | None:
    """JSON has no NaN: a number that could not be measured is null."""
    return value if np.isfinite(value) else None
