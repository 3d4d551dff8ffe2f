"""Time and worth of the pairwise blocks: what a committee says of the loss, by form and steps.

A network is trained on a tenth of the bundled rooms, chosen at random. Blocks of both forms are
trained on it for several numbers of steps. Printed for each: seconds, Spearman's correlation of
the committee with the true loss of the unlabelled images, and the losses on held-out images.

    python -m benchmarks.pair_blocks --seeds 0-2
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from benchmarks.one_step import quiet
from benchmarks.setting import describe_machine
from mtal.acquisition.rank_correlation import correlation
from mtal.config import Config, compose
from mtal.datasets.dataset import Dataset, Gated
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine.stages.true_losses import true_losses
from mtal.models.registry import build_network
from mtal.seeds import SIGNAL, TRAINING, WEIGHTS
from mtal.signals.committee import COMMITTEE
from mtal.signals.describe import describe
from mtal.signals.entropy import ENTROPY
from mtal.signals.signal import FitContext
from mtal.training.batches import LabelledBatches, seed_weights
from mtal.training.device import find_device
from mtal.training.train import train

FORMS, STEPS, DISTANCES = ("decode", "residual"), (48, 300), ("js", "ce", "changed")


def main() -> None:
    """Print a line per seed, form and number of steps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="0-2")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    args = parser.parse_args()
    first, _, last = args.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        config = compose(
            "demo", sets=["size=60x80", "backbone_frozen=false", f"seed={seed}", *args.sets]
        )
        print(describe_machine(config), flush=True)
        compare(config, args.forms)


def compare(config: Config, forms: Sequence[str]) -> None:
    """Train the network, then all blocks, and print what they say."""
    dataset = DATASETS[config.dataset].load(config)
    context, labelled = trained_context(config, dataset)
    everything = np.ones_like(labelled)
    labels = Resized(dataset.pool, config.size, config.memory_gb)
    losses = true_losses(context, labels, everything, quiet)
    open_images = ~labelled.any(axis=1)
    names = [task.name for task in dataset.tasks]
    entropy = describe(context, {"entropy": ENTROPY}, {}, quiet)["entropy"]
    print_line(f"seed {config.seed} entropy", entropy[open_images], losses[open_images], names)
    for form in forms:
        for steps in STEPS:
            fit_config = config.model_copy(
                update={"pair_blocks": form, "pair_steps": steps, "pair_epochs": 1}
            )
            fit_context = replace(context, config=fit_config)
            began = time.perf_counter()
            assert COMMITTEE.fit is not None
            blocks = COMMITTEE.fit(fit_context, quiet)
            seconds = time.perf_counter() - began
            for distance in DISTANCES:
                distance_config = fit_config.model_copy(update={"class_distance": distance})
                values = describe(
                    replace(context, config=distance_config),
                    {"committee": COMMITTEE},
                    {"committee": blocks},
                    quiet,
                )["committee"].max(axis=2)
                title = f"seed {config.seed} {form} {steps} steps {seconds:.0f} s {distance}"
                print_line(title, values[open_images], losses[open_images], names)
            print(f"  {COMMITTEE.fit_facts(blocks)}", flush=True)


def trained_context(config: Config, dataset: Dataset) -> tuple[FitContext, np.ndarray]:
    """Train a network on random images; (N, T) bool says which are labelled."""
    labelled = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
    count = round(len(labelled) * config.start_percent / 100)
    labelled[np.random.default_rng(config.seed).choice(len(labelled), count, replace=False)] = True
    device = find_device(config)
    pool = Resized(Gated(dataset.pool, dataset.tasks, labelled), config.size, config.memory_gb)
    batches = LabelledBatches(
        pool, dataset.tasks, labelled.astype(float), config.batch, dataset.augmentation, device
    )
    seed_weights((config.seed, 0, WEIGHTS))
    network = device.move(build_network(config, dataset.tasks))
    train(network, batches, config, [config.seed, 0, TRAINING], quiet)
    network.eval().requires_grad_(False)
    seed = (config.seed, 0, SIGNAL)
    return FitContext(network, pool, batches, dataset.tasks, config, device, seed), labelled


def print_line(title: str, scores: np.ndarray, losses: np.ndarray, names: Sequence[str]) -> None:
    """Print Spearman's rho of each task's scores with its losses, both (N, T); nan: no scores."""
    rhos = [correlation(scores[:, k], losses[:, k])[0] for k in range(len(names))]
    parts = [f"{name} {rho:+.2f}" for name, rho in zip(names, rhos, strict=True)]
    print(f"{title}: {'  '.join(parts)}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
