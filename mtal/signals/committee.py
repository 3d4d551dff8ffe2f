"""Disagreement of a task's initial prediction with its refinements by each other task (Eq. 1).

See docs/method.md, section 2. The pairwise blocks that refine it are trained in pair_training.py.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from mtal.config import Config
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import FirstStage, Prediction
from mtal.signals.pair_training import pair_schedule, train_pair_blocks
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task

FINAL = "final"  # the member that `with_final` adds


def partners(tasks: Sequence[Task], config: Config) -> dict[str, tuple[str, ...]]:
    """task -> names of the members of its committee, in the order of the signal's columns."""
    final = (FINAL,) if config.with_final else ()
    return {
        task.name: (*[other.name for other in tasks if other.name != task.name], *final)
        for task in tasks
    }


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


def fit_facts(module: nn.Module) -> dict[str, Any]:
    """Tell pages how the blocks do on held-out images: their number, losses by task, and
    the tasks that do worse than the initial head.
    """
    assert isinstance(module, PairBlocks)
    losses = module.held_out
    if losses is None:
        return {}
    return {
        "held_out_images": losses.images,
        "initial": losses.initial,
        "refined": losses.refined,
        "worse": losses.worse,
    }


def refuses(tasks: Sequence[Task]) -> str:
    """Say why it cannot be measured, "" if it can: a committee is made of the other tasks."""
    return "" if len(tasks) > 1 else "it compares tasks with each other, so it needs at least two"


COMMITTEE = Signal(
    "committee",
    "Task disagreement",
    measure,
    stage="pairs",
    fit=train_pair_blocks,
    fit_facts=fit_facts,
    units=lambda config, pool, labelled: pair_schedule(config, labelled).steps,
    needs_final=lambda config: config.with_final,
    refuses=refuses,
    scores=lambda values: {
        "committee max": values.max(2),
        "committee mean": values.mean(2),
        "committee min": values.min(2),
    },
)
