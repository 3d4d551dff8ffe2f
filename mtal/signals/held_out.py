"""Labelled images that the pairwise blocks do not learn from, to see what they have learnt.

See docs/method.md, section 7.3. H images are held out.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from mtal.models.pairwise_distillation import HeldOutLosses, PairBlocks
from mtal.signals.signal import FitContext
from mtal.training.batches import LabelledBatches
from mtal.training.losses import head_losses, refined_losses

LEAST_LABELLED = 20  # the blocks learn from all of fewer images
LEAST_HELD_OUT = 4


def held_out_count(labelled: int, percent: float) -> int:
    """How many of the labelled images are held out."""
    if not percent or labelled < LEAST_LABELLED:
        return 0
    return max(LEAST_HELD_OUT, round(labelled * percent / 100))


def draw_held_out(batches: LabelledBatches, percent: float, seed: Sequence[int]) -> np.ndarray:
    """(H,) positions of the images that are held out, ascending."""
    labelled = np.flatnonzero(batches.labelled.any(axis=1))
    count = held_out_count(len(labelled), percent)
    return np.sort(np.random.default_rng(list(seed)).choice(labelled, count, replace=False))


def without(batches: LabelledBatches, images: np.ndarray) -> LabelledBatches:
    """Leave images out. images: positions."""
    weights = batches.weights.copy()
    weights[images] = 0
    return replace(batches, weights=weights)


@torch.inference_mode()
def held_out_losses(
    blocks: PairBlocks, context: FitContext, images: np.ndarray
) -> HeldOutLosses | None:
    """Compare initial and refined predictions on images as they are; None without any.

    blocks: in evaluation mode; images: positions. A task without a label there is left out.
    """
    if not len(images):
        return None
    rows, labelled = [], []
    for batch in context.batches.unchanged(images):
        with context.device.autocast():
            first = context.network.first_stage(batch.inputs)
            refined = blocks(first.initial[0])
        initial = head_losses(first.initial[0], batch.targets, context.tasks)
        members = refined_losses(refined, batch.targets, context.tasks)
        rows.append(torch.stack([initial, members.mean(dim=0)]))
        real = torch.from_numpy(context.batches.labelled[batch.indices]).to(batch.weights.device)
        labelled.append(real & (batch.weights > 0))
    losses, counts = torch.cat(rows, dim=1).double(), torch.cat(labelled)

    def means(part: Tensor) -> dict[str, float]:
        return {
            task.name: part[counts[:, column], column].mean().item()
            for column, task in enumerate(context.tasks)
            if counts[:, column].any()
        }

    return HeldOutLosses(len(images), means(losses[0]), means(losses[1]))
