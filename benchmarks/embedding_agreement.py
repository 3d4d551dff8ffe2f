"""What it takes until the auto-encoder's neighbours are twins, on the walks of the bundled rooms.

One network is trained on 48 of 480 images (60x80, 48 channels, 360 steps at 1e-3, seed 0). Its
features are embedded in many ways; for each, a line of JSON: the share of images whose nearest
neighbour is a frame of the same walk, and the share for which it is among the ten nearest in the
frozen feature. Lines that the file holds already are not measured again.

    python -m benchmarks.embedding_agreement /tmp/agreement.jsonl
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from benchmarks.one_step import quiet
from mtal.config import Config, compose
from mtal.datasets.dataset import Dataset
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine.stages.frozen_feature import pooled
from mtal.engine.stages.neighbours import agreement
from mtal.models.registry import build_network
from mtal.seeds import SIGNAL, START, TRAINING, WEIGHTS
from mtal.signals import embedding
from mtal.signals.pool_features import PoolFeatures, pool_features
from mtal.signals.signal import FitContext
from mtal.signals.standardise import standardised
from mtal.training.batches import LabelledBatches, seed_weights
from mtal.training.device import Device, find_device
from mtal.training.train import train

LABELLED, SAMPLE = 48, 256
TRAININGS = ((1e-3, 3), (1e-3, 10), (1e-3, 40), (1e-4, 3), (1e-4, 10), (3e-5, 10))
SETS = ("size=60x80", "channels=48", "steps=360", "lr=0.001", "seed=0", "backbone_frozen=false")
Embed = Callable[[], tuple[np.ndarray, dict[str, float]]]  # -> (N, D), and facts about the fit


def main() -> None:
    """Measure every way that the file does not hold yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    args = parser.parse_args()
    config = compose("demo", sets=[*SETS, *args.sets])
    dataset = DATASETS[config.dataset].load(config)
    context = trained_context(config, dataset, args.file.with_suffix(".pth"))
    frozen = standardised(pooled(config, context.pool, context.device, quiet))
    walks = np.array([name.rpartition("_")[0] for name in context.pool.ids], dtype=object)
    lines = args.file.read_text().splitlines() if args.file.exists() else []
    done = {json.loads(line)["way"] for line in lines}
    for way, embed in Ways(context, frozen).all():
        if way in done:
            continue
        began = time.perf_counter()
        points, facts = embed()
        seconds = time.perf_counter() - began
        shares = agreement(points, frozen, walks)
        line = {"way": way, "walk": shares.sequence, "frozen": shares.frozen, "seconds": seconds}
        with args.file.open("a") as file:
            print(json.dumps(line | facts), file=file)
        print(json.dumps(line | facts), flush=True)


@dataclass(frozen=True)
class Ways:
    """Ways to embed the pool. features: (N, K*C, h, w) on the device; frozen: (N, D)."""

    context: FitContext
    frozen: np.ndarray

    def all(self) -> Iterator[tuple[str, Embed]]:
        """Every way with its name, the quick ones first."""
        own = pool_features(self.context, quiet, 1)
        maps = own.kept.of(np.arange(len(self.context.pool))).float()
        scaled = ((maps - own.mean.view(1, -1, 1, 1)) / own.spread.view(1, -1, 1, 1)).clamp(-10, 10)
        yield "chance", lambda: (np.random.default_rng(0).normal(size=(len(maps), 8)), {})
        yield "frozen feature", lambda: (self.frozen, {})
        yield "thumbnails 12x16", lambda: (self._thumbnails(), {})
        yield "task features, means", lambda: (maps.mean((2, 3)).cpu().numpy(), {})
        yield "standardised means", lambda: (scaled.mean((2, 3)).cpu().numpy(), {})
        yield "standardised maps, whole", lambda: (scaled.flatten(1).cpu().numpy(), {})
        yield "512 principal axes of them", lambda: principal(scaled, 512)
        yield "64 principal axes of them", lambda: principal(scaled, 64)
        yield "random weights", lambda: self._encoded(own, 0, 1e-4)
        for lr, epochs in TRAININGS:
            yield (
                f"auto-encoder, lr {lr:g}, {epochs} epochs",
                partial(self._encoded, own, epochs, lr),
            )
        sample, plain = sampled(own, maps), replace(own, spread=torch.ones_like(own.spread))
        half = Halved(own).features
        yield "statistics of 256 images", lambda: self._encoded(sample, 10, 1e-4)
        yield "not standardised", lambda: self._encoded(plain, 10, 1e-4)
        yield "input of half the size", lambda: self._encoded(half, 10, 1e-4)
        yield "code of 64", lambda: self._encoded(own, 10, 1e-4, 64)

    def _thumbnails(self) -> np.ndarray:
        images = self.context.pool.images(np.arange(len(self.context.pool))).float()
        return avg_pool2d(images, 5).flatten(1).numpy()

    def _encoded(
        self, features: PoolFeatures, epochs: int, lr: float, code: int = 512
    ) -> tuple[np.ndarray, dict[str, float]]:
        """Train for all of the epochs, however little they improve; 0 leaves random weights."""
        update = {"embedding_epochs": epochs, "embedding_lr": lr, "embedding": code}
        context = replace(self.context, config=self.context.config.model_copy(update=update))
        gain, embedding.LEAST_GAIN = embedding.LEAST_GAIN, -np.inf
        embedder = embedding.fit_to(features, context, quiet)
        embedding.LEAST_GAIN = gain
        assert embedder.fit is not None
        facts = {
            "explained": embedder.fit.explained_variance,
            "dimensions": embedder.fit.dimensions,
        }
        return encoded(embedder, features, context.device, len(context.pool)), facts


