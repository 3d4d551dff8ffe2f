"""A frozen trunk on its device: the pyramids of a split, to be stored and trained on.

See docs/method.md, section 8.4. N images in a split, B in a batch.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
import torch

from mtal.config import Config
from mtal.datasets.resized import Resized
from mtal.models.backbones import Encoder, build_backbone
from mtal.models.pyramid import FeaturePyramid
from mtal.tasks.task import mirror_all
from mtal.training.device import Device
from mtal.training.network_inputs import ImageInputs, PyramidForm, StoredPyramids, pyramid_form

MOST_IMAGES, MOST_PIXELS = 32, 2**20  # that the trunk takes at once, the same in every run


@dataclass(frozen=True)
class FrozenTrunk:
    """A frozen backbone, of which only the trunk is run."""

    encoder: Encoder
    device: Device

    @property
    def key(self) -> str:
        """Hash its weights, and all else that can change a bit of its pyramids."""
        # another number of threads may round sums differently
        threads = torch.get_num_threads() if self.device.torch_device.type == "cpu" else 0
        machine = torch.__version__, self.device.torch_device.type, self.device.precision, threads
        digest = hashlib.sha256(repr(machine).encode())
        for name, tensor in self.encoder.trunk.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().numpy())
        return digest.hexdigest()

    def pyramid(self, data: Resized, indices: np.ndarray, mirrored: bool) -> FeaturePyramid:
        """Run it on some images, (B,) positions, or on their mirror images."""
        warp = mirror_all(len(indices)) if mirrored else None
        with torch.inference_mode(), self.device.autocast():
            return self.encoder.pyramid(ImageInputs(data, self.device).of(indices, warp))

    def form(self, data: Resized) -> PyramidForm:
        """Find how the pyramids of a split are stored, by running it on the first image."""
        return pyramid_form(self.pyramid(data, np.arange(1), mirrored=False))

    def rows(self, data: Resized, mirrored: bool) -> Iterator[np.ndarray]:
        """Compute the pyramids of a split: (B, numbers) at a time, in the order of the images."""
        form, count = self.form(data), len(data)
        step = max(1, min(MOST_IMAGES, MOST_PIXELS // prod(data.size)))
        for start in range(0, count, step):
            indices = np.arange(start, min(count, start + step))
            yield form.pack(self.pyramid(data, indices, mirrored))

    def in_memory(self, data: Resized, mirrored: bool) -> StoredPyramids:
        """Compute and keep the pyramids of a split; mirrored: of the mirror images too."""
        plain = np.concatenate(list(self.rows(data, mirrored=False)))
        mirror = np.concatenate(list(self.rows(data, mirrored=True))) if mirrored else None
        return StoredPyramids(self.form(data), plain, mirror, self.device)


def frozen_trunk(config: Config, device: Device) -> FrozenTrunk:
    """Build the frozen backbone of a config. ConfigError as of `build_backbone`."""
    return FrozenTrunk(device.move(build_backbone(config)).eval(), device)
