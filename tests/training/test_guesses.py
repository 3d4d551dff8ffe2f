"""Guesses from the labels that an image has, against one image and one label at a time."""

import numpy as np
import pytest
import torch

from mtal.datasets.dataset import Gated, LabelNotBought
from mtal.datasets.registry import DATASETS
from mtal.models.pairwise_distillation import PairBlocks
from mtal.tasks.task import mirror_all, mirrored_back
from mtal.training.guesses import FromLabels
from mtal.training.network_inputs import ImageInputs
from tests.training.contexts import small_context

SEMSEG, DEPTH, NORMALS = range(3)


@pytest.fixture
def labelled():
    """Image 0 whole, 1 semseg only, 2 all but semseg; nothing of the others."""
    labelled = np.zeros((24, 3), bool)
    labelled[0] = labelled[1, SEMSEG] = labelled[2, 1:] = True
    return labelled


@pytest.fixture
def guesses(labelled):
    context = small_context()
    pool = DATASETS["drawn"].load(context.config).pool
    context.pool.change_gate(Gated(pool, context.tasks, labelled))
    torch.manual_seed(1)
    blocks = PairBlocks(context.tasks, 6, residual=True).eval()
    for parameter in blocks.parameters():  # corrections that start at zero are seen no more
        torch.nn.init.normal_(parameter, std=0.2)
    for pair, block in zip(blocks.pairs, blocks.blocks, strict=True):
        for member, decode in zip(pair, block.decode, strict=True):
            if member == DEPTH:
                torch.nn.init.constant_(decode[-1].bias, 9)  # metres are positive
    inputs = ImageInputs(context.pool, context.device)
    return FromLabels(context.network, blocks, inputs, context.pool, labelled, context.device)


def from_one_label(guesses, image, task, other):
    """The distribution's parameters of a task, refined by the label of one other task."""
    indices, tasks = np.array([image]), guesses.blocks.tasks
    targets = {tasks[other].name: guesses.data.targets(indices, tasks[other])}
    with torch.inference_mode():
        first = guesses.network.first_stage(guesses.inputs.of(indices))
        refined = guesses.blocks.refine_from(first.initial[0], targets)
    output = refined[tasks[task].name][tasks[other].name]
    return tasks[task].output_distribution.parameters(output)[0]


@torch.inference_mode()
def guessed(guesses, images, task, warp=None):
    task = guesses.blocks.tasks[task]
    output = guesses.of(np.array(images), warp)[task.name]
    return task.output_distribution.parameters(output)


def test_a_single_label_decides(guesses):
    for task in (DEPTH, NORMALS):
        expected = from_one_label(guesses, 1, task, SEMSEG)
        torch.testing.assert_close(
            guessed(guesses, [2, 1, 0], task)[1], expected, rtol=1e-3, atol=1e-4
        )


def test_several_labels_give_the_mean_of_probabilities(guesses):
    first, second = (from_one_label(guesses, 2, SEMSEG, other).exp() for other in (DEPTH, NORMALS))
    assert (first - second).abs().max() > 1e-3
    torch.testing.assert_close(
        guessed(guesses, [1, 2], SEMSEG)[1].exp(), (first + second) / 2, rtol=1e-3, atol=1e-5
    )


def test_several_labels_give_the_mean_of_values(guesses):
    for task, others in ((DEPTH, (SEMSEG, NORMALS)), (NORMALS, (SEMSEG, DEPTH))):
        # of a task that is labelled too, the label itself enters
        indices, tasks = np.array([0]), guesses.blocks.tasks
        targets = {each.name: guesses.data.targets(indices, each) for each in tasks}
        with torch.inference_mode():
            first = guesses.network.first_stage(guesses.inputs.of(indices))
            refined = guesses.blocks.refine_from(first.initial[0], targets)
        values = [
            tasks[task].output_distribution.parameters(refined[tasks[task].name][tasks[other].name])
            for other in others
        ]
        assert (values[0] - values[1]).abs().max() > 1e-3
        expected = tasks[task].output_distribution.parameters((values[0] + values[1]) / 2)
        torch.testing.assert_close(guessed(guesses, [0], task), expected, rtol=1e-3, atol=1e-4)


def test_only_labels_that_are_there_are_read(guesses):
    with pytest.raises(LabelNotBought):
        guesses.data.targets([1], guesses.blocks.tasks[DEPTH])
    outputs = guesses.of(np.arange(5))
    assert all(torch.isfinite(output).all() for output in outputs.values())


def test_labels_are_mirrored_with_the_image(guesses):
    """Blocks that look the same from both sides give the same guess of a mirrored label."""
    guesses.network.first_stage = Flat(guesses.network.first_stage)
    with torch.no_grad():
        for parameter in guesses.blocks.parameters():
            if parameter.ndim == 4:
                parameter.copy_((parameter + parameter.flip(-1)) / 2)
    depth = guesses.blocks.tasks[DEPTH]
    plain = guesses.of(np.array([1]))[depth.name]
    back = mirrored_back(guesses.of(np.array([1]), mirror_all(1))[depth.name], depth)
    assert (plain - plain.flip(-1)).abs().max() > 1e-3
    assert (plain - back).abs().mean() < 0.2 * (plain - plain.flip(-1)).abs().mean()


class Flat:
    """A first stage whose initial predictions are the same at all pixels."""

    def __init__(self, first_stage):
        self.first_stage = first_stage

    def __call__(self, inputs):
        first = self.first_stage(inputs)
        flat = {
            name: maps.mean((2, 3), keepdim=True).expand_as(maps)
            for name, maps in first.initial[0].items()
        }
        first.initial[0].update(flat)
        return first
