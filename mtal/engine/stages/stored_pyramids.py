"""The pyramids of a frozen backbone, computed once for all runs of a store.

With `backbone_frozen` the trunk makes the same pyramid of an image in every step, cycle, seed and
strategy (docs/method.md, section 8.4). N images in a split.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import torch

from mtal.config import Config
from mtal.datasets.resized import Resized
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.run_context import RunContext
from mtal.models.backbones import Encoder, build_backbone
from mtal.models.pyramid import FeaturePyramid
from mtal.runs.store.shared_array import shared_array
from mtal.signals.registry import SIGNALS
from mtal.tasks.task import mirror_all
from mtal.training.batches import Report
from mtal.training.device import Device
from mtal.training.network_inputs import ImageInputs, StoredPyramids, pyramid_form

STAGE = "backbone"
MOST_IMAGES, MOST_PIXELS = 32, 2**20  # that the trunk takes at once
MOST_OF_DISK = 0.5  # share of the free space that the pyramids of a split may take


@dataclass(frozen=True)
class Trunk:
    """A frozen backbone on its device."""

    encoder: Encoder
    device: Device

    def pyramid(self, data: Resized, indices: np.ndarray, mirrored: bool) -> FeaturePyramid:
        """Run the trunk on some images, or on their mirror images."""
        warp = mirror_all(len(indices)) if mirrored else None
        with torch.inference_mode(), self.device.autocast():
            return self.encoder.pyramid(ImageInputs(data, self.device).of(indices, warp))

    @property
    def key(self) -> str:
        """Hash the weights and all else that can change a bit of the pyramids."""
        digest = hashlib.sha256(repr(self._machine).encode())
        for name, tensor in self.encoder.trunk.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().numpy())
        return digest.hexdigest()

    @property
    def _machine(self) -> tuple[object, ...]:
        # another number of threads may round sums differently
        threads = torch.get_num_threads() if self.device.torch_device.type == "cpu" else 0
        return torch.__version__, self.device.torch_device.type, self.device.precision, threads


def with_stored_pyramids(context: RunContext, timer: StageTimer) -> RunContext:
    """Give a run with a frozen backbone the pyramids of its images; others stay as they are.

    Where there is no room for them, every step computes its own.
    """
    config = context.config
    if not config.backbone_frozen:
        return context
    trunk = Trunk(context.device.move(build_backbone(config)).eval(), context.device)
    mirrored = needs_mirrored(context)
    units = len(context.pool) * (2 if mirrored else 1) + len(context.validation)
    with timer.stage(STAGE, units) as report:
        return replace(
            context,
            stored_pool=stored_pyramids(context, trunk, "pool", mirrored, report),
            stored_validation=stored_pyramids(context, trunk, "validation", False, report),
        )


def needs_mirrored(context: RunContext) -> bool:
    """Whether anything looks at the mirror images of the pool."""
    return (
        context.config.augment
        or context.strategy.pseudo_labels
        or any(SIGNALS[name].needs_mirrored for name in context.signals)
    )


def stored_pyramids(
    context: RunContext, trunk: Trunk, split: str, mirrored: bool, report: Report
) -> StoredPyramids | None:
    """Map the pyramids of a split, "pool" or "validation"; None if there is no room for them.

    mirrored: whether those of the mirror images are needed too.
    """
    data, store = context.pool if split == "pool" else context.validation, context.run.store
    form = pyramid_form(trunk.pyramid(data, np.arange(1), mirrored=False))
    shape = (len(data), form.numbers)
    plain = pyramid_name(context, trunk, split)
    names = {plain: False, f"{plain}-mirrored": True} if mirrored else {plain: False}
    missing = [name for name in names if not store.pyramids(name).exists()]
    size_bytes = len(missing) * prod(shape) * form.dtype.itemsize
    what = f"maps of the frozen backbone ({split}): {size_bytes / 1e6:,.1f} MB"
    if size_bytes > MOST_OF_DISK * shutil.disk_usage(store.folder).free:
        print(f"{what} are too much for {store.folder}; computed in every step", flush=True)
        return None
    if missing:
        print(f"{what} in {store.pyramids(plain).parent}", flush=True)

    def array(name: str) -> np.ndarray:
        def parts() -> Iterator[np.ndarray]:
            for indices in _blocks(len(data), context.config):
                report(int(indices[0]), len(data))
                yield form.pack(trunk.pyramid(data, indices, names[name]))

        return shared_array(
            store.pyramids(name),
            store.pyramids_lock(name),
            shape,
            form.dtype,
            parts,
            wait=lambda: report(0, len(data)),
        )

    try:
        arrays = [array(name) for name in names]
    except OSError as error:
        print(f"{what} cannot be written ({error}); computed in every step", flush=True)
        return None
    return StoredPyramids(form, arrays[0], arrays[1] if mirrored else None, context.device)


def pyramid_name(context: RunContext, trunk: Trunk, split: str) -> str:
    """Name the pyramids of a split by all that they depend on."""
    config = context.config
    fingerprint = context.run.facts.fingerprint_of_images
    digest = hashlib.sha256(f"{fingerprint} {config.size} {trunk.key}".encode()).hexdigest()
    height, width = config.size
    return f"{config.dataset}-{config.backbone}-{height}x{width}-{digest[:16]}-{split}"


def _blocks(count: int, config: Config) -> Iterator[np.ndarray]:
    """Positions of the images that the trunk takes at once; the same for every run."""
    step = max(1, min(MOST_IMAGES, MOST_PIXELS // prod(config.size)))
    for start in range(0, count, step):
        yield np.arange(start, min(count, start + step))
