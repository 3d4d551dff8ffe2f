"""Pairwise distillation blocks against the formula, and what must and must not learn."""

import pytest
import torch
import torch.nn.functional as F

from mtal.models.pairwise_distillation import PairBlocks
from mtal.tasks.registry import TASKS

NAMES = ("semseg", "depth", "normals", "edge")


def initial(tasks, images=2, size=(9, 11)):
    torch.manual_seed(1)
    return {
        task.name: torch.randn(images, task.channels, *size, requires_grad=True) for task in tasks
    }


@pytest.mark.parametrize("count", [2, 3, 4])
def test_there_is_a_block_per_pair_and_each_task_gets_one_from_every_other(count):
    tasks = [TASKS[name]() for name in NAMES[:count]]
    blocks = PairBlocks(tasks, 6).eval()
    assert len(blocks.blocks) == count * (count - 1) // 2
    first = initial(tasks)
    refined = blocks(first)
    for task in tasks:
        assert list(refined[task.name]) == [other.name for other in tasks if other is not task]
        for output in refined[task.name].values():
            assert output.shape == first[task.name].shape


def test_a_block_equals_the_formula():
    """F_a' = F_a + sigmoid(G F_a) . (M F_b), the gate from the target task.

    See docs/method.md, section 7.3.
    """
    tasks = [TASKS[name]() for name in ("depth", "normals")]
    blocks = PairBlocks(tasks, 5).eval()
    first = initial(tasks)
    block = blocks.blocks[0]
    encoded = [task.encode(first[task.name].detach()) for task in tasks]
    f = [
        F.conv2d(encoded[i], block.enter[i].weight, block.enter[i].bias, padding=1) for i in (0, 1)
    ]
    for own, other in ((0, 1), (1, 0)):
        gate = torch.sigmoid(
            F.conv2d(f[own], block.gate[own].weight, block.gate[own].bias, padding=1)
        )
        mixed = f[own] + gate * F.conv2d(f[other], block.message[other].weight, padding=1)
        refined = blocks(first)[tasks[own].name][tasks[other].name]
        torch.testing.assert_close(refined, block.decode[own](mixed))


def test_no_gradient_reaches_the_network_and_every_weight_learns():
    tasks = [TASKS[name]() for name in NAMES[:3]]
    blocks, first = PairBlocks(tasks, 6).train(), initial(tasks)
    refined = blocks(first)
    sum(
        (output * torch.randn_like(output)).sum()
        for members in refined.values()
        for output in members.values()
    ).backward()
    assert all(maps.grad is None for maps in first.values())
    assert all(
        parameter.grad is not None and parameter.grad.abs().sum() > 0
        for parameter in blocks.parameters()
    )
