"""Pixels as the pretrained backbones expect them."""

import torch

from mtal.datasets.normalise import MEAN, STD, to_input


def test_equals_the_formula_pixel_by_pixel():
    images = torch.randint(0, 256, (2, 3, 4, 5), dtype=torch.uint8)
    made = to_input(images, "cpu")
    for channel in range(3):
        expected = (images[:, channel] / 255 - MEAN[channel]) / STD[channel]
        torch.testing.assert_close(made[:, channel], expected)
    assert made.dtype == torch.float32
    assert made.is_contiguous(memory_format=torch.channels_last)


def test_bytes_and_floats_of_the_same_range_are_the_same():
    images = torch.randint(0, 256, (1, 3, 4, 4), dtype=torch.uint8)
    torch.testing.assert_close(to_input(images, "cpu"), to_input(images.float(), "cpu"))
