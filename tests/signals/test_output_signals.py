"""What signals make of outputs and features, against plain twins on the network's own answers for single images."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mtal import seeds
from mtal.datasets.normalise import to_input
from mtal.signals import bald, gradient
from mtal.signals.describe import look
from mtal.signals.registry import SIGNALS
from mtal.tasks.depth import depth
from mtal.training.batches import torch_generator
from tests.training.benches import small_bench

IMAGES = (3, 20)


@pytest.fixture(params=IMAGES)
def image(request):
    return request.param


def answers(bench, image):
    """Of one image and of its mirror image."""
    with torch.no_grad():
        pixels = to_input(bench.pool.images([image]), "cpu")
        return bench.network(pixels), bench.network(pixels.flip(-1))


def chances(prediction):
    """(C, h, w) of the final semseg output."""
    return F.softmax(prediction.final["semseg"][0].double(), 0)


def test_the_shared_feature_is_the_mean_of_the_backbones_map(bench, together, image):
    with torch.no_grad():
        maps = bench.network.backbone(to_input(bench.pool.images([image]), "cpu"))
    np.testing.assert_allclose(
        together["shared"][image], maps[0].mean((1, 2)), rtol=1e-4, atol=1e-6
    )


def test_measures_of_final_outputs(bench, together, image):
    plain, mirror = answers(bench, image)
    p, q = chances(plain), chances(mirror).flip(-1)
    metres = [
        prediction.final["depth"][0].double().clamp(min=1e-9) for prediction in (plain, mirror)
    ]
    vectors = [
        F.normalize(prediction.final["normals"][0].double(), dim=0)
        for prediction in (plain, mirror)
    ]
    metres[1], vectors[1] = (
        metres[1].flip(-1),
        vectors[1].flip(-1) * torch.tensor([-1.0, 1, 1]).view(3, 1, 1),
    )
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


def mirror_symmetric(bench):
    """Its convolutions are made symmetric from left to right, in place."""
    for module in bench.network.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data = (module.weight.data + module.weight.data.flip(-1)) / 2
    return bench


def test_what_a_mirror_symmetric_network_says_changes_sides_and_nothing_else():
    """Chances and metres are the same, so they vary nowhere; vectors keep their x where it should change its sign."""
    bench = mirror_symmetric(small_bench("size=32x48"))
    bench.network.last_heads["depth"][-1].bias.data += 3
    signals = {name: SIGNALS[name] for name in ("uncertainty", "equivariance")}
    with torch.no_grad():
        seen = look(bench, np.arange(4), signals)
        found = {name: signal.measure(None, seen, bench) for name, signal in signals.items()}
    for name in ("semseg", "depth"):
        torch.testing.assert_close(seen.mirrored[name], seen.final[name], rtol=1e-4, atol=1e-5)
    across = seen.final["normals"][:, 0]
    torch.testing.assert_close(seen.mirrored["normals"][:, 0], -across, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        found["uncertainty"][:, 2], across.square().mean((1, 2)) / 3, rtol=1e-4, atol=1e-6
    )
    torch.testing.assert_close(found["uncertainty"][:, 1], torch.zeros(4), rtol=0, atol=1e-9)
    pixels = across[0].numel()
    torch.testing.assert_close(
        found["equivariance"][:, 0], found["uncertainty"][:, 0] * pixels, rtol=1e-4, atol=0
    )
    least = float(depth().belief.equivariance(torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1)))
    torch.testing.assert_close(
        found["equivariance"][:, 1], torch.full((4,), least * pixels), rtol=1e-4, atol=0
    )


def test_an_image_that_is_its_own_mirror_image(bench, monkeypatch):
    """Whatever the network: what it says of the mirror image is what it says."""
    half = torch.randint(0, 256, (2, 3, 33, 47), dtype=torch.uint8)
    monkeypatch.setattr(
        bench.pool,
        "images",
        lambda indices: torch.where(torch.arange(47) < 24, half, half.flip(-1)),
    )
    with torch.no_grad():
        seen = look(bench, np.arange(2), {"uncertainty": SIGNALS["uncertainty"]})
    torch.testing.assert_close(
        seen.mirrored["depth"], seen.final["depth"].flip(-1), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        seen.mirrored["normals"][:, 1:], seen.final["normals"][:, 1:].flip(-1), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        seen.mirrored["normals"][:, 0], -seen.final["normals"][:, 0].flip(-1), rtol=1e-4, atol=1e-5
    )


class TestGradient:
    def test_it_is_the_gradient_of_the_initial_heads_weights(self, bench, together, image):
        """By autograd: cross-entropy against the final prediction's class; half the squared difference to its value."""
        prediction, _ = answers(bench, image)
        for column, task in enumerate(bench.tasks):
            head = bench.network.first_heads[task.name]
            weight = head.weight.clone().requires_grad_()
            output = F.conv2d(prediction.features[task.name], weight, head.bias)
            if task.name == "semseg":
                loss = F.cross_entropy(output, prediction.final[task.name].argmax(1))
                expected = torch.autograd.grad(loss, weight)[0]
            else:
                value, guess = (
                    task.belief.read(output.detach()),
                    task.belief.read(prediction.final[task.name]),
                )
                expected = torch.autograd.grad(
                    (output * (value - guess)).sum() / value[0, 0].numel(), weight
                )[0]
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

    def test_one_who_agrees_with_oneself_and_is_sure_would_learn_nothing(self, bench):
        sure = torch.full((1, 4, 5, 6), -60.0).index_fill(1, torch.tensor([2]), 60.0)
        semseg = bench.tasks[0]
        slope = semseg.belief.slope(semseg.belief.read(sure), semseg.belief.read(sure))
        assert gradient.weight_gradient(slope, torch.rand(1, 8, 5, 6)).abs().max() < 1e-6

    def test_its_quality_is_that_of_its_length(self):
        found = np.zeros((1, 2, 128), np.float32)
        found[0, 1, :2] = 3, 4
        np.testing.assert_array_equal(SIGNALS["gradient"].scores(found)["gradient"], [[0, 5]])


