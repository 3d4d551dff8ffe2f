"""Compare strategies and their variants by one selection step from the same network.

A network is trained on a random start, all signals are measured with it, and each variant picks one
batch. A new network is then trained on start and batch, from the same weights in the same order of
steps, and evaluated on the validation split.

    python -m benchmarks.one_step FILE.csv [--seed 0] [--ways random,ours] [--set start_percent=20]
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from torch import nn

from benchmarks.setting import Setting, describe_machine, setting
from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.weights import score_weights
from mtal.config import Config, make_config
from mtal.datasets.dataset import Gated
from mtal.datasets.resized import Resized
from mtal.models.prediction import TwoStageNetwork
from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext
from mtal.training.batches import LabelledBatches, seed_weights
from mtal.training.device import Device, find_device
from mtal.training.evaluate import evaluate
from mtal.training.train import train

VARIANTS: dict[str, dict[str, object]] = {  # name -> settings that differ from the base
    "random": {"strategy": "random"},
    "random again": {"strategy": "random", "seed": 1000},
    "random a third time": {"strategy": "random", "seed": 2000},
    "core-set": {"strategy": "core-set"},
    "rbal": {"strategy": "rbal"},
    "ll4al": {"strategy": "ll4al"},
    "equal": {"strategy": "equal"},
    "ours": {},
    "ours without weights": {"sample_weights": "off"},
    "diversity": {"terms": "diversity", "sample_weights": "off"},
    "diversity cosine": {"terms": "diversity", "diversity": "cosine", "sample_weights": "off"},
    "inconsistency": {"terms": "inconsistency", "sample_weights": "off"},
    "committee mean": {"committee": "mean", "sample_weights": "off"},
    "committee min": {"committee": "min", "sample_weights": "off"},
    "with final": {"with_final": True, "sample_weights": "off"},
    "across mean": {"across": "mean", "sample_weights": "off"},
    "ranks": {"normalise": "rank", "sample_weights": "off"},
    "cross-entropy": {"class_distance": "ce", "sample_weights": "off"},
    "cross-entropy mean ranks": {
        "class_distance": "ce",
        "across": "mean",
        "normalise": "rank",
        "sample_weights": "off",
    },
    "changed pixels": {"class_distance": "changed", "sample_weights": "off"},
    "top": {"picking": "top", "sample_weights": "off"},
}
MEASURED_ANEW = ("class_distance", "with_final")  # settings that change the committee signal


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """Ignore progress reports."""


def main() -> None:
    """Print a line per variant, and append it to a CSV file, so that a stopped series can go on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ways", default=",".join(VARIANTS))
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting([*args.set, f"seed={args.seed}"])
    device = find_device(of.config)
    print(describe_machine(of.config))
    for row in steps(of, device, args.ways.split(",")):
        cells = [
            f"{name} {value:.3f}" if isinstance(value, float) else f"{value}"
            for name, value in row.items()
        ]
        print("  ".join(cells), flush=True)
        pd.DataFrame([row]).to_csv(args.file, mode="a", header=not args.file.exists(), index=False)


def steps(of: Setting, device: Device, ways: list[str]) -> Iterator[dict[str, object]]:
    """Yield a row per variant, after one for the start."""
    config, tasks, count = of.config, of.dataset.tasks, len(of.dataset.pool.ids)
    rng = np.random.default_rng([config.seed, 0])
    labelled = np.zeros((count, len(tasks)), bool)
    labelled[rng.choice(count, round(count * config.start_percent / 100), replace=False)] = True
    network, auxiliary = trained(of, device, labelled, labelled.astype(float))
    validation = Resized(of.dataset.validation, config.size, config.memory_gb)
    yield {"way": "start", **measured(of, device, network, validation)}
    batches = LabelledBatches(
        gated(of, labelled), tasks, labelled.astype(float), config.batch, config.augment, device
    )
    context = FitContext(network, batches.data, batches, tasks, config, device, (config.seed, 0, 3))
    fitted = {"predicted_loss": auxiliary} | {
        name: signal.fit(context, quiet) for name, signal in SIGNALS.items() if signal.fit
    }
    shared = describe(context, SIGNALS, fitted, quiet)
    for name in ways:
        variant = make_config(config.model_dump() | {"strategy": "ours"} | VARIANTS[name])
        signals = shared
        if any(getattr(variant, key) != getattr(config, key) for key in MEASURED_ANEW):
            committee = {"committee": SIGNALS["committee"]}
            signals = shared | describe(replace(context, config=variant), committee, fitted, quiet)
        yield {"way": name, **one_step(of, device, variant, labelled, signals, validation)}


def one_step(
    of: Setting,
    device: Device,
    variant: Config,
    labelled: np.ndarray,
    signals: dict[str, np.ndarray],
    validation: Resized,
) -> dict[str, object]:
    """Pick a batch by the variant's settings, train a new network, and return its results.

    Arguments:
        of: data set, pool and base settings.
        device: device of the training.
        variant: settings of the variant.
        labelled: (N, T) labels before the pick.
        signals: signals of the pool, by name.
        validation: validation split.
    """
    strategy = STRATEGIES[variant.strategy]
    options = Options.from_config(variant)
    pool = Pool(
        variant.tasks, labelled, {name: signals[name] for name in strategy.signals(options)}
    )
    budget = round(len(labelled) * variant.step_percent / 100) * len(variant.tasks)
    pick = strategy.pick(pool, budget, np.random.default_rng([variant.seed, 0, 4]), options)
    after = labelled.copy()
    after[tuple(pick.pairs.T)] = True
    weights = after.astype(float)
    if variant.sample_weights != "off" and strategy.weights_samples:
        scores = np.stack([pick.table[f"n.{task}"] for task in variant.tasks], axis=1)
        weights = score_weights(after, [(pick.pairs, scores)])
    network, _ = trained(of, device, after, weights)
    return measured(of, device, network, validation)


def gated(of: Setting, labelled: np.ndarray) -> Resized:
    """Return the pool, limited to the labels of `labelled` (N, T); decoded images are kept."""
    of.pool.change_gate(Gated(of.dataset.pool, of.dataset.tasks, labelled))
    return of.pool


def trained(
    of: Setting, device: Device, labelled: np.ndarray, weights: np.ndarray
) -> tuple[TwoStageNetwork, nn.Module]:
    """Return a trained network and its loss predictor, from the run's initial weights and order."""
    config, tasks = of.config, of.dataset.tasks
    seed_weights((config.seed, 0, 1))
    network = of.network(device, seed=config.seed)
    build_auxiliary = SIGNALS["predicted_loss"].build_auxiliary
    assert build_auxiliary is not None
    auxiliary = device.move(build_auxiliary(network, tasks, False))
    batches = LabelledBatches(
        gated(of, labelled), tasks, weights, config.batch, config.augment, device
    )
    train(network, batches, config, [config.seed, 0, 2], quiet, [auxiliary])
    return network.eval().requires_grad_(False), auxiliary.eval()


def measured(
    of: Setting, device: Device, network: TwoStageNetwork, validation: Resized
) -> dict[str, object]:
    """Return multi-task loss and metrics on the validation split."""
    result = evaluate(network, validation, of.dataset.tasks, of.config, device, quiet)
    return {"seed": of.config.seed, "loss": result.loss, **result.metrics}


if __name__ == "__main__":
    main()
