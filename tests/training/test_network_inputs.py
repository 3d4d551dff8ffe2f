"""Stored pyramids of a frozen backbone give outputs and losses of the images, mirrored or not."""

import numpy as np
import pytest
import torch

from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.tasks.task import Warp, mirror_all
from mtal.training.batches import LabelledBatches, torch_generator
from mtal.training.evaluate import evaluate
from mtal.training.frozen_trunk import FrozenTrunk
from mtal.training.losses import all_losses
from mtal.training.network_inputs import ImageInputs
from tests.training.contexts import quiet, small_context

TOLERANCE = {"float32": {"rtol": 1e-4, "atol": 1e-5}, "bfloat16": {"rtol": 0.05, "atol": 0.05}}


@pytest.fixture(params=["tiny", "efficientnet_lite0"])
def backbone(request):
    return [f"backbone={request.param}", f"pretrained={request.param != 'tiny'}"]


@pytest.fixture(params=list(TOLERANCE))
def tolerance(request):
    return request.param


def frozen_context(*sets):
    return small_context("backbone_frozen=true", *sets)


def stored_pyramids(context, data=None):
    trunk = FrozenTrunk(context.network.backbone, context.device)
    return trunk.in_memory(context.pool if data is None else data, mirrored=True)


def test_outputs_are_those_of_the_images(backbone, tolerance):
    context = frozen_context(*backbone, f"precision={tolerance}")
    indices = np.array([5, 0, 17])
    stored, images = stored_pyramids(context), ImageInputs(context.pool, context.device)
    some = Warp(torch.tensor([True, False, True]), torch.ones(3), torch.zeros(3))
    for warp in (None, some, mirror_all(3)):
        with torch.inference_mode(), context.device.autocast():
            ours, expected = (
                context.network(inputs.of(indices, warp)) for inputs in (stored, images)
            )
        for name, output in expected.final.items():
            torch.testing.assert_close(ours.final[name], output, **TOLERANCE[tolerance])
        torch.testing.assert_close(ours.shared.mean, expected.shared.mean, **TOLERANCE[tolerance])


def test_training_losses_are_those_of_the_images(backbone):
    context = frozen_context(*backbone, "precision=float32")
    of_images = context.batches
    of_stored = LabelledBatches(
        context.pool,
        context.tasks,
        of_images.weights,
        of_images.batch_size,
        False,
        context.device,
        stored=stored_pyramids(context),
    )
    batches = (each.epoch(torch_generator([0])) for each in (of_stored, of_images))
    for ours, expected in zip(*batches, strict=True):
        losses = (
            all_losses(context.network(batch.inputs), batch.targets, context.tasks)
            for batch in (ours, expected)
        )
        torch.testing.assert_close(*losses, rtol=1e-4, atol=1e-5)


def test_evaluation_is_that_of_the_images(backbone):
    context = frozen_context(*backbone, "precision=float32")
    config = context.config
    data = Resized(DATASETS[config.dataset].load(config).validation, config.size, 1)
    arguments = (context.network, data, context.tasks, config, context.device, quiet)
    expected, ours = evaluate(*arguments), evaluate(*arguments, stored_pyramids(context, data))
    assert ours.loss == pytest.approx(expected.loss, rel=1e-4)


def test_numbers_are_stored_as_they_are(tolerance):
    context = frozen_context(f"precision={tolerance}")
    stored = stored_pyramids(context)
    assert stored.plain.dtype == (np.int16 if tolerance == "bfloat16" else np.float32)
    indices = np.array([3, 1])
    with torch.inference_mode(), context.device.autocast():
        images = ImageInputs(context.pool, context.device).of(np.arange(len(context.pool)))
        pyramid = context.network.backbone.pyramid(images)
    ours = stored.of(indices)
    assert ours.size == pyramid.size
    for own, other in zip(ours.maps, pyramid.maps, strict=True):
        assert own.dtype == other.dtype
        assert own.is_contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(own, other[indices], rtol=0, atol=0)


def test_no_other_warp_can_be_had():
    context = frozen_context()
    zoomed = Warp(torch.tensor([False]), torch.tensor([1.2]), torch.zeros(1))
    with pytest.raises(ValueError, match="mirrored only"):
        stored_pyramids(context).of(np.array([0]), zoomed)


def test_reading_a_row_leaves_the_store_as_it_is():
    context = frozen_context()
    stored = stored_pyramids(context)
    before = stored.plain.copy()
    stored.of(np.array([0, 1]), mirror_all(2))
    np.testing.assert_array_equal(stored.plain, before)


def test_the_key_follows_weights_and_precision():
    keys = [
        FrozenTrunk(context.network.backbone, context.device).key
        for context in (
            frozen_context(),
            frozen_context("channels=12"),
            frozen_context("precision=bfloat16"),
            frozen_context("backbone=efficientnet_lite0", "pretrained=true"),
        )
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
