"""The auto-encoder of the supplement, section 2: K task feature maps to one short code per image.

Encoder: four 4x4 stride-2 convolutions 128-256-512-1024 with batch norm and ReLU, fully connected
to the code. The decoder mirrors it, and its last layer is linear. Two slips of the text are
corrected (docs/method.md, section 3): the input has K*C channels, and the decoder starts at the
encoder's true output size. Odd sizes: SAME padding, decoder output cropped.
"""

import torch.nn.functional as F
from torch import Tensor, nn

WIDTHS = (128, 256, 512, 1024)
KERNEL, STRIDE = 4, 2


def half(size: int) -> int:
    """Compute the size after one SAME convolution of stride 2."""
    return -(-size // STRIDE)


class SameConv(nn.Conv2d):
    """4x4 convolution of stride 2 with SAME padding: output ceil(n / 2).

    An odd side gets one pixel of padding before and two behind, an even side one on each side.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, KERNEL, stride=STRIDE, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, ceil(H/2), ceil(W/2))."""
        height, width = maps.shape[-2:]
        return super().forward(F.pad(maps, (1, 1 + width % STRIDE, 1, 1 + height % STRIDE)))


class AutoEncoder(nn.Module):
    """Encoder and decoder. B images.

    channels: K*C; size: (h, w) of the feature maps; code: length of the embedding.
    """

    def __init__(self, channels: int, size: tuple[int, int], code: int = 512) -> None:
        super().__init__()
        self.sizes = [size]
        for _ in WIDTHS:
            self.sizes.append((half(self.sizes[-1][0]), half(self.sizes[-1][1])))
        inputs = (channels, *WIDTHS[:-1])
        steps = [
            nn.Sequential(SameConv(a, b), nn.BatchNorm2d(b), nn.ReLU(inplace=True))
            for a, b in zip(inputs, WIDTHS, strict=True)
        ]
        self.encoder = nn.Sequential(*steps)
        height, width = self.sizes[-1]
        self.to_code = nn.Linear(WIDTHS[-1] * height * width, code)
        self.from_code = nn.Linear(code, WIDTHS[-1] * height * width)
        outputs = inputs[::-1]  # 512, 256, 128, channels
        self.decoder = nn.ModuleList(
            [
                nn.ConvTranspose2d(b, a, KERNEL, STRIDE, padding=1)
                for a, b in zip(outputs, WIDTHS[::-1], strict=True)
            ]
        )
        self.norms = nn.ModuleList(
            [nn.Sequential(nn.BatchNorm2d(a), nn.ReLU(inplace=True)) for a in outputs[:-1]]
        )

    def encode(self, features: Tensor) -> Tensor:
        """(B, K*C, h, w) -> (B, code)."""
        return self.to_code(self.encoder(features).flatten(1))

    def decode(self, code: Tensor) -> Tensor:
        """(B, code) -> (B, K*C, h, w)."""
        maps = self.from_code(code).unflatten(1, (WIDTHS[-1], *self.sizes[-1]))
        for step, layer in enumerate(self.decoder):
            height, width = self.sizes[len(WIDTHS) - 1 - step]
            maps = layer(maps)[..., :height, :width]
            if step < len(self.norms):
                maps = self.norms[step](maps)
        return maps

    def forward(self, features: Tensor) -> Tensor:
        """Reconstruct features (B, K*C, h, w), encoded and decoded."""
        return self.decode(self.encode(features))
