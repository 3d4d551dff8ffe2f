"""The auto-encoder layer by layer against the supplement, section 2."""

import pytest
import torch
from torch import nn

from mtal.models import autoencoder
from mtal.models.autoencoder import WIDTHS, AutoEncoder, SameConv


@pytest.mark.parametrize("size", [(30, 40), (25, 33), (16, 16), (15, 20), (7, 5)])
def test_code_and_reconstruction_have_the_right_sizes(size):
    module = AutoEncoder(12, size, code=20).eval()
    features = torch.randn(2, 12, *size)
    assert module.encode(features).shape == (2, 20)
    assert module(features).shape == features.shape


def test_layers_are_those_of_the_supplement():
    module = AutoEncoder(96, (32, 48))
    assert WIDTHS == (128, 256, 512, 1024)
    for layers, inputs, outputs in zip(module.encoder, (96, 128, 256, 512), WIDTHS, strict=True):
        conv, norm, relu = layers
        assert (conv.in_channels, conv.out_channels) == (inputs, outputs)
        assert (conv.kernel_size, conv.stride) == ((4, 4), (2, 2))
        assert isinstance(norm, nn.BatchNorm2d)
        assert isinstance(relu, nn.ReLU)
    assert (module.to_code.in_features, module.to_code.out_features) == (1024 * 2 * 3, 512)
    assert (module.from_code.in_features, module.from_code.out_features) == (512, 1024 * 2 * 3)
    widths = [
        (layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride)
        for layer in module.decoder
    ]
    assert widths == [
        (a, b, (4, 4), (2, 2)) for a, b in ((1024, 512), (512, 256), (256, 128), (128, 96))
    ]
    # There is none after the last layer, which is linear.
    assert [norm[0].num_features for norm in module.norms] == [512, 256, 128]


def test_same_convolution_equals_a_plain_loop():
    """SAME as TensorFlow has it: output ceil(n / 2), the smaller half of the padding in front."""
    torch.manual_seed(0)
    conv = SameConv(1, 1)
    weight = conv.weight[0, 0].detach()
    for height, width in ((5, 6), (4, 7), (1, 2)):
        image = torch.randn(1, 1, height, width)
        output = conv(image)[0, 0].detach()
        rows, columns = -(-height // 2), -(-width // 2)
        assert output.shape == (rows, columns)
        top, left = (
            max((out - 1) * 2 + 4 - n, 0) // 2 for out, n in ((rows, height), (columns, width))
        )
        for r in range(rows):
            for c in range(columns):
                total = sum(
                    weight[i, j].item() * image[0, 0, 2 * r - top + i, 2 * c - left + j].item()
                    for i in range(4)
                    for j in range(4)
                    if 0 <= 2 * r - top + i < height and 0 <= 2 * c - left + j < width
                )
                assert output[r, c].item() == pytest.approx(total, abs=1e-5)


def test_it_learns_to_reconstruct(monkeypatch):
    monkeypatch.setattr(autoencoder, "WIDTHS", (16, 32, 64, 128))  # an eighth of the paper's
    torch.manual_seed(0)
    features = torch.randn(8, 6, 16, 16)
    module = AutoEncoder(6, (16, 16), code=64)
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)
    losses = []
    for _ in range(30):
        loss = nn.functional.mse_loss(module(features), features)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]
