"""Disagreement of a task's initial prediction with its refinements by each other task (Eq. 1).

The pairwise blocks that refine it are trained with the tasks' own losses, while backbone and
initial heads are frozen (supplement, section 1; docs/method.md, section 2).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.config import Config
from mtal.models.pairwise_distillation import PairBlocks, build_pair_blocks
from mtal.models.prediction import FirstStage, Prediction
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task
from mtal.training.batches import Batch, Report, optimise, seed_weights, torch_generator
from mtal.training.losses import check_finite, head_losses, training_loss
from mtal.training.schedule import by_epochs, steps

FINAL = "final"  # the member that `with_final` adds


def partners(tasks: Sequence[Task], config: Config) -> dict[str, tuple[str, ...]]:
    """task -> names of the members of its committee, in the order of the signal's columns."""
    final = (FINAL,) if config.with_final else ()
    return {
        task.name: (*[other.name for other in tasks if other.name != task.name], *final)
        for task in tasks
    }


def fit(context: FitContext, report: Report) -> PairBlocks:
    """Train the C(K, 2) blocks on the labelled images, with the network's sample weights."""
    seed_weights((*context.seed, seeds.COMMITTEE, 0))
    blocks = context.device.move(build_pair_blocks(context.config, context.tasks)).train()
    scale = torch.tensor(
        [task.weight for task in context.tasks], device=context.device.torch_device
    )
    ids, others = context.pool.ids, len(context.tasks) - 1

    def step_loss(batch: Batch) -> tuple[Tensor, dict[str, float]]:
        with context.device.autocast():
            with torch.no_grad():
                first = context.network.first_stage(batch.inputs)
            refined = blocks(first.initial[0])
        heads = [
            {task.name: list(refined[task.name].values())[member] for task in context.tasks}
            for member in range(others)
        ]
        losses = torch.stack([head_losses(head, batch.targets, context.tasks) for head in heads])
        names = [f"refined {member}" for member in range(others)]
        images = [ids[index] for index in batch.indices]
        check_finite(losses, context.tasks, names, images, "while training the pairwise blocks")
        means = losses.detach().mean(dim=(0, 1)).tolist()
        parts = {task.name: mean for task, mean in zip(context.tasks, means, strict=True)}
        return training_loss(losses, batch.weights, scale), parts

    optimise(
        blocks,
        context.batches,
        step_loss,
        schedule=by_epochs(
            len(context.batches.images), context.config.batch, context.config.pair_epochs
        ),
        lr=context.config.pair_lr,
        weight_decay=context.config.weight_decay,
        generator=torch_generator((*context.seed, seeds.COMMITTEE, 1)),
        report=report,
    )
    return blocks.eval()


def members(
    blocks: PairBlocks, prediction: FirstStage | Prediction, config: Config
) -> dict[str, dict[str, Tensor]]:
    """task -> {member: output (B, C, h, w)} of its committee, at the head's own resolution."""
    refined = blocks(prediction.initial[0])
    if config.with_final:
        assert isinstance(prediction, Prediction)
        for name, outputs in refined.items():
            outputs[FINAL] = prediction.final[name]
    return refined


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T, M) m_{k,l}: mean over pixels of the task's distance, float32."""
    assert isinstance(module, PairBlocks)
    prediction = batch.prediction
    committee = members(module, prediction, context.config)
    tasks = []
    for task in context.tasks:
        distance = task.distance(context.config.class_distance)
        initial = prediction.initial[0][task.name].float()
        disagreements = [
            distance.pixels(initial, member.float()).mean(dim=(1, 2))
            for member in committee[task.name].values()
        ]
        tasks.append(torch.stack(disagreements, dim=1))
    return torch.stack(tasks, dim=1)


def refuses(tasks: Sequence[Task]) -> str:
    """Say why it cannot be measured, "" if it can: a committee is made of the other tasks."""
    return "" if len(tasks) > 1 else "it compares tasks with each other, so it needs at least two"


COMMITTEE = Signal(
    "committee",
    "Task disagreement",
    measure,
    stage="pairs",
    fit=fit,
    units=lambda config, pool, labelled: steps(labelled, config.batch, config.pair_epochs),
    needs_final=lambda config: config.with_final,
    refuses=refuses,
    scores=lambda values: {
        "committee max": values.max(2),
        "committee mean": values.mean(2),
        "committee min": values.min(2),
    },
)
