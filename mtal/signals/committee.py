"""Disagreement between a task's initial prediction and what each other task would make of it (Eq. 1; docs/method.md, section 2).

The pairwise blocks are trained with the tasks' own losses while backbone and initial heads are frozen (supplement, 1).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.config import Config
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import FirstStage, Prediction
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task
from mtal.training.batches import Batch, Report, optimise, seed_weights, steps, torch_generator
from mtal.training.losses import check_finite, head_losses, joined

FINAL = "final"  # the member that `with_final` adds


def partners(tasks: Sequence[Task], config: Config) -> dict[str, tuple[str, ...]]:
    """task -> names of its committee's members, in the order of the columns of the signal."""
    own = (FINAL,) if config.with_final else ()
    return {
        task.name: (*[other.name for other in tasks if other.name != task.name], *own)
        for task in tasks
    }


def fit(bench: FitContext, report: Report) -> PairBlocks:
    """Train the C(K, 2) blocks on the labelled images, with the same sample weights as the network."""
    seed_weights((*bench.seed, seeds.COMMITTEE, 0))
    blocks = bench.machine.place(PairBlocks(bench.tasks, bench.config.pair_channels)).train()
    scale = torch.tensor([task.weight for task in bench.tasks], device=bench.machine.device)
    ids, others = bench.pool.ids, len(bench.tasks) - 1

    def step_loss(batch: Batch) -> tuple[Tensor, dict[str, float]]:
        with bench.machine.autocast():
            with torch.no_grad():
                first = bench.network.first_stage(batch.images)
            refined = blocks(first.initial[0])
        heads = [
            {task.name: list(refined[task.name].values())[member] for task in bench.tasks}
            for member in range(others)
        ]
        losses = torch.stack([head_losses(head, batch.targets, bench.tasks) for head in heads])
        check_finite(
            losses,
            bench.tasks,
            [f"refined {member}" for member in range(others)],
            [ids[index] for index in batch.indices],
            "while training the pairwise blocks",
        )
        parts = losses.detach().mean(dim=(0, 1)).tolist()
        return joined(losses, batch.weights, scale), {
            task.name: part for task, part in zip(bench.tasks, parts, strict=True)
        }

    optimise(
        blocks,
        bench.feed,
        step_loss,
        epochs=bench.config.pair_epochs,
        lr=bench.config.pair_lr,
        weight_decay=bench.config.weight_decay,
        generator=torch_generator((*bench.seed, seeds.COMMITTEE, 1)),
        report=report,
    )
    return blocks.eval()


def members(
    blocks: PairBlocks, prediction: FirstStage | Prediction, config: Config
) -> dict[str, dict[str, Tensor]]:
    """task -> {member: output (B, C, h, w)} at the head's own resolution, the committee of each task."""
    refined = blocks(prediction.initial[0])
    if config.with_final:
        assert isinstance(prediction, Prediction)
        for name, members_of_task in refined.items():
            members_of_task[FINAL] = prediction.final[name]
    return refined


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T, M) m_{k,l}: mean over pixels of the task's distance, float32."""
    assert isinstance(module, PairBlocks)
    prediction = seen.prediction
    committee = members(module, prediction, bench.config)
    rows = []
    for task in bench.tasks:
        distance = task.distance(bench.config.class_distance)
        initial = prediction.initial[0][task.name].float()
        rows.append(
            torch.stack(
                [
                    distance.pixels(initial, member.float()).mean(dim=(1, 2))
                    for member in committee[task.name].values()
                ],
                dim=1,
            )
        )
    return torch.stack(rows, dim=1)


def refuses(tasks: Sequence[Task]) -> str:
    """A committee is made of the other tasks."""
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
    scores=lambda found: {
        "committee max": found.max(2),
        "committee mean": found.mean(2),
        "committee min": found.min(2),
    },
)