@dataclass(frozen=True)
class Halved:
    """Features averaged over 2x2 pixels."""

    whole: PoolFeatures

    @property
    def features(self) -> PoolFeatures:
        """The same with their own size; the statistics of the whole are kept."""
        height, width = (-(-side // 2) for side in self.whole.size)
        return replace(self.whole, kept=self, size=(height, width))

    def of(self, indices: np.ndarray) -> Tensor:
        """(B, K*C, h, w)."""
        return avg_pool2d(self.whole.kept.of(indices).float(), 2, ceil_mode=True)


def sampled(features: PoolFeatures, maps: Tensor) -> PoolFeatures:
    """Take the statistics of a sample, with a floor that keeps nothing small: as it was before."""
    chosen = maps[np.random.default_rng(0).choice(len(maps), SAMPLE, replace=False)]
    mean, spread = chosen.mean((0, 2, 3)), chosen.std((0, 2, 3)).clamp(min=1e-6)
    return replace(features, mean=mean, spread=spread)


@torch.inference_mode()
def encoded(
    embedder: embedding.Embedder, features: PoolFeatures, device: Device, count: int
) -> np.ndarray:
    """Encode the pool: (N, D)."""
    parts = []
    for indices in np.array_split(np.arange(count), -(-count // 32)):
        with device.autocast():
            parts.append(embedder(features.kept.of(indices).float()).float().cpu().numpy())
    return np.concatenate(parts)


def principal(maps: Tensor, axes: int) -> tuple[np.ndarray, dict[str, float]]:
    """Project on the first axes: the best linear auto-encoder of a code of that length."""
    rows = maps.flatten(1).double()
    rows = rows - rows.mean(0)
    values, vectors = torch.linalg.eigh(rows @ rows.T)
    kept = values.flip(0)[:axes].clamp(min=0)
    points = vectors.flip(1)[:, :axes] * kept.sqrt()
    return points.cpu().numpy(), {"explained": float(kept.sum() / values.sum())}


def trained_context(config: Config, dataset: Dataset, file: Path) -> FitContext:
    """Train the network on random images, or read it from a file that an earlier call wrote."""
    device = find_device(config)
    labelled = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
    images = np.random.default_rng([config.seed, START]).choice(len(labelled), LABELLED, False)
    labelled[images] = True
    pool = Resized(dataset.pool, config.size, config.memory_gb)
    weights = labelled.astype(float)
    batches = LabelledBatches(
        pool, dataset.tasks, weights, config.batch, dataset.augmentation, device
    )
    seed_weights((config.seed, 0, WEIGHTS))
    network = device.move(build_network(config, dataset.tasks))
    if file.exists():
        network.load_state_dict(torch.load(file, weights_only=True))
    else:
        train(network, batches, config, [config.seed, 0, TRAINING], quiet)
        torch.save(network.state_dict(), file)
    network.eval().requires_grad_(False)
    seed = (config.seed, 0, SIGNAL)
    return FitContext(network, pool, batches, dataset.tasks, config, device, seed)


if __name__ == "__main__":
    main()
