"""One selection step from one and the same network: what each way of choosing buys, before the ways drift apart.

A network is trained on a random start, every signal is measured with it, and each way picks one batch. For each a new network is
trained on start and batch, all from the same weights in the same order of steps, and measured on the validation split.

    python -m benchmarks.one_step FILE.csv [--seed 0] [--ways random,ours,...] [--set start_percent=20]
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
from mtal.acquisition.weights import sample_weights
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

WAYS: dict[str, dict[str, object]] = {  # name -> settings that differ from the base
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
MEASURED_ANEW = ("class_distance", "with_final")  # settings that change the committee's numbers


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """No progress wanted."""


def main() -> None:
    """A line per way, also into a CSV file, so that a stopped series can go on."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting([*args.set, f"seed={args.seed}"])
    device = find_device(of.config)
    print(describe_machine(of.config))
    for row in steps(of, device, args.ways.split(",")):
        print(
            "  ".join(
                f"{name} {value:.3f}" if isinstance(value, float) else f"{value}"
                for name, value in row.items()
            ),
            flush=True,
        )
        pd.DataFrame([row]).to_csv(args.file, mode="a", header=not args.file.exists(), index=False)


def steps(of: Setting, device: Device, ways: list[str]) -> Iterator[dict[str, object]]:
    """A row per way; the first is the start."""
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
    found = describe(context, SIGNALS, fitted, quiet)
    for name in ways:
        way = make_config(config.model_dump() | {"strategy": "ours"} | WAYS[name])
        signals = found
        if any(getattr(way, one) != getattr(config, one) for one in MEASURED_ANEW):
            signals = found | describe(
                replace(context, config=way), {"committee": SIGNALS["committee"]}, fitted, quiet
            )
        yield {"way": name, **one_step(of, device, way, labelled, signals, validation)}


def one_step(
    of: Setting,
    device: Device,
    way: Config,
    labelled: np.ndarray,
    signals: dict[str, np.ndarray],
    validation: Resized,
) -> dict[str, object]:
    """Pick, train anew, measure."""
    strategy = STRATEGIES[way.strategy]
    options = Options(
        way.committee, way.normalise, way.across, way.terms, way.diversity, way.picking
    )
    pool = Pool(way.tasks, labelled, {name: signals[name] for name in strategy.needs})
    budget = round(len(labelled) * way.step_percent / 100) * len(way.tasks)
    pick = strategy.pick(pool, budget, np.random.default_rng([way.seed, 0, 4]), options)
    after = labelled.copy()
    after[tuple(pick.pairs.T)] = True
    weights = after.astype(float)
    if way.sample_weights != "off" and strategy.weights_samples:
        scores = np.stack([pick.table[f"n.{task}"] for task in way.tasks], axis=1)
        weights = sample_weights(after, [(pick.pairs, scores)])
    network, _ = trained(of, device, after, weights)
    return measured(of, device, network, validation)


def gated(of: Setting, labelled: np.ndarray) -> Resized:
    """The pool behind a gate that opens for what is labelled; decoded images are kept."""
    of.pool.change_gate(Gated(of.dataset.pool, of.dataset.tasks, labelled))
    return of.pool


def trained(
    of: Setting, device: Device, labelled: np.ndarray, weights: np.ndarray
) -> tuple[TwoStageNetwork, nn.Module]:
    """A network and the loss modules that watched it, all ways from the same weights and the same order of steps."""
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
    """Multi-task loss and metrics."""
    found = evaluate(network, validation, of.dataset.tasks, of.config, device, quiet)
    return {"seed": of.config.seed, "loss": found.loss, **found.metrics}


if __name__ == "__main__":
    main()
