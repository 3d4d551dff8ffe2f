"""The embedding: the code that an auto-encoder makes of all task features of an image.

Supplement, section 2; docs/method.md, section 3. The auto-encoder is trained in each cycle on all
pool images, which needs no labels: features standardised per channel, MSE, Adam. It goes on from
the cycle before and stops when it no longer improves (our choices).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.config import Config
from mtal.models.autoencoder import AutoEncoder
from mtal.signals.pool_features import PoolFeatures, joined_features, pool_features
from mtal.signals.signal import FitContext, PoolBatch, Signal, shuffled_batches
from mtal.signals.standardise import FARTHEST
from mtal.training.batches import Report, seed_weights
from mtal.training.losses import NonFiniteLossError
from mtal.training.schedule import steps

# Of a training step: updating 29 million weights costs as much as 32 images.
MOST_IMAGES, MOST_BYTES = 32, 2**28
LEAST_GAIN, GAIN_EPOCHS = 0.01, 2  # share of its loss by which it must improve over so many epochs


@dataclass(frozen=True)
class Fit:
    """How the auto-encoder was fitted."""

    explained_variance: float  # share of the standardised features' variance that it restores
    dimensions: float  # that its codes use, see `used_dimensions`
    epochs: int
    goes_on: bool  # from the cycle before


class Embedder(nn.Module):
    """Standardise features, then encode them. mean, spread: (1, K*C, 1, 1)."""

    def __init__(self, autoencoder: AutoEncoder, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)
        self.fit: Fit | None = None

    def standardised(self, features: Tensor) -> Tensor:
        """(B, K*C, h, w) of mean 0 and spread 1 per channel, within +-FARTHEST."""
        return ((features - self.mean) / self.spread).clamp(-FARTHEST, FARTHEST)

    def forward(self, features: Tensor) -> Tensor:
        """(B, K*C, h, w) -> (B, D)."""
        return self.autoencoder.encode(self.standardised(features))


def batch_size(config: Config) -> int:
    """Choose the images per training step: as many as fit, at least the smaller of `batch` and 32.

    Features are taken to have a quarter of the image's height and width.
    """
    height, width = config.size
    bytes_per_image = 4 * len(config.tasks) * config.channels * height * width // 16
    return max(min(config.batch, MOST_IMAGES), min(MOST_IMAGES, MOST_BYTES // bytes_per_image))


def fit(context: FitContext, report: Report) -> Embedder:
    """Train the auto-encoder on the whole pool. NonFiniteLossError if its loss is not finite."""
    total = steps(len(context.pool), batch_size(context.config), context.config.embedding_epochs)
    report(0, total)
    return fit_to(pool_features(context, report, total), context, report)


def fit_to(features: PoolFeatures, context: FitContext, report: Report) -> Embedder:
    """Train the auto-encoder on features of the whole pool, as `fit`."""
    config, count = context.config, len(context.pool)
    rng = np.random.default_rng([*context.seed, seeds.EMBEDDING])
    per_epoch = steps(count, batch_size(config))
    total, done = per_epoch * config.embedding_epochs, 0
    earlier = context.earlier.get("embedding")
    embedder = _untrained(context, features, earlier)
    autoencoder = embedder.autoencoder.train()
    optimiser = torch.optim.Adam(autoencoder.parameters(), lr=config.embedding_lr, fused=True)
    losses: list[float] = []  # mean of each epoch
    while len(losses) < config.embedding_epochs and not has_levelled_off(losses):
        summed = torch.zeros((), device=context.device.torch_device)
        for indices in shuffled_batches(count, batch_size(config), rng):
            standardised = embedder.standardised(features.kept.of(indices))
            with context.device.autocast():
                restored = autoencoder(standardised)
            loss = nn.functional.mse_loss(restored.float(), standardised)
            if not torch.isfinite(loss):
                raise NonFiniteLossError(
                    f"the auto-encoder's loss is not finite in step {done + 1} (reconstruction of "
                    f"the task features). Try a lower embedding_lr or precision=float32"
                )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            summed += loss.detach()
            done += 1
            report(done, total, {"reconstruction": loss.item()})
        losses.append(summed.item() / per_epoch)
    embedder.eval()
    explained, codes = judged(embedder, features, context)
    embedder.fit = Fit(explained, used_dimensions(codes), len(losses), earlier is not None)
    report(total, total)  # also if it stopped early
    return embedder


def has_levelled_off(losses: list[float]) -> bool:
    """Whether the loss fell by less than LEAST_GAIN over the last GAIN_EPOCHS epochs."""
    if len(losses) <= GAIN_EPOCHS:
        return False
    return losses[-1] > (1 - LEAST_GAIN) * losses[-1 - GAIN_EPOCHS]


@torch.inference_mode()
def judged(
    embedder: Embedder, features: PoolFeatures, context: FitContext
) -> tuple[float, np.ndarray]:
    """Restore the whole pool: explained variance, and the codes (N, D).

    Explained variance is 1 - MSE / variance of the standardised features, 0 without variance; 0 is
    what the mean of every channel reaches.
    """
    missed = squares = 0.0
    codes = []
    count, step = len(context.pool), batch_size(context.config)
    for start in range(0, count, step):
        indices = np.arange(start, min(count, start + step))
        standardised = embedder.standardised(features.kept.of(indices))
        with context.device.autocast():
            code = embedder.autoencoder.encode(standardised)
            restored = embedder.autoencoder.decode(code)
        codes.append(code.float().cpu().numpy())
        missed += float((restored.float() - standardised).square().sum())
        squares += float(standardised.square().sum())  # the mean of every channel is about 0
    return 1 - missed / squares if squares else 0.0, np.concatenate(codes)


def used_dimensions(codes: np.ndarray) -> float:
    """Count the dimensions that codes (N, D) use: exp of the entropy of their principal variances.

    D if all directions vary alike, 1 if all codes lie on a line, 0 if they are one point. Roy and
    Vetterli, The effective rank, EUSIPCO 2007, of the covariance.
    """
    exact = codes.astype(np.float64)
    exact -= exact.mean(axis=0)
    variances = np.linalg.eigvalsh(exact.T @ exact).clip(min=0)
    if not variances.any():
        return 0.0
    shares = variances[variances > 0] / variances.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def fit_facts(module: nn.Module) -> dict[str, Any]:
    """Tell pages the explained variance, the epochs, and whether it went on."""
    assert isinstance(module, Embedder)
    return vars(module.fit) if module.fit else {}


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, D) float32."""
    assert module is not None
    embedded: Tensor = module(joined_features(batch.prediction, context))
    return embedded.float()


def _untrained(
    context: FitContext, features: PoolFeatures, earlier: Mapping[str, Tensor] | None
) -> Embedder:
    """Build the auto-encoder with the statistics of the pool.

    earlier: weights of the cycle before to begin with; None: random ones.
    """
    seed_weights((*context.seed, seeds.EMBEDDING, 0))
    autoencoder = AutoEncoder(len(features.mean), features.size, context.config.embedding)
    mean, spread = (values.view(1, -1, 1, 1) for values in (features.mean, features.spread))
    embedder = Embedder(autoencoder, mean, spread)
    if earlier is not None:
        statistics = {"mean": mean, "spread": spread}  # the network is another one by now
        embedder.load_state_dict({**earlier, **statistics})
    return context.device.move(embedder)


EMBEDDING = Signal(
    "embedding",
    "Auto-encoder embedding",
    measure,
    stage="embedding",
    fit=fit,
    goes_on=True,
    fit_facts=fit_facts,
    units=lambda config, pool, labelled: steps(pool, batch_size(config), config.embedding_epochs),
)
