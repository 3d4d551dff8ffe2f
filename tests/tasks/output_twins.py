"""Slow twins in float64 of what outputs mean, and pixels to loop over."""

import numpy as np

from tests.tasks.samples import random_output

PIXELS = 6 * 8  # of `random_output`


def outputs_and_parameters(task, count=2, spread=2.0):
    """Different outputs, and the distribution parameters of each."""
    outputs = [random_output(task, seed=seed, spread=spread) for seed in range(count)]
    return outputs, [task.output_distribution.parameters(output) for output in outputs]


def slow_probabilities(task, output):
    """(B, K, h, w) float64."""
    logits = output.double().numpy()
    if task.channels == 1:
        yes = 1 / (1 + np.exp(-logits))
        return np.concatenate([1 - yes, yes], axis=1)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def slow_values(task, output):
    """(B, V, h, w) float64: metres above 0, or unit vectors."""
    raw = output.double().numpy()
    if task.channels == 1:
        return np.maximum(raw, 1e-9)
    return raw / np.sqrt((raw**2).sum(axis=1, keepdims=True))


def pixels_of(maps, image):
    """The channels of each pixel of one image."""
    return [
        maps[image, :, row, column]
        for row in range(maps.shape[2])
        for column in range(maps.shape[3])
    ]
