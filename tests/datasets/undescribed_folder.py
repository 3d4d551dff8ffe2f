"""Folders without a tasks.yaml, and what is guessed about them."""

import numpy as np
import yaml

from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.folder.guess import first_guess, write_guess
from tests.datasets.any_folder import SIZE, folder_config, save

RNG = np.random.default_rng(1)


def guessed(folder):
    """The first guess, parsed."""
    return yaml.safe_load(first_guess(folder))


def loaded(folder, *tasks):
    """Write the first guess and load some tasks with it."""
    write_guess(folder)
    return FOLDER.load(folder_config(folder, tasks))


def write_images(folder, names, ending=".jpg"):
    """Write random images and return the folder."""
    for name in names:
        save(folder / f"{name}{ending}", RNG.integers(0, 256, (*SIZE, 3)).astype(np.uint8))
    return folder


def blobs(values=(0, 1)):
    """An area of one value in another, (H, W) uint8."""
    mask = np.full(SIZE, values[0], np.uint8)
    mask[6:18, 5:25] = values[1]
    return mask


def lines(value=1):
    """A horizontal and a vertical line, (H, W) uint8."""
    mask = np.zeros(SIZE, np.uint8)
    mask[8], mask[:, 11] = value, value
    return mask
