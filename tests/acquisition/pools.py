"""Random pools for the tests of strategies."""
import numpy as np

from mtal.acquisition.pool import Pool

TASKS = ("semseg", "depth", "normals")


def random_pool(images: int = 30, labelled: int = 6, needs: tuple[str, ...] = ("committee", "embedding"), seed: int = 0,
                partly: int = 0) -> Pool:
    """Exactly the signals that are asked for; `partly` images have one of three tasks labelled."""
    rng = np.random.default_rng(seed)
    known = np.zeros((images, len(TASKS)), bool)
    order = rng.permutation(images)
    known[order[:labelled]] = True
    known[order[labelled:labelled + partly], 0] = True
    made = {"committee": rng.gamma(2.0, size=(images, len(TASKS), len(TASKS) - 1)) * [[[1], [0.2], [30]]],
            "embedding": rng.normal(size=(images, 8)).astype(np.float32)}
    return Pool(TASKS, known, {name: made[name] for name in needs})
