"""Random pools of every kind that a strategy may meet, made of the signals that it needs. Small: a pick takes milliseconds."""

from collections.abc import Callable

import numpy as np

from mtal.acquisition.pool import Pool
from mtal.acquisition.strategy import Strategy

TASKS = ("semseg", "depth", "normals", "edge", "saliency")
Shape = tuple[int, ...]


def _scores(rng: np.random.Generator, wide: Shape) -> np.ndarray:
    """Above 0, in a unit of its own for every task."""
    return rng.gamma(2.0, size=wide) * 10.0 ** np.arange(wide[1])


def _of_classes(rng: np.random.Generator, wide: Shape) -> np.ndarray:
    """0 for all tasks but the first, which alone has classes."""
    return rng.random(wide) * (np.arange(wide[1]) == 0)


SIGNALS: dict[
    str, Callable[[np.random.Generator, Shape], np.ndarray]
] = {  # name -> (N, T) -> an array like the signal's
    "committee": lambda rng, wide: (
        rng.gamma(2.0, size=(*wide, wide[1] - 1)) * 10.0 ** np.arange(wide[1])[:, None]
    ),
    "embedding": lambda rng, wide: rng.normal(size=(wide[0], 8)),
    "shared": lambda rng, wide: rng.normal(size=(wide[0], 12)),
    "uncertainty": _scores,
    "entropy": _of_classes,
    "margin": _of_classes,
    "equivariance": lambda rng, wide: rng.normal(size=wide) * 10.0 ** np.arange(wide[1]),
    "predicted_loss": lambda rng, wide: rng.normal(size=wide),
    "gradient": lambda rng, wide: rng.normal(size=(*wide, 6)) * _scores(rng, wide)[..., None],
    "bald": _scores,
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
    """`partly` images have the first task labelled; a share of `closed` of the open labels can never be had."""
    rng = np.random.default_rng(seed)
    known = np.zeros((images, len(tasks)), dtype=bool)
    order = rng.permutation(images)
    known[order[:labelled]] = True
    known[order[labelled : labelled + partly], 0] = True
    signals = {name: SIGNALS[name](rng, known.shape).astype(np.float32) for name in needs}
    return Pool(
        tasks, known, signals, (rng.random(known.shape) < closed) & ~known if closed else None
    )


def trial_pools(strategy: Strategy) -> dict[str, Pool]:
    """What kind of pool it is -> a pool with the tasks and signals of the strategy."""
    three, five = (
        tuple(dict.fromkeys((*strategy.tasks, *TASKS)))[:count]
        for count in (max(3, len(strategy.tasks)), 5)
    )
    needs = strategy.needs
    plain = trial_pool(needs, tasks=three)
    return {
        "whole images": plain,
        "some images labelled in part": trial_pool(needs, partly=10, tasks=three),
        "labels that cannot be had": trial_pool(needs, partly=4, closed=0.6, tasks=three),
        "five tasks": trial_pool(needs, tasks=five),
        "images that are all alike": Pool(
            three, plain.labelled, {name: np.zeros_like(plain[name]) for name in needs}
        ),
    }
