"""Guesses: labels that a network makes up for tasks that an image lacks, where it is sure enough (PartAL; docs/method.md, section 6.8).

Our choices: class tasks from a chance of 0.9 on; values at the half of the pixels that changes least when the image is mirrored.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import torch

from mtal.datasets.normalise import to_input
from mtal.datasets.resized import Resized
from mtal.models.prediction import TwoStageNetwork
from mtal.tasks.resize import enlarge
from mtal.tasks.task import Task, mirrored_back
from mtal.training.batches import Report
from mtal.training.device import Machine

WEIGHT = 0.5  # of a guess beside a label (our choice)


def lacking(labelled: np.ndarray) -> np.ndarray:
    """(N, T) bool: pairs without a label on images that have one of another task. labelled: (N, T) bool."""
    return np.asarray(~labelled & labelled.any(axis=1, keepdims=True))


@torch.inference_mode()
def guesses(
    network: TwoStageNetwork,
    data: Resized,
    tasks: Sequence[Task],
    wanted: np.ndarray,
    batch: int,
    machine: Machine,
    report: Report,
    folder: Path,
) -> dict[tuple[int, str], np.ndarray]:
    """(position, task) -> (1 or 3, H, W) at the size of `data`, ignored where not sure. wanted: (N, T) bool. No label is read.

    They are kept in nameless files of `folder` rather than in memory, and are gone with the last of them.
    """
    network.eval()
    images = np.flatnonzero(wanted.any(axis=1))
    found: dict[tuple[int, str], np.ndarray] = {}
    for column, task in enumerate(tasks):
        positions = np.flatnonzero(wanted[:, column])
        shelf = _shelf((len(positions), task.label_channels, *data.size), task, folder)
        found |= {(int(position), task.name): shelf[row] for row, position in enumerate(positions)}
    for start in range(0, len(images), batch):
        report(start, len(images))
        indices = images[start : start + batch]
        pixels = to_input(data.images(indices), machine.device)
        with machine.autocast():
            plain, other = network(pixels).final, network(pixels.flip(-1)).final
        for column, task in enumerate(tasks):
            rows = np.flatnonzero(wanted[indices, column])
            if len(rows):
                reading, mirrored = (
                    task.belief.read(enlarge(maps[rows], data.size))
                    for maps in (plain[task.name], mirrored_back(other[task.name], task))
                )
                for row, target in zip(
                    rows, task.belief.guess(reading, mirrored).cpu().numpy(), strict=True
                ):
                    found[int(indices[row]), task.name][:] = target
    report(len(images), len(images))
    return found


def _shelf(shape: tuple[int, ...], task: Task, folder: Path) -> np.ndarray:
    """A place for so many targets, on disk."""
    if 0 in shape:
        return np.empty(shape, task.label_dtype)
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, task.label_dtype, "w+", shape=shape)