class TestBald:
    def test_it_is_the_disagreement_of_eight_passes(self, bench, together, image):
        """One pass after the other, with the weights of the initial heads and masks that drop whole feature maps."""
        prediction, _ = answers(bench, image)
        masks = bald.masks(bench.network, 3, (*bench.seed, seeds.BALD))
        for column, task in enumerate(bench.tasks):
            head, features = bench.network.first_heads[task.name], prediction.features[task.name]
            readings = []
            for number in range(8):
                output = F.conv2d(
                    features * masks[column, number].view(1, -1, 1, 1), head.weight, head.bias
                )
                readings.append(task.belief.read(output)[0, :, ::4, ::4].double())
            passes = torch.stack(readings)
            if task.name == "semseg":
                joint = passes.exp().mean(0)
                expected = (
                    -(joint * joint.log()).sum(0) + (passes.exp() * passes).sum(1).mean(0)
                ).mean()
            else:
                expected = passes.var(0, correction=0).mean()
            assert together["bald"][image, column] == pytest.approx(
                expected.item(), rel=1e-3, abs=1e-7
            )

    def test_masks_drop_whole_maps_and_keep_the_mean(self, bench):
        bench.network.dropout.p, before = 0.5, bench.network.dropout.p
        try:
            drawn = torch.stack([bald.masks(bench.network, 3, (seed,)) for seed in range(100)])
        finally:
            bench.network.dropout.p = before
        assert set(drawn.unique().tolist()) == {0, 2}
        assert drawn.shape == (100, 3, 8, bench.network.channels)
        assert drawn.mean().item() == pytest.approx(1, abs=0.03)

    def test_a_network_trained_without_dropout_is_asked_with_a_fifth(self, bench):
        drawn = torch.stack([bald.masks(bench.network, 3, (seed,)) for seed in range(100)])
        assert (drawn == 0).float().mean().item() == pytest.approx(0.2, abs=0.02)

    def test_the_same_masks_for_the_same_seed_and_others_for_another(self, bench):
        one, two, other = (bald.masks(bench.network, 3, seed) for seed in ((0, 1), (0, 1), (0, 2)))
        assert torch.equal(one, two)
        assert not torch.equal(one, other)


def test_a_network_applies_its_first_heads_to_given_features(bench):
    prediction, _ = answers(bench, 5)
    again = bench.network.first_heads_on(prediction.features)
    for name, output in prediction.initial[0].items():
        torch.testing.assert_close(again[name], output, rtol=0, atol=0)
