"""The embedding: the code that an auto-encoder makes of all task features of an image.

Supplement, section 2; docs/method.md, section 3. The auto-encoder is trained in each cycle on all
pool images, which needs no labels: features standardised per channel, MSE, Adam (our choice).
"""

import numpy as np
import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.config import Config
from mtal.models.autoencoder import AutoEncoder
from mtal.models.prediction import FirstStage, Prediction
from mtal.signals.signal import FitContext, PoolBatch, Signal, shuffled_batches
from mtal.training.batches import Report, seed_weights
from mtal.training.losses import NonFiniteLossError
from mtal.training.schedule import steps

# Of a training step: updating 29 million weights costs as much as 32 images.
MOST_IMAGES, MOST_BYTES = 32, 2**28
STATISTICS_IMAGES = 256  # images from which each channel's mean and spread are computed


class Embedder(nn.Module):
    """Standardise features, then encode them. mean, spread: (1, K*C, 1, 1)."""

    def __init__(self, autoencoder: AutoEncoder, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)

    def standardised(self, features: Tensor) -> Tensor:
        """(B, K*C, h, w) of mean 0 and spread 1 per channel."""
        return (features - self.mean) / self.spread

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


def joined_features(prediction: FirstStage | Prediction, context: FitContext) -> Tensor:
    """(B, K*C, h, w) concatenation of the tasks' feature maps."""
    return torch.cat([prediction.features[task.name] for task in context.tasks], dim=1)


def fit(context: FitContext, report: Report) -> Embedder:
    """Train the auto-encoder on the whole pool. NonFiniteLossError if its loss is not finite."""
    rng = np.random.default_rng([*context.seed, seeds.EMBEDDING])
    seed_weights((*context.seed, seeds.EMBEDDING, 0))
    count, config = len(context.pool.ids), context.config
    sample = rng.choice(count, size=min(count, STATISTICS_IMAGES), replace=False)
    embedder = _untrained(context, sample)
    autoencoder = embedder.autoencoder.train()
    optimiser = torch.optim.Adam(autoencoder.parameters(), lr=config.embedding_lr, fused=True)
    total, done = steps(count, batch_size(config), config.embedding_epochs), 0
    report(0, total)
    for _ in range(config.embedding_epochs):
        for indices in shuffled_batches(count, batch_size(config), rng):
            with context.device.autocast():
                features = embedder.standardised(_features(context, indices))
                restored = autoencoder(features)
            loss = nn.functional.mse_loss(restored.float(), features.float())
            if not torch.isfinite(loss):
                raise NonFiniteLossError(
                    f"the auto-encoder's loss is not finite in step {done + 1} (reconstruction of "
                    f"the task features). Try a lower embedding_lr or precision=float32"
                )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            done += 1
            report(done, total, {"reconstruction": loss.item()})
    return embedder.eval()


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, D) float32."""
    assert module is not None
    embedded: Tensor = module(joined_features(batch.prediction, context))
    return embedded.float()


@torch.no_grad()
def _features(context: FitContext, indices: np.ndarray) -> Tensor:
    return joined_features(context.network.first_stage(context.inputs.of(indices)), context)


def _untrained(context: FitContext, sample: np.ndarray) -> Embedder:
    """Compute channel statistics over a sample of the pool, and build the auto-encoder."""
    total = square = torch.zeros(1)
    pixels, size = 0, (0, 0)
    for start in range(0, len(sample), context.config.batch):
        with context.device.autocast():
            features = _features(context, sample[start : start + context.config.batch])
        features = features.double()
        total = total.to(features.device) + features.sum(dim=(0, 2, 3))
        square = square.to(features.device) + features.square().sum(dim=(0, 2, 3))
        size = (features.shape[-2], features.shape[-1])
        pixels += features.shape[0] * size[0] * size[1]
    mean = total / pixels
    spread = (square / pixels - mean.square()).clamp(min=0).sqrt().clamp(min=1e-6)
    autoencoder = AutoEncoder(len(mean), size, context.config.embedding)
    mean, spread = (values.float().view(1, -1, 1, 1) for values in (mean, spread))
    return context.device.move(Embedder(autoencoder, mean, spread))


EMBEDDING = Signal(
    "embedding",
    "Auto-encoder embedding",
    measure,
    stage="embedding",
    fit=fit,
    units=lambda config, pool, labelled: steps(pool, batch_size(config), config.embedding_epochs),
)
