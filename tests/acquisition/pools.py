"""Random pools for the tests of strategies."""
import numpy as np

from mtal.acquisition.pool import Pool

TASKS = ("semseg", "depth", "normals")


def random_pool(images: int = 30, labelled: int = 6, needs: tuple[str, ...] = ("committee", "embedding"), seed: int = 0,
                partly: int = 0, tasks: tuple[str, ...] = TASKS) -> Pool:
    """Exactly the signals that are asked for; `partly` images have one of three tasks labelled."""
    rng = np.random.default_rng(seed)
    known = np.zeros((images, len(TASKS)), bool)
    order = rng.permutation(images)
    known[order[:labelled]] = True
    known[order[labelled:labelled + partly], 0] = True
    wide = (images, len(TASKS))
    made = {"committee": rng.gamma(2.0, size=(*wide, len(TASKS) - 1)) * [[[1], [0.2], [30]]],
            "embedding": rng.normal(size=(images, 8)), "shared": rng.normal(size=(images, 12)),
            "uncertainty": rng.gamma(2.0, size=wide) * [1, 0.01, 30], "equivariance": rng.normal(size=wide) * [1000, 50, 1],
            "predicted_loss": rng.normal(size=wide), "entropy": rng.gamma(2.0, size=wide) * [1, 0, 0],
            "margin": rng.random(size=wide) * [1, 0, 0], "bald": rng.gamma(2.0, size=wide) * [0.1, 1, 30],
            "gradient": rng.normal(size=(*wide, 6)) * rng.gamma(2.0, size=(*wide, 1)) * [[[1], [0.2], [30]]]}
    return Pool(tasks, known, {name: made[name].astype(np.float32) for name in needs})
