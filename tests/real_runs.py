"""Runs made by the real engine on the drawn data set, small enough for tests."""

import time
from pathlib import Path

import numpy as np

from mtal.config import Config, compose
from mtal.runs.jobs.launch import create, start
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run

TINY = (
    "dataset=drawn",
    "data=24+8",
    "size=33x47",
    "tasks=semseg,depth,normals",
    "backbone=tiny",
    "pretrained=false",
    "channels=8",
    "pair_channels=4",
    "embedding=16",
    "epochs=2",
    "pair_epochs=2",
    "pair_steps=0",
    "embedding_epochs=1",
    "batch=4",
    "start_percent=25",
    "step_percent=20",
    "cycles=3",
    "projection=pca",
    "threads=1",
    "device=cpu",
    "precision=float32",
)


def tiny_config(*sets: str) -> Config:
    """Odd image size, three cycles of which two pick; `sets` override."""
    return compose(sets=(*TINY, *sets))


def random_start(config: Config, available: np.ndarray) -> np.ndarray:
    """All labels of a share of the images, drawn at random: (N, T) bool, as `available`."""
    count = max(1, round(len(available) * config.start_percent / 100))
    images = np.random.default_rng([config.seed, 0]).choice(len(available), count, replace=False)
    labelled = np.zeros_like(available)
    labelled[images] = available[images]
    return labelled


def launch_and_wait(config: Config, folder: Path, patience_s: float = 240) -> Run:
    """As the dashboard does it: a worker in a process of its own."""
    run = Run(create(config, StorePaths(folder)).folder)
    assert start(run.paths)
    return wait(run, patience_s)


def wait(run: Run, patience_s: float = 240) -> Run:
    """Until the worker is gone; its log is shown if that takes too long."""
    give_up = time.monotonic() + patience_s
    while run.status.alive:
        assert time.monotonic() < give_up, "\n".join(run.log_tail(40))
        time.sleep(0.05)
    return run
