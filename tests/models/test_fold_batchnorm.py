"""Folded modules predict what they predicted before, with fewer layers."""

import copy

import pytest
import torch
from torch import nn

from mtal.models.blocks import Output, conv_bn_relu
from mtal.models.fold_batchnorm import fold
from mtal.models.registry import BACKBONES, build_backbone, build_network
from tests.models.test_networks import TASKS, small


def with_random_norms(module: nn.Module) -> nn.Module:
    """In evaluation, with statistics and weights of batch norms that are not those of the start."""
    generator = torch.Generator().manual_seed(0)
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.normal_(0, 0.1, generator=generator)
            norm.running_var.uniform_(0.5, 2, generator=generator)
            norm.weight.data.uniform_(0.5, 1.5, generator=generator)
            norm.bias.data.normal_(0, 0.1, generator=generator)
    return module.eval().requires_grad_(False)


def norms_of(module: nn.Module) -> int:
    return sum(isinstance(part, nn.BatchNorm2d) for part in module.modules())


def folded(module: nn.Module, images: torch.Tensor) -> nn.Module:
    module = copy.deepcopy(module)
    fold(module, lambda: module(images))
    return module


@pytest.mark.parametrize("backbone", BACKBONES)
def test_backbones_give_the_same_without_any_batch_norm(backbone):
    torch.manual_seed(0)
    encoder = with_random_norms(build_backbone(small(backbone=backbone)))
    images = torch.randn(2, 3, 64, 96)
    faster = folded(encoder, images[:1])
    maps, expected = faster(images), encoder(images)
    assert norms_of(encoder) > 0 == norms_of(faster)
    torch.testing.assert_close(maps, expected, rtol=1e-3, atol=1e-4 * expected.abs().max().item())
    assert expected.std() > 0


def test_a_network_keeps_those_that_follow_no_convolution_of_their_own():
    """The entrances of several blocks are one convolution; what follows them stays."""
    torch.manual_seed(0)
    network = with_random_norms(build_network(small(), TASKS))
    images = torch.randn(2, 3, 40, 52)
    after = folded(network, images[:1])
    assert 0 < norms_of(after) < norms_of(network) / 2
    for name, output in network(images).final.items():
        torch.testing.assert_close(after(images).final[name], output, rtol=1e-4, atol=1e-5)


def test_the_original_stays_as_it_was():
    network = with_random_norms(conv_bn_relu(3, 4))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    folded(network, torch.randn(1, 3, 8, 8))
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_what_computes_in_bfloat16_has_its_weights_rounded_and_nothing_else():
    module = with_random_norms(nn.Sequential(conv_bn_relu(3, 4), Output(4, 2)))
    images = torch.randn(2, 3, 8, 8)
    plain = folded(module, images)
    assert {parameter.dtype for parameter in plain.parameters()} == {torch.float32}
    with torch.autocast("cpu", torch.bfloat16):
        low = folded(module, images)
        output, expected = low(images), module(images)
    assert low[0][0].weight.dtype == low[0][0].bias.dtype == torch.bfloat16
    assert low[1].weight.dtype == torch.float32
    assert output.dtype == torch.float32
    torch.testing.assert_close(output, expected, rtol=0, atol=0.03 * expected.abs().max().item())


def test_parts_that_do_not_run_stay():
    both = with_random_norms(nn.ModuleList([conv_bn_relu(3, 4), conv_bn_relu(3, 4)]))
    fold(both, lambda: both[0](torch.randn(1, 3, 8, 8)))
    assert [norms_of(part) for part in both] == [0, 1]
