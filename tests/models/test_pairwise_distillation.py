"""Pairwise distillation blocks against the formula, and what must and must not learn."""

import pytest
import torch
import torch.nn.functional as F

from mtal.config import Config
from mtal.models.pairwise_distillation import PairBlocks, build_pair_blocks
from mtal.tasks.registry import TASKS
from mtal.tasks.task import IGNORE

NAMES = ("semseg", "depth", "normals", "edge")
RESIDUAL = pytest.mark.parametrize("residual", [False, True])


def initial(tasks, images=2, size=(9, 11)):
    torch.manual_seed(1)
    return {
        task.name: torch.randn(images, task.channels, *size, requires_grad=True) for task in tasks
    }


def target_of(task, size=(36, 44)):
    """One image's target, drawn at random."""
    torch.manual_seed(2)
    if task.label_channels == 3:
        return F.normalize(torch.randn(1, 3, *size))
    if task.label_dtype().dtype.kind == "f":
        return torch.rand(1, 1, *size) + 1
    return torch.randint(2, (1, 1, *size), dtype=torch.uint8)


@RESIDUAL
@pytest.mark.parametrize("count", [2, 3, 4])
def test_there_is_a_block_per_pair_and_each_task_gets_one_from_every_other(count, residual):
    tasks = [TASKS[name]() for name in NAMES[:count]]
    blocks = PairBlocks(tasks, 6, residual=residual).eval()
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
    blocks = PairBlocks(tasks, 5, residual=False).eval()
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
    blocks, first = PairBlocks(tasks, 6, residual=False).train(), initial(tasks)
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


def moved(blocks):
    """Give the last layers of residual blocks some weights, as training does."""
    with torch.no_grad():
        for block in blocks.blocks:
            for decoder in block.decode:
                torch.nn.init.normal_(decoder[-1].weight)
    return blocks


def test_an_untrained_residual_block_agrees_exactly_with_the_initial_prediction():
    """Soft distances measure the flatness of a block that starts anew; this one cannot mislead."""
    tasks = [TASKS[name]() for name in NAMES]
    first = initial(tasks)
    refined = PairBlocks(tasks, 6, residual=True).train()(first)
    for task in tasks:
        for output in refined[task.name].values():
            for distance in task.distances:
                apart = distance.pixels(first[task.name], output)
                expected = torch.zeros_like(apart)
                if distance.name == "ce":  # of a map with itself: its entropy
                    log_p = task.output_distribution.parameters(first[task.name])
                    expected = -(log_p.exp() * log_p).sum(1)
                    torch.testing.assert_close(apart, expected)
                    continue
                assert torch.equal(apart, expected), distance.name


def test_a_residual_block_adds_what_it_decodes_to_the_initial_prediction():
    tasks = [TASKS[name]() for name in ("semseg", "depth")]
    first = initial(tasks)
    residual = moved(PairBlocks(tasks, 6, residual=True)).eval()
    anew = PairBlocks(tasks, 6, residual=False).eval()
    anew.load_state_dict(residual.state_dict())
    for task, other in (tasks, tasks[::-1]):
        correction = anew(first)[task.name][other.name]
        refined = residual(first)[task.name][other.name]
        torch.testing.assert_close(refined, first[task.name] + correction)


def test_a_correction_turns_normals_of_any_length_alike():
    """An output's length means nothing, so it must not decide how far a correction turns it."""
    normals = TASKS["normals"]()
    torch.manual_seed(3)
    output, correction = torch.randn(2, 1, 3, 5, 6)
    short, long = (normals.correct(scale * output, correction) for scale in (0.01, 100.0))
    assert normals.distance("").pixels(short, long).max() < 1e-3
    towards = F.normalize(output) + correction
    assert normals.distance("").pixels(short, towards).max() < 1e-3


def test_every_weight_of_a_residual_block_learns_from_the_second_step_on():
    tasks = [TASKS[name]() for name in NAMES[:3]]
    blocks, first = PairBlocks(tasks, 6, residual=True).train(), initial(tasks)
    optimiser = torch.optim.SGD(blocks.parameters(), lr=0.1)
    for _ in range(2):
        optimiser.zero_grad()
        refined = blocks(first)
        sum(
            (output * torch.randn_like(output)).sum()
            for members in refined.values()
            for output in members.values()
        ).backward()
        optimiser.step()
    assert all(maps.grad is None for maps in first.values())
    assert all(parameter.grad.abs().sum() > 0 for parameter in blocks.parameters())


@pytest.mark.parametrize("name", TASKS)
def test_a_label_is_encoded_like_an_output_that_is_right_and_certain(name):
    task = TASKS[name]()
    target = target_of(task)
    encoded = task.encode_target(target)
    assert encoded.shape == (1, task.channels, 36, 44)
    if not task.output_distribution.has_classes:
        torch.testing.assert_close(encoded, task.encode(target))
        return
    logits = encoded if task.channels > 1 else 2 * encoded - 1
    torch.testing.assert_close(encoded, task.encode(100 * logits))


def test_labels_take_the_place_of_predictions_where_there_are_any():
    tasks = [TASKS[name]() for name in ("semseg", "depth")]
    semseg, depth = tasks
    blocks, first = moved(PairBlocks(tasks, 6, residual=True)).eval(), initial(tasks)
    ids = torch.randint(semseg.channels, (2, 1, 9, 11), dtype=torch.uint8)
    ids[0, :, :, 5:] = IGNORE
    ids[1] = IGNORE  # no label
    valid = ids != IGNORE
    refined = blocks.refine_from(first, {"semseg": ids})
    plain = blocks(first)

    one_hot = F.one_hot(ids[:, 0].long().clamp(max=semseg.channels - 1), semseg.channels)
    entered = torch.where(valid, one_hot.permute(0, 3, 1, 2), semseg.encode(first["semseg"]))
    _, correction = blocks.blocks[0](entered, depth.encode(first["depth"]))
    torch.testing.assert_close(refined["depth"]["semseg"], first["depth"] + correction)
    assert not torch.allclose(refined["depth"]["semseg"][0], plain["depth"]["semseg"][0])
    torch.testing.assert_close(refined["depth"]["semseg"][1], plain["depth"]["semseg"][1])


def test_labels_are_read_at_the_size_of_the_outputs():
    tasks = [TASKS[name]() for name in NAMES]
    blocks, first = moved(PairBlocks(tasks, 6, residual=True)).eval(), initial(tasks, images=1)
    small = {task.name: target_of(task, (9, 11)) for task in tasks}
    large = {
        name: target.repeat_interleave(4, 2).repeat_interleave(4, 3)
        for name, target in small.items()
    }
    for task in tasks:
        for other in tasks:
            if other is not task:
                of_small, of_large = (
                    blocks.refine_from(first, targets)[task.name][other.name]
                    for targets in (small, large)
                )
                torch.testing.assert_close(of_small, of_large)


def test_blocks_are_built_as_the_setting_says():
    tasks = [TASKS[name]() for name in NAMES[:2]]
    assert build_pair_blocks(Config(), tasks).residual
    assert not build_pair_blocks(Config(pair_blocks="decode"), tasks).residual
