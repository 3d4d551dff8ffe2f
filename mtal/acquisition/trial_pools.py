"""Small random pools of every kind that a strategy may meet, with the signals that it needs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mtal.acquisition.pool import Options, PastBatch, Pool
from mtal.acquisition.strategy import Strategy

TASKS = ("semseg", "depth", "normals", "edge", "saliency")
Shape = tuple[int, ...]
Generate = Callable[[np.random.Generator, Shape], np.ndarray]  # of (N, T), an array like a signal's


def _positive(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """(N, T) numbers above 0, in a unit of its own for every task."""
    return rng.gamma(2.0, size=shape) * 10.0 ** np.arange(shape[1])


def _signed(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """(N, T) numbers of both signs, in a unit of its own for every task."""
    return rng.normal(size=shape) * 10.0 ** np.arange(shape[1])


def _of_classes(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """(N, T) numbers, 0 for all tasks but the first, which alone has classes."""
    return rng.random(shape) * (np.arange(shape[1]) == 0)


def _committee(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """(N, T, T - 1) disagreements, in a unit of its own for every task."""
    members = shape[1] - 1
    return rng.gamma(2.0, size=(*shape, members)) * 10.0 ** np.arange(shape[1])[:, None]


def _gradient(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """(N, T, 6) gradients, in a unit of its own for every task."""
    return rng.normal(size=(*shape, 6)) * _positive(rng, shape)[..., None]


SIGNALS: dict[str, Generate] = {
    "committee": _committee,
    "embedding": lambda rng, shape: rng.normal(size=(shape[0], 8)),
    "shared": lambda rng, shape: rng.normal(size=(shape[0], 12)),
    "task_features": lambda rng, shape: rng.normal(size=(shape[0], 9)),
    "frozen": lambda rng, shape: rng.normal(size=(shape[0], 10)),
    "uncertainty": _positive,
    "initial_uncertainty": _positive,
    "entropy": _of_classes,
    "margin": _of_classes,
    "equivariance": _signed,
    "predicted_loss": lambda rng, shape: rng.normal(size=shape),
    "gradient": _gradient,
    "bald": _positive,
}


def trial_pool(
    needs: tuple[str, ...],
    images: int = 30,
    labelled: int = 6,
    seed: int = 0,
    partly: int = 0,
    closed: float = 0,
    tasks: tuple[str, ...] = TASKS[:3],
) -> Pool:
    """Generate a pool.

    needs: the names of its signals.
    images, labelled: how many images there are, and how many are labelled for all tasks.
    seed: of everything random.
    partly: how many more images are labelled for the first task only.
    closed: share of the other labels that nobody can supply, 0 to 1.
    tasks: their names.
    """
    rng = np.random.default_rng(seed)
    mask = np.zeros((images, len(tasks)), dtype=bool)
    order = rng.permutation(images)
    mask[order[:labelled]] = True
    mask[order[labelled : labelled + partly], 0] = True
    signals = {name: SIGNALS[name](rng, mask.shape).astype(np.float32) for name in needs}
    closed_mask = (rng.random(mask.shape) < closed) & ~mask if closed else None
    return Pool(tasks, mask, signals, closed_mask)


def trial_past(tasks: int, batches: int = 3, images: int = 12, seed: int = 0) -> list[PastBatch]:
    """Generate batches of earlier cycles: the first task's scores order its losses, others do not.

    tasks: how many there are. In the second task, which was bought for half of the images, the
    order is reversed.
    """
    rng = np.random.default_rng(seed)
    past = []
    for _ in range(batches):
        losses = rng.gamma(2.0, size=(images, tasks))
        scores = rng.gamma(2.0, size=(images, tasks))
        scores[:, 0] = losses[:, 0] + 0.1 * rng.normal(size=images)
        scores[:, 1:2] = -losses[:, 1:2]
        losses[::2, 1:2] = np.nan
        past.append(PastBatch(scores, losses))
    return past


def trial_pools(strategy: Strategy, options: Options | None = None) -> dict[str, Pool]:
    """Generate a pool of each kind, with the tasks and signals of a strategy: kind -> pool.

    options: those for which the signals are needed; None for the defaults.
    """
    needs, tasks = strategy.signals(options), tuple(dict.fromkeys((*strategy.tasks, *TASKS)))
    few_tasks = tasks[: max(3, len(strategy.tasks))]
    plain = trial_pool(needs, tasks=few_tasks)
    equal_signals = {name: np.zeros_like(plain[name]) for name in needs}
    return {
        "whole images": plain,
        "some images labelled in part": trial_pool(needs, partly=10, tasks=few_tasks),
        "labels that nobody can supply": trial_pool(needs, partly=4, closed=0.6, tasks=few_tasks),
        "five tasks": trial_pool(needs, tasks=tasks[:5]),
        "images that are all alike": Pool(few_tasks, plain.labelled, equal_signals),
        "batches of earlier cycles": replace(
            trial_pool(needs, tasks=few_tasks, seed=1), past=tuple(trial_past(len(few_tasks)))
        ),
    }
