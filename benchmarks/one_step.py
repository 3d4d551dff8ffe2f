"""Compare strategies and their variants by one selection step from the same network.

For each seed a network is trained on a random start, all signals are measured with it, and each
way picks one batch. A new network is then trained on start and batch, from the same weights in the
same order of steps, and evaluated on the validation split. Every way is compared with the mean of
five random draws of the same seed. A series that was stopped goes on where it stopped.

    python -m benchmarks.one_step FILE.jsonl --preset demo --set size=60x80 --seeds 0-9
    python -m benchmarks.one_step FILE.jsonl --summary

Labels are of whole images. The protocols that were fixed before are in benchmarks/RESULTS.md.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from torch import nn

from benchmarks.series import append_row, compared, missing_ways, parse_arguments
from benchmarks.setting import describe_machine
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.scores import comparable, ranks, task_scores
from mtal.acquisition.weights import ordered_weights, score_weights
from mtal.config import Config, compose, make_config
from mtal.engine.cycle import begin
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.measure import evaluate_network
from mtal.engine.stages.open_labels import open_labels
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.select import fit_signals, measure_signals
from mtal.engine.stages.signal_quality import quality_table
from mtal.engine.stages.train import TrainedNetwork, train_network
from mtal.engine.stages.true_losses import true_losses
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from mtal.seeds import PICK, TRAINING, WEIGHTS
from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.training.batches import seed_weights
from mtal.training.device import set_threads
from mtal.training.train import train

DRAWS = 5  # of Random for each seed; their mean is what the other ways are compared with
DRAW_SEED = 1000  # apart

GREEDY = {"strategy": "ours", "embedding_source": "frozen"}
WAYS: dict[str, Mapping[str, object]] = {  # name -> settings that differ from the base
    **{f"random {draw}": {"strategy": "random"} for draw in range(DRAWS)},
    "coverage": {"strategy": "coverage"},
    "k-centre, shared": {"strategy": "core-set", "embedding_source": "shared"},
    "k-centre, frozen": {"strategy": "core-set", "embedding_source": "frozen"},
    "typiclust": {"strategy": "typiclust"},
    "clue, entropy": {"strategy": "clue", "weighted_by": "entropy"},
    "clue, inconsistency": {"strategy": "clue", "weighted_by": "inconsistency"},
    "rbal": {"strategy": "rbal"},
    "equal": {"strategy": "equal"},
    "ours": GREEDY,
    "ours, task features": GREEDY | {"embedding_source": "task features"},
    "ours, shared": GREEDY | {"embedding_source": "shared"},
    "ours, auto-encoder": GREEDY | {"embedding_source": "auto-encoder"},
    "ours, min-max": GREEDY | {"normalise": "minmax"},
    "ours, mean over tasks": GREEDY | {"across": "mean"},
    "ours, inconsistency alone": GREEDY | {"terms": "inconsistency"},
    "entropy x diversity": GREEDY | {"strategy": "entropy-diversity"},
    "ours, JS": GREEDY | {"class_distance": "js"},
    "ours, total variation": GREEDY | {"class_distance": "tv"},
    "ours, changed": GREEDY | {"class_distance": "changed"},
    "ours, decode": GREEDY | {"pair_blocks": "decode"},
    "ours, decode, JS": GREEDY | {"pair_blocks": "decode", "class_distance": "js"},
    "ours, ordered": GREEDY | {"sample_weights": "ordered"},
    "ours, scores": GREEDY | {"sample_weights": "scores"},
    "random 0, ordered": {"strategy": "random", "sample_weights": "ordered"},
    "random 0, scores": {"strategy": "random", "sample_weights": "scores"},
}
FITTED_ANEW, MEASURED_ANEW = ("pair_blocks",), ("pair_blocks", "class_distance")


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """Ignore progress reports."""


def main() -> None:
    """Append a line per way and seed to a file, or print what the file says."""
    args = parse_arguments(__doc__)
    if args.summary:
        print(summary(pd.read_json(args.file, lines=True)).to_string())
        return
    for seed, missing, done in missing_ways(args, WAYS):
        config = compose(args.preset, sets=[*args.sets, f"seed={seed}"])
        print(describe_machine(config), flush=True)
        with TemporaryDirectory() as folder:
            for row in rows(config, StorePaths(Path(folder)), missing, done):
                append_row(args.file, {"seed": seed} | row)


@dataclass(frozen=True)
class Start:
    """The network that was trained on the start, and what it says of the pool."""

    cycle: CycleContext
    trained: TrainedNetwork
    fitted: Mapping[str, nn.Module]
    signals: Mapping[str, np.ndarray]

    @property
    def config(self) -> Config:
        """Base settings."""
        return self.cycle.context.config

    @property
    def labelled(self) -> np.ndarray:
        """(N, T) labels of the start."""
        return self.cycle.labels.labelled

    def signals_for(self, variant: Config) -> Mapping[str, np.ndarray]:
        """Signals under the settings of a variant; the committee is fitted anew if need be."""
        if all(getattr(variant, name) == getattr(self.config, name) for name in MEASURED_ANEW):
            return self.signals
        context = replace(self.trained.fit_context, config=variant)
        committee, blocks = SIGNALS["committee"], self.fitted["committee"]
        if any(getattr(variant, name) != getattr(self.config, name) for name in FITTED_ANEW):
            assert committee.fit is not None
            blocks = committee.fit(context, quiet)
        anew = describe(context, {"committee": committee}, {"committee": blocks}, quiet)
        return {**self.signals, **anew}


def start_of(config: Config, store: StorePaths, ways: Sequence[str]) -> Start:
    """Train on the random start of a config and measure every signal that the ways need."""
    cycle, trained = trained_start(config, store, signals_of(config, ways))
    fitted = fit_signals(cycle, trained)
    return Start(cycle, trained, fitted, measure_signals(cycle, trained, fitted))


def trained_start(
    config: Config, store: StorePaths, signals: tuple[str, ...] = ()
) -> tuple[CycleContext, TrainedNetwork]:
    """Train on the start of a config. signals: those that are measured later."""
    run = Run(create(config, store).folder)
    timer = StageTimer(run, 0)
    context = replace(begin(run, timer), signals=signals)
    set_threads(config)
    open_labels(context, context.labels, timer)
    paths = run.paths.cycle(0)
    paths.folder.mkdir(parents=True)
    cycle = CycleContext(context, 0, context.labels, paths, timer)
    return cycle, train_network(cycle)


def signals_of(config: Config, ways: Sequence[str]) -> tuple[str, ...]:
    """Name the signals of some ways, and those whose quality is measured."""
    names = {"committee", "initial_uncertainty"}
    for way in ways:
        variant = make_config({**config.model_dump(), **WAYS[way]})
        names |= set(STRATEGIES[variant.strategy].signals(Options.from_config(variant)))
    return tuple(name for name in SIGNALS if name in names)


def rows(
    config: Config, store: StorePaths, ways: Sequence[str], done: set[str]
) -> Iterator[dict[str, object]]:
    """Yield a row per way, after one for the start if the file lacks it."""
    start = start_of(config, store, ways)
    if "start" not in done:
        correlations = signal_quality(start)
        yield {"way": "start", **measured(start.cycle, start.trained.network)} | correlations
    for name in ways:
        variant = make_config({**config.model_dump(), **WAYS[name]})
        if name.startswith("random "):
            draw = int(name.split()[1].rstrip(","))
            variant = variant.model_copy(update={"seed": config.seed + DRAW_SEED * (draw + 1)})
        signals = start.signals_for(variant)
        pick = pick_batch(start, variant, signals)
        after = start.labelled.copy()
        after[tuple(pick.pairs.T)] = True
        weights = weights_of(start, variant, signals, pick, after)
        network = trained_on(start, after, weights)
        yield {"way": name, **measured(start.cycle, network)} | spread(start, pick)


def pick_batch(start: Start, variant: Config, signals: Mapping[str, np.ndarray]) -> Pick:
    """Pick one batch by the settings of a variant."""
    strategy, options = STRATEGIES[variant.strategy], Options.from_config(variant)
    needs = {name: signals[name] for name in strategy.signals(options)}
    pool = Pool(variant.tasks, start.labelled, needs, start.cycle.labels.closed)
    images = round(len(start.labelled) * variant.step_percent / 100)
    rng = np.random.default_rng([variant.seed, 0, PICK])
    return strategy.pick(pool, images * len(variant.tasks), rng, options)


def weights_of(
    start: Start, variant: Config, signals: Mapping[str, np.ndarray], pick: Pick, after: np.ndarray
) -> np.ndarray:
    """Sample weights (N, T) of the training on start and batch."""
    if variant.sample_weights not in ("ordered", "scores"):
        return after.astype(float)
    is_open = np.asarray(start.cycle.labels.open_pairs.any(axis=1))
    scores = task_scores(signals["committee"], variant.committee)
    if variant.sample_weights == "ordered":
        return ordered_weights(after, [(pick.pairs, ranks(scores, is_open, ties="min"))])
    return score_weights(after, [(pick.pairs, comparable(scores, is_open, variant.normalise))])


def trained_on(start: Start, labelled: np.ndarray, weights: np.ndarray) -> TwoStageNetwork:
    """Train a new network from the same weights in the same order of steps."""
    context, config = start.cycle.context, start.config
    labels = replace(start.cycle.labels, labelled=labelled)
    open_labels(context, labels, start.cycle.timer)
    batches = replace(start.trained.fit_context.batches, weights=weights)
    seed_weights((config.seed, 0, WEIGHTS))
    network = context.device.move(build_network(config, context.dataset.tasks))
    seed_weights((config.seed, 0, TRAINING))
    train(network, batches, config, [config.seed, 0, TRAINING], quiet)
    return network.eval().requires_grad_(False)


def measured(cycle: CycleContext, network: TwoStageNetwork) -> dict[str, object]:
    """Multi-task loss, metrics and task losses on the validation split."""
    result = evaluate_network(cycle, network)
    losses = {f"loss {name}": value for name, value in result.task_losses.items()}
    return {"loss": result.loss, **result.metrics, **losses}


def spread(start: Start, pick: Pick) -> dict[str, object]:
    """How many sequences a batch covers, where they are known."""
    dataset = start.cycle.context.dataset
    if dataset.sequences is None:
        return {"sequences": math.nan}
    ids = [dataset.pool.ids[image] for image in pick.images.tolist()]
    return {"sequences": len({dataset.sequences.get(name, name) for name in ids})}


def signal_quality(start: Start) -> dict[str, object]:
    """Spearman's rho of the committee and of entropy with the true loss of unlabelled images."""
    context = start.cycle.context
    if context.oracle is None:
        return {}
    losses = true_losses(start.trained.fit_context, context.oracle, context.labels.exists, quiet)
    tasks = context.dataset.tasks
    table = quality_table(start.signals, losses, start.labelled, tasks, start.config)
    table = table[table["version"].isin(["committee max", "initial uncertainty"])]
    keys = table["version"] + ": " + table["task"] + " " + table["joined"]
    return dict(zip(keys.str.strip(), table["rho"].round(3).tolist(), strict=True))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Compare each way with the mean of Random's draws, and average the sequences of its batch."""
    losses = table.pivot(index="seed", columns="way", values="loss")
    random = losses[[f"random {draw}" for draw in range(DRAWS)]].mean(axis=1)
    sequences = table.groupby("way")["sequences"].mean()
    return compared(losses, random).assign(sequences=sequences).sort_values("mean").round(3)


if __name__ == "__main__":
    main()
