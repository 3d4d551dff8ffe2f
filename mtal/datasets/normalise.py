"""Pixels, normalised as the backbones were pretrained."""

import torch
from torch import Tensor

MEAN = (0.485, 0.456, 0.406)  # of ImageNet, RGB in 0..1
STD = (0.229, 0.224, 0.225)


def to_input(images: Tensor, device: torch.device | str) -> Tensor:
    """Normalise a batch of images to float32 on the device, channels last.

    images: (B, 3, H, W) uint8, or float in the same range 0..255.
    """
    pixels = images.to(device, non_blocking=True).to(
        torch.float32, memory_format=torch.channels_last
    )
    mean = torch.tensor(MEAN, device=device).view(1, 3, 1, 1) * 255
    std = torch.tensor(STD, device=device).view(1, 3, 1, 1) * 255
    return (pixels - mean) / std
