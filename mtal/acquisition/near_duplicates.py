"""Groups of near-duplicate images: those that one feature of a fixed network hardly tells apart.

Two images are near-duplicates if the cosine distance of their features is at most a threshold, and
a group is connected by such pairs, so that no two groups hold near-duplicates of each other. See
docs/method.md, section 4.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# Cosine distance of two near-duplicates in the frozen feature (our choice). On Rooms, walks of 3 to
# 8 frames, it puts 83 % of the images into groups, none of which mixes two walks; on NYU's 795
# curated photographs 1.5 %, in pairs.
NEAR = 0.25
BLOCK = 8_000_000  # distances computed at once: 32 MB


def near_duplicate_groups(points: np.ndarray, most: float) -> np.ndarray:
    """Group near-duplicates: (N, D) features -> (N,) int, the position of the group's first image.

    most: cosine distance up to which two images are near-duplicates. ValueError if a feature is
    not finite. Distances are computed block by block, so memory grows with N only.
    """
    if not np.isfinite(points).all():
        raise ValueError(
            f"{np.count_nonzero(~np.isfinite(points).all(axis=1))} features of images "
            f"are not finite"
        )
    norm = np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    unit = (points / norm).astype(np.float32)
    group = np.arange(len(unit))
    rows = max(1, BLOCK // max(1, len(unit)))
    for start in range(0, len(unit), rows):
        cosine = unit[start : start + rows] @ unit[start:].T
        # pairs within a group are dropped: a still camera would give millions of them to join
        first, second = np.nonzero(
            (cosine >= 1 - most) & (group[start : start + rows, None] != group[None, start:])
        )
        if len(first):
            group = _joined(group, first + start, second + start)
    return group


def _joined(group: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join the groups of pairs of images. group: (N,) as returned; first, second: (P,)."""
    ends = np.concatenate([np.arange(len(group)), first]), np.concatenate([group, second])
    graph = coo_array((np.ones(len(ends[0]), bool), ends), shape=(len(group), len(group)))
    _, label = connected_components(graph, directed=False)
    _, first_image = np.unique(label, return_index=True)
    return np.asarray(first_image[label])
