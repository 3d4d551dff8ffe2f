"""The map: embeddings drawn in two dimensions, started from the previous cycle's map so that points stay where they were."""

import warnings
from typing import Literal

import numpy as np
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

NEIGHBOURS, MIN_DISTANCE = 15, 0.1  # umap-learn's own defaults
GENTLE = {
    "n_epochs": 200,
    "learning_rate": 0.1,
}  # from a map that exists: neighbourhoods as good, half the movement


def project(
    embedding: np.ndarray, previous: np.ndarray | None, how: Literal["umap", "pca"], seed: int
) -> np.ndarray:
    """(N, D) -> (N, 2) float32. `previous`: (N, 2) of the cycle before, or None. Same input and seed, same map."""
    if how == "pca" or len(embedding) <= NEIGHBOURS:  # too few points for a neighbourhood graph
        layout = _pca(embedding)
    else:
        layout = _umap(embedding, previous, seed)
    return (layout if previous is None else _turned(layout, previous)).astype(np.float32)


def _umap(embedding: np.ndarray, previous: np.ndarray | None, seed: int) -> np.ndarray:
    from umap import UMAP  # ten seconds to import: only where a map is asked for

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # "n_jobs overridden to 1 by random_state": that is what we want
        start = {"init": _pca(embedding)} if previous is None else {"init": previous, **GENTLE}
        return np.asarray(
            UMAP(
                n_neighbors=NEIGHBOURS, min_dist=MIN_DISTANCE, random_state=seed, n_jobs=1, **start
            ).fit_transform(embedding)
        )


def _pca(embedding: np.ndarray) -> np.ndarray:
    """The two main axes; signs fixed so that the largest coordinate is positive."""
    if embedding.shape[1] < 2 or len(embedding) < 2:
        return np.zeros((len(embedding), 2))
    layout = PCA(2, svd_solver="full").fit_transform(embedding.astype(np.float64))
    return layout * np.sign(layout[np.abs(layout).argmax(axis=0), [0, 1]])


def _turned(layout: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Turn, scale and shift onto the previous map as well as possible (a map has no unit, so neither changes what it says)."""
    centre, goal = layout.mean(axis=0), previous.mean(axis=0)
    rotation, overlap = orthogonal_procrustes(layout - centre, previous - goal)
    size = np.square(layout - centre).sum()
    return (layout - centre) @ rotation * (overlap / size if size > 0 else 1) + goal
