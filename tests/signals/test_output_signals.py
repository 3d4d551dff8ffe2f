"""Signals of outputs and features against plain twins, on predictions for single images."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mtal import seeds
from mtal.datasets.normalise import to_input
from mtal.signals import bald, gradient
from mtal.signals.describe import pool_batch
from mtal.signals.registry import SIGNALS
from mtal.tasks.depth import depth
from mtal.training.batches import torch_generator
from tests.training.contexts import small_context

IMAGES = (3, 20)


@pytest.fixture(params=IMAGES)
def image(request):
    return request.param


def predictions(context, image):
    """Predictions for an image and for its mirror image."""
    with torch.no_grad():
        pixels = to_input(context.pool.images([image]), "cpu")
        return context.network(pixels), context.network(pixels.flip(-1))


def probabilities(prediction):
    """(C, h, w) of the final semseg output."""
    return F.softmax(prediction.final["semseg"][0].double(), 0)


def test_the_shared_feature_is_the_mean_of_the_backbones_map(context, together, image):
    with torch.no_grad():
        maps = context.network.backbone(to_input(context.pool.images([image]), "cpu"))
    np.testing.assert_allclose(
        together["shared"][image], maps[0].mean((1, 2)), rtol=1e-4, atol=1e-6
    )


def test_measures_of_final_outputs(context, together, image):
    plain, mirror = predictions(context, image)
    p, q = probabilities(plain), probabilities(mirror).flip(-1)
    metres = [
        prediction.final["depth"][0].double().clamp(min=1e-9) for prediction in (plain, mirror)
    ]
    vectors = [
        F.normalize(prediction.final["normals"][0].double(), dim=0)
        for prediction in (plain, mirror)
    ]
    metres[1] = metres[1].flip(-1)
    vectors[1] = vectors[1].flip(-1) * torch.tensor([-1.0, 1, 1]).view(3, 1, 1)
    variances = [torch.stack(pair).var(0, correction=0) for pair in (metres, vectors)]
    pixels = p[0].numel()

    entropy = -(p * p.log()).sum() / pixels
    best = p.sort(dim=0, descending=True).values
    between = -(p * q.log() + q * p.log()).sum() / 2
    gaussian = [
        torch.log(2 * torch.pi * torch.e * (variance + 1e-6)).sum() / 2 for variance in variances
    ]
    for name, expected in {
        "entropy": (entropy, 0, 0),
        "margin": ((1 - best[0] + best[1]).mean(), 0, 0),
        "uncertainty": (entropy, *[variance.mean() for variance in variances]),
        "equivariance": (between, *gaussian),
    }.items():
        np.testing.assert_allclose(together[name][image], expected, rtol=1e-3, atol=0, err_msg=name)
    assert variances[0].mean() > 1e-9  # else depth would say nothing


def mirror_symmetric(context):
    """Make its convolutions symmetric from left to right, in place."""
    for module in context.network.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data = (module.weight.data + module.weight.data.flip(-1)) / 2
    return context


def test_a_mirror_symmetric_network_predicts_the_same_on_the_other_side():
    """So probabilities and metres do not vary. Vectors do: their x should change its sign."""
    context = mirror_symmetric(small_context("size=32x48"))
    context.network.last_heads["depth"][-1].bias.data += 3
    signals = {name: SIGNALS[name] for name in ("uncertainty", "equivariance")}
    with torch.no_grad():
        batch = pool_batch(context, np.arange(4), signals)
        values = {name: signal.measure(None, batch, context) for name, signal in signals.items()}
    for name in ("semseg", "depth"):
        torch.testing.assert_close(batch.mirrored[name], batch.final[name], rtol=1e-4, atol=1e-5)
    across = batch.final["normals"][:, 0]
    torch.testing.assert_close(batch.mirrored["normals"][:, 0], -across, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        values["uncertainty"][:, 2], across.square().mean((1, 2)) / 3, rtol=1e-4, atol=1e-6
    )
    torch.testing.assert_close(values["uncertainty"][:, 1], torch.zeros(4), rtol=0, atol=1e-9)
    pixels = across[0].numel()
    torch.testing.assert_close(
        values["equivariance"][:, 0], values["uncertainty"][:, 0] * pixels, rtol=1e-4, atol=0
    )
    metre = torch.ones(1, 1, 1, 1)
    least = float(depth().output_distribution.equivariance(metre, metre))
    torch.testing.assert_close(
        values["equivariance"][:, 1], torch.full((4,), least * pixels), rtol=1e-4, atol=0
    )


def test_an_image_that_is_its_own_mirror_image(context, monkeypatch):
    """Any network predicts the same for the image and its mirror image."""
    half = torch.randint(0, 256, (2, 3, 33, 47), dtype=torch.uint8)
    monkeypatch.setattr(
        context.pool,
        "images",
        lambda indices: torch.where(torch.arange(47) < 24, half, half.flip(-1)),
    )
    with torch.no_grad():
        batch = pool_batch(context, np.arange(2), {"uncertainty": SIGNALS["uncertainty"]})
    torch.testing.assert_close(
        batch.mirrored["depth"], batch.final["depth"].flip(-1), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        batch.mirrored["normals"][:, 1:],
        batch.final["normals"][:, 1:].flip(-1),
        rtol=1e-4,
        atol=1e-5,
    )
    torch.testing.assert_close(
        batch.mirrored["normals"][:, 0],
        -batch.final["normals"][:, 0].flip(-1),
        rtol=1e-4,
        atol=1e-5,
    )


class TestGradient:
    def test_it_is_the_gradient_of_the_initial_heads_weights(self, context, together, image):
        """By autograd, of the cross-entropy, or half the squared difference, to the final head."""
        prediction, _ = predictions(context, image)
        for column, task in enumerate(context.tasks):
            head = context.network.first_heads[task.name]
            weight = head.weight.clone().requires_grad_()
            output = F.conv2d(prediction.features[task.name], weight, head.bias)
            if task.name == "semseg":
                loss = F.cross_entropy(output, prediction.final[task.name].argmax(1))
                expected = torch.autograd.grad(loss, weight)[0]
            else:
                distribution = task.output_distribution
                value = distribution.parameters(output.detach())
                gap = value - distribution.parameters(prediction.final[task.name])
                loss = (output * gap).sum() / value[0, 0].numel()
                expected = torch.autograd.grad(loss, weight)[0]
            projected = expected.flatten() @ gradient.projection(expected.numel(), column)
            np.testing.assert_allclose(
                together["gradient"][image, column], projected, rtol=1e-3, atol=1e-5
            )

    def test_the_projection_keeps_lengths_and_differs_between_tasks(self):
        vectors = torch.randn(200, 640, generator=torch_generator([0]))
        ratios = (vectors @ gradient.projection(640, 0)).norm(dim=1) / vectors.norm(dim=1)
        assert abs(ratios.mean() - 1) < 0.05
        assert ratios.std() < 0.12
        assert not torch.equal(gradient.projection(640, 0), gradient.projection(640, 1))

    def test_a_sure_network_that_agrees_with_itself_has_none(self, context):
        sure = torch.full((1, 4, 5, 6), -60.0).index_fill(1, torch.tensor([2]), 60.0)
        distribution = context.tasks[0].output_distribution
        parameters = distribution.parameters(sure)
        loss_gradient = distribution.loss_gradient(parameters, parameters)
        assert gradient.weight_gradient(loss_gradient, torch.rand(1, 8, 5, 6)).abs().max() < 1e-6

    def test_its_quality_is_that_of_its_length(self):
        values = np.zeros((1, 2, 128), np.float32)
        values[0, 1, :2] = 3, 4
        np.testing.assert_array_equal(SIGNALS["gradient"].scores(values)["gradient"], [[0, 5]])


class TestBald:
    def test_it_is_the_disagreement_of_eight_passes(self, context, together, image):
        """One pass after the other, each with whole feature maps dropped before the head."""
        prediction, _ = predictions(context, image)
        masks = bald.masks(context.network, 3, (*context.seed, seeds.BALD))
        for column, task in enumerate(context.tasks):
            head, features = context.network.first_heads[task.name], prediction.features[task.name]
            passes = torch.stack(
                [
                    task.output_distribution.parameters(
                        F.conv2d(features * mask.view(1, -1, 1, 1), head.weight, head.bias)
                    )
                    for mask in masks[column]
                ]
            )[:, 0, :, ::4, ::4].double()
            assert len(passes) == 8
            if task.name == "semseg":
                joint = passes.exp().mean(0)
                mean_entropy = -(passes.exp() * passes).sum(1).mean(0)
                expected = (-(joint * joint.log()).sum(0) - mean_entropy).mean()
            else:
                expected = passes.var(0, correction=0).mean()
            assert together["bald"][image, column] == pytest.approx(
                expected.item(), rel=1e-3, abs=1e-7
            )

    def test_masks_drop_whole_maps_and_keep_the_mean(self, context):
        context.network.dropout.p, before = 0.5, context.network.dropout.p
        try:
            drawn = torch.stack([bald.masks(context.network, 3, (seed,)) for seed in range(100)])
        finally:
            context.network.dropout.p = before
        assert set(drawn.unique().tolist()) == {0, 2}
        assert drawn.shape == (100, 3, 8, context.network.channels)
        assert drawn.mean().item() == pytest.approx(1, abs=0.03)

    def test_a_network_trained_without_dropout_is_asked_with_a_fifth(self, context):
        drawn = torch.stack([bald.masks(context.network, 3, (seed,)) for seed in range(100)])
        assert (drawn == 0).float().mean().item() == pytest.approx(0.2, abs=0.02)

    def test_the_same_masks_for_the_same_seed_and_others_for_another(self, context):
        first, same, other = (
            bald.masks(context.network, 3, seed) for seed in ((0, 1), (0, 1), (0, 2))
        )
        assert torch.equal(first, same)
        assert not torch.equal(first, other)


def test_a_network_applies_its_first_heads_to_given_features(context):
    prediction, _ = predictions(context, 5)
    again = context.network.first_heads_on(prediction.features)
    for name, output in prediction.initial[0].items():
        torch.testing.assert_close(again[name], output, rtol=0, atol=0)
