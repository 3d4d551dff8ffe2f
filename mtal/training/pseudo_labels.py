"""Pseudo-labels: guesses in place of labels that an image lacks, where they are sure.

Of PartAL (docs/method.md, section 6.8). Our choices: a class from a probability of 0.9 on, a value
at the half of the pixels that changes least when the image is mirrored.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import torch

from mtal.tasks.resize import enlarge
from mtal.tasks.task import Task, mirror_all, mirrored_back
from mtal.training.batches import Report
from mtal.training.guesses import Guesses

PSEUDO_LABEL_WEIGHT = 0.5  # where a label has 1 (our choice)


def missing_labels(labelled: np.ndarray) -> np.ndarray:
    """(N, T) bool: pairs without a label, on images that have one of another task.

    labelled: (N, T) bool.
    """
    return np.asarray(~labelled & labelled.any(axis=1, keepdims=True))


@torch.inference_mode()
def predict_pseudo_labels(
    guesses: Guesses,
    tasks: Sequence[Task],
    wanted: np.ndarray,
    size: tuple[int, int],
    batch_size: int,
    report: Report,
    folder: Path,
) -> dict[tuple[int, str], np.ndarray]:
    """Predict pseudo-labels: (position, task) -> target (1 or 3, H, W), ignored where not sure.

    guesses: outputs from which they are made.
    tasks: T tasks, the columns of `wanted`.
    wanted: (N, T) bool, the pairs to predict.
    size: height and width of the targets.
    batch_size: images that are predicted at once.
    report: called after every batch.
    folder: on the disk that holds the targets, in nameless files rather than in memory, which are
    deleted with the last target.
    """
    images = np.flatnonzero(wanted.any(axis=1))
    pseudo_labels: dict[tuple[int, str], np.ndarray] = {}
    for column, task in enumerate(tasks):
        positions = np.flatnonzero(wanted[:, column])
        targets = _on_disk((len(positions), task.label_channels, *size), task, folder)
        for position, target in zip(positions.tolist(), targets, strict=True):
            pseudo_labels[position, task.name] = target
    for start in range(0, len(images), batch_size):
        report(start, len(images))
        indices = images[start : start + batch_size]
        plain, mirrored = guesses.of(indices), guesses.of(indices, mirror_all(len(indices)))
        for column, task in enumerate(tasks):
            rows = np.flatnonzero(wanted[indices, column])
            if not len(rows):
                continue
            distribution = task.output_distribution
            parameters, parameters_mirrored = (
                distribution.parameters(enlarge(output[rows], size))
                for output in (plain[task.name], mirrored_back(mirrored[task.name], task))
            )
            targets = distribution.pseudo_label(parameters, parameters_mirrored).cpu().numpy()
            for index, target in zip(indices[rows].tolist(), targets, strict=True):
                pseudo_labels[index, task.name][:] = target
    report(len(images), len(images))
    return pseudo_labels


def _on_disk(shape: tuple[int, ...], task: Task, folder: Path) -> np.ndarray:
    """Make an array for targets in a nameless file."""
    if 0 in shape:
        return np.empty(shape, task.label_dtype)
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, task.label_dtype, "w+", shape=shape)
