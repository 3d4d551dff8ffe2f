"""The frozen feature of the pool: the same in every cycle and run, there before any training.

docs/method.md, section 3. It is computed once for the images of a pool, their size and a network,
and kept in the store.
"""

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import Dataset
from mtal.datasets.resized import Resized
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.needed_signals import FROZEN, needed_signals
from mtal.engine.stages.projection import project
from mtal.engine.stages.run_context import RunContext
from mtal.models.frozen_feature import build_frozen_network, check_name, weights_file
from mtal.models.pretrained import read_weights
from mtal.runs.files import atomic_write, link_file, sha256_of
from mtal.runs.jobs.lock import take
from mtal.runs.paths import StorePaths
from mtal.signals.standardise import standardised
from mtal.training.batches import Report
from mtal.training.device import Device, find_device

FORMULA = 1  # raise it when the feature of the same images is computed otherwise

IMAGES = 32  # at a time
LAYOUT_SEED = 0  # the map is the same for every seed of a run
WAIT_S = 0.5  # between two looks whether another run has computed it


def with_frozen_feature(context: RunContext, timer: StageTimer) -> RunContext:
    """Give a run that picks the frozen feature of its pool, and link it into the run's folder.

    Without it if it cannot be had and only pages would use it. ConfigError if the run needs it.
    """
    config, run = context.config, context.run
    if config.cycles == 1:
        return context
    try:
        with timer.stage("feature", len(context.pool)) as report:
            feature = frozen_feature(
                config, context.dataset, context.pool, run.store, context.device, report
            )
    except ConfigError as error:
        if FROZEN in needed_signals(config, context.strategy):
            raise
        print(f"no frozen feature, so no map that stays the same: {error}", flush=True)
        return replace(context, signals=tuple(name for name in context.signals if name != FROZEN))
    link_file(run.store.feature(feature_key(config, context.dataset)), run.paths.frozen)
    return replace(context, frozen=feature)


def write_frozen_layout(context: RunContext) -> None:
    """Draw the map of the frozen feature once for all runs of the store: the same in all cycles."""
    config, run = context.config, context.run
    if context.frozen is None or config.projection == "none":
        return
    key = feature_key(config, context.dataset)
    path = run.store.feature_layout(key, config.projection)
    if not path.exists():
        layout = project(context.frozen, None, config.projection, LAYOUT_SEED)
        with atomic_write(path, "wb") as file:
            np.save(file, layout)
    link_file(path, run.paths.frozen_layout)


def frozen_feature(
    config: Config,
    dataset: Dataset,
    pool: Resized,
    store: StorePaths,
    device: Device,
    report: Report,
) -> np.ndarray:
    """Read or compute the frozen feature of the pool: (N, D) float32, standardised per channel.

    config: its size, feature_network and feature_weights.
    dataset: whose pool it is of.
    pool: the same images at the config's size; no label is read.
    store: keeps the feature. Of several runs at once one computes it, and the others wait.
    report: called after every batch of images.
    ConfigError if the network or its weights cannot be had.
    """
    key = feature_key(config, dataset)
    path = store.feature(key)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with store.feature_lock(key).open("a") as lock:
            while not take(lock, WAIT_S):
                report(0, len(pool))  # may raise to stop the work
            if not path.exists():
                feature = standardised(pooled(config, pool, device, report))
                with atomic_write(path, "wb") as file:
                    np.save(file, feature)
    report(len(pool), len(pool))
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def pooled(config: Config, pool: Resized, device: Device, report: Report) -> np.ndarray:
    """Compute the means of the frozen network's maps in float32: (N, D)."""
    network = device.move(build_frozen_network(config))
    count, parts = len(pool), []
    for start in range(0, count, IMAGES):
        report(start, count)
        indices = np.arange(start, min(count, start + IMAGES))
        parts.append(network(pool.images(indices)).cpu().numpy())
    return np.concatenate(parts)


def feature_key(config: Config, dataset: Dataset) -> str:
    """Name what the feature depends on: images and their order, size, network, weights, libraries.

    Also the kind of device, since sums round otherwise there. ConfigError if there is no such
    network or file.
    """
    check_name(config.feature_network)
    file = weights_file(config)
    if file is not None and not file.is_file():
        read_weights(file, "feature_weights")  # its ConfigError says what is wrong
    parts = [
        dataset.fingerprint_of_pool_images(),
        config.size,
        config.feature_network,
        sha256_of(file) if file else "",
        FORMULA,
        [version(name) for name in ("torch", "timm")],
        find_device(config).torch_device.type,
    ]
    return hashlib.sha1(json.dumps(parts).encode()).hexdigest()[:16]
