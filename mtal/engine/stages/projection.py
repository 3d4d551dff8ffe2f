"""The map: embeddings in two dimensions, started from the last map so that points stay in place.

See docs/method.md, section 13.
"""

import warnings
from typing import Literal

import numpy as np
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

NEIGHBOURS, MIN_DISTANCE = 15, 0.1  # umap-learn's own defaults
# from a map that exists: neighbourhoods as good, half the movement
GENTLE = {"n_epochs": 200, "learning_rate": 0.1}


def project(
    embedding: np.ndarray, previous: np.ndarray | None, method: Literal["umap", "pca"], seed: int
) -> np.ndarray:
    """Project (N, D) to (N, 2) float32; the same input and seed give the same map.

    previous: (N, 2) map of the cycle before, or None.
    """
    if method == "pca" or len(embedding) <= NEIGHBOURS:  # too few points for a neighbourhood graph
        layout = _pca(embedding)
    else:
        layout = _umap(embedding, previous, seed)
    if previous is not None:
        layout = align(layout, previous)
    return layout.astype(np.float32)


def _umap(embedding: np.ndarray, previous: np.ndarray | None, seed: int) -> np.ndarray:
    from umap import UMAP  # ten seconds to import, so only where a map is made

    start = {"init": _pca(embedding)} if previous is None else {"init": previous, **GENTLE}
    umap = UMAP(n_neighbors=NEIGHBOURS, min_dist=MIN_DISTANCE, random_state=seed, n_jobs=1, **start)
    with warnings.catch_warnings():
        # "n_jobs overridden to 1 by random_state" is what we want
        warnings.simplefilter("ignore")
        return np.asarray(umap.fit_transform(embedding))


def _pca(embedding: np.ndarray) -> np.ndarray:
    """(N, 2) first two principal axes, with signs that make the largest coordinate positive."""
    if embedding.shape[1] < 2 or len(embedding) < 2:
        return np.zeros((len(embedding), 2))
    layout = PCA(2, svd_solver="full").fit_transform(embedding.astype(np.float64))
    return layout * np.sign(layout[np.abs(layout).argmax(axis=0), [0, 1]])


def align(layout: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Turn, scale and shift a map, (N, 2), onto the previous one as well as possible.

    A map has no unit and no direction, so this does not change what it says.
    """
    centre, goal = layout.mean(axis=0), previous.mean(axis=0)
    rotation, overlap = orthogonal_procrustes(layout - centre, previous - goal)
    size = np.square(layout - centre).sum()
    return (layout - centre) @ rotation * (overlap / size if size > 0 else 1) + goal
