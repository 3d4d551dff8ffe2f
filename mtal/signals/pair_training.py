"""Training of the pairwise blocks by the tasks' own losses; backbone and initial heads are frozen.

Supplement, section 1; docs/method.md, section 7.3.
"""

import torch
from torch import Tensor

from mtal import seeds
from mtal.config import Config
from mtal.models.pairwise_distillation import HeldOutLosses, PairBlocks, build_pair_blocks
from mtal.signals.held_out import draw_held_out, held_out_count, held_out_losses, without
from mtal.signals.signal import FitContext
from mtal.training.batches import Batch, Report, optimise, seed_weights, torch_generator
from mtal.training.losses import check_finite, refined_losses, reported_losses, training_loss
from mtal.training.schedule import Schedule, by_epochs


def pair_schedule(config: Config, labelled: int) -> Schedule:
    """Schedule the training: `pair_epochs`, but at least `pair_steps`.

    labelled: images with a label, those that are held out included.
    """
    learnt = labelled - held_out_count(labelled, config.pair_held_out)
    epochs = by_epochs(learnt, config.batch, config.pair_epochs)
    return epochs if epochs.steps >= config.pair_steps else Schedule(config.pair_steps)


def train_pair_blocks(context: FitContext, report: Report) -> PairBlocks:
    """Train the C(K, 2) blocks on the labelled images, with the network's sample weights.

    Some of the images are held out. What the blocks do there is kept with them, and printed where
    they do worse than the initial heads. NonFiniteLossError names what is not finite.
    """
    # those of the batches have the losses that the network learnt by
    config, tasks = context.config, context.batches.tasks
    seed_weights((*context.seed, seeds.COMMITTEE, 0))
    blocks = context.device.move(build_pair_blocks(config, tasks)).train()
    scale = torch.tensor([task.weight for task in tasks], device=context.device.torch_device)
    ids, names = context.pool.ids, [f"refined {member}" for member in range(len(tasks) - 1)]

    def step_loss(batch: Batch) -> tuple[Tensor, dict[str, float]]:
        with context.device.autocast():
            with torch.no_grad():
                first = context.network.first_stage(batch.inputs)
            refined = blocks(first.initial[0])
        losses = refined_losses(refined, batch.targets, tasks)
        images = [ids[index] for index in batch.indices]
        check_finite(losses, tasks, names, images, "while training the pairwise blocks")
        parts = reported_losses(losses.detach(), batch.weights, tasks)
        return training_loss(losses, batch.weights, scale), parts

    held_out = draw_held_out(
        context.batches, config.pair_held_out, (*context.seed, seeds.COMMITTEE, 2)
    )
    optimise(
        blocks,
        without(context.batches, held_out),
        step_loss,
        schedule=pair_schedule(config, len(context.batches.images)),
        lr=config.pair_lr,
        weight_decay=config.weight_decay,
        generator=torch_generator((*context.seed, seeds.COMMITTEE, 1)),
        report=report,
    )
    blocks.eval()
    blocks.held_out = held_out_losses(blocks, context, held_out)
    if blocks.held_out and blocks.held_out.worse:
        print(_warning(blocks.held_out), flush=True)
    return blocks


def _warning(losses: HeldOutLosses) -> str:
    parts = [
        f"{task} ({losses.refined[task]:.4g} against {losses.initial[task]:.4g})"
        for task in losses.worse
    ]
    return (
        f"pair blocks: on {losses.images} held-out images the refined predictions have a higher "
        f"loss than the initial ones for {', '.join(parts)}; do not believe their committee"
    )
