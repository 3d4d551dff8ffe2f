"""The pyramids of a frozen backbone, computed once for all runs of a store.

With `backbone_frozen` the trunk makes the same pyramid of an image in every step, cycle, seed and
strategy (docs/method.md, section 8.4).
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.run_context import RunContext
from mtal.runs.store.shared_array import shared_array
from mtal.signals.registry import SIGNALS
from mtal.training.batches import Report
from mtal.training.frozen_trunk import FrozenTrunk, frozen_trunk
from mtal.training.network_inputs import StoredPyramids

STAGE = "backbone"
MOST_OF_DISK = 0.5  # share of the free space that the pyramids of a split may take


def with_stored_pyramids(context: RunContext, timer: StageTimer) -> RunContext:
    """Give a run with a frozen backbone the pyramids of its images; others stay as they are.

    Where there is no room for them, every step computes its own.
    """
    if not context.config.backbone_frozen:
        return context
    trunk = frozen_trunk(context.config, context.device)
    mirrored = needs_mirrored(context)
    with timer.stage(STAGE, len(context.pool)) as report:
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
    context: RunContext, trunk: FrozenTrunk, split: str, mirrored: bool, report: Report
) -> StoredPyramids | None:
    """Map the pyramids of a split, "pool" or "validation"; None if there is no room for them.

    mirrored: whether those of the mirror images are needed too.
    """
    data, store = context.pool if split == "pool" else context.validation, context.run.store
    form, count = trunk.form(data), len(data)
    plain = pyramid_name(context, trunk, split)
    names = {plain: False, f"{plain}-mirrored": True} if mirrored else {plain: False}
    missing = [name for name in names if not store.pyramids(name).exists()]
    size_bytes = len(missing) * count * form.numbers * form.dtype.itemsize
    what = f"maps of the frozen backbone ({split}): {size_bytes / 1e6:,.1f} MB"
    if size_bytes > MOST_OF_DISK * shutil.disk_usage(store.folder).free:
        print(f"{what} are too much for {store.folder}; computed in every step", flush=True)
        return None
    if missing:
        print(f"{what} in {store.pyramids(plain).parent}", flush=True)

    def array(name: str) -> np.ndarray:
        def parts() -> Iterator[np.ndarray]:
            done = 0
            for rows in trunk.rows(data, names[name]):
                report(done, count)
                done += len(rows)
                yield rows

        shape = (count, form.numbers)
        files = store.pyramids(name), store.pyramids_lock(name)
        return shared_array(*files, shape, form.dtype, parts, wait=lambda: report(0, count))

    try:
        arrays = [array(name) for name in names]
    except OSError as error:
        print(f"{what} cannot be written ({error}); computed in every step", flush=True)
        return None
    return StoredPyramids(form, arrays[0], arrays[1] if mirrored else None, context.device)


def pyramid_name(context: RunContext, trunk: FrozenTrunk, split: str) -> str:
    """Name the pyramids of a split by all that they depend on."""
    config = context.config
    fingerprint = context.run.facts.fingerprint_of_images
    digest = hashlib.sha256(f"{fingerprint} {config.size} {trunk.key}".encode()).hexdigest()
    height, width = config.size
    return f"{config.dataset}-{config.backbone}-{height}x{width}-{digest[:16]}-{split}"
