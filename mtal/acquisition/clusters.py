"""One image per cluster: k-means over the pool, and the image nearest to each centre.

See docs/method.md, sections 1 and 6.13 to 6.15.
"""

import heapq
from math import ceil

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

from mtal.acquisition.kmeans import distinct
from mtal.acquisition.select import top

TRIES = 3  # k-means from so many starts; the one with the smallest sum of squares is kept
MOST_WORK = 3e9  # points x clusters x dimensions; beyond, k-means starts once
MOST_AT_ONCE = 1e11  # beyond, the points are split coarsely, and each part is clustered alone
NO_IMAGE = -1  # in a cluster


def cluster_centres(
    points: np.ndarray, count: int, rng: np.random.Generator, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster the points by k-means, the same for the same generator on any number of threads.

    points: (N, D).
    count: clusters; fewer where there are fewer different points.
    rng: draws the seed of k-means.
    weight: (N,) at least 0 and not all 0, how much a point counts; None: all the same.
    Returns the number of each point's cluster (N,) and the centres (count, D).
    """
    count = distinct(points if weight is None else points[weight > 0], count)
    work = points.size * count
    if work <= MOST_AT_ONCE:
        return _k_means(points, count, rng, weight, TRIES if work <= MOST_WORK else 1)
    return _in_parts(points, count, rng, weight, ceil(work / MOST_AT_ONCE))


def _k_means(
    points: np.ndarray,
    count: int,
    rng: np.random.Generator,
    weight: np.ndarray | None,
    tries: int,
    algorithm: type[KMeans | MiniBatchKMeans] = KMeans,
) -> tuple[np.ndarray, np.ndarray]:
    seed = int(rng.integers(2**32))
    with threadpool_limits(1):  # parallel sums would differ in the last digits
        kmeans = algorithm(count, n_init=tries, random_state=seed)
        cluster = kmeans.fit_predict(points, sample_weight=weight)
    return np.asarray(cluster), np.asarray(kmeans.cluster_centers_)


def _in_parts(
    points: np.ndarray, count: int, rng: np.random.Generator, weight: np.ndarray | None, parts: int
) -> tuple[np.ndarray, np.ndarray]:
    """Split the points into so many parts, and cluster each by itself.

    A part gets clusters in proportion to the weight of its points, and at least one.
    """
    weights = np.ones(len(points)) if weight is None else weight
    part, _ = _k_means(points, min(parts, count), rng, weight, 1, MiniBatchKMeans)
    members = [np.flatnonzero(part == number) for number in np.unique(part)]
    heavy = [indices[weights[indices] > 0] for indices in members]
    most = np.array([max(1, distinct(points[indices], len(indices))) for indices in heavy])
    share = np.array([weights[indices].sum() for indices in members])
    cluster, centres, first = np.empty(len(points), np.int64), list[np.ndarray](), 0
    for indices, own in zip(members, shares(share, count, most).tolist(), strict=True):
        inner_weight = weights[indices] if weights[indices].any() else None
        inner, inner_centres = _k_means(points[indices], own, rng, inner_weight, 1)
        cluster[indices] = inner + first
        centres.append(inner_centres)
        first += own
    return cluster, np.concatenate(centres)


def shares(weight: np.ndarray, count: int, most: np.ndarray) -> np.ndarray:
    """Share `count` seats in proportion to the weights (P,): (P,) from 1 to `most`.

    By the method of highest averages (D'Hondt). count: from P to the sum of `most`.
    """
    seats = np.ones(len(weight), np.int64)
    heap = [(-value / 2, part) for part, value in enumerate(weight) if most[part] > 1]
    heapq.heapify(heap)
    while seats.sum() < count and heap:
        _, part = heapq.heappop(heap)
        seats[part] += 1
        if seats[part] < most[part]:
            heapq.heappush(heap, (-weight[part] / (seats[part] + 1), part))
    return seats


def medoids(
    points: np.ndarray, cluster: np.ndarray, centres: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """Find the allowed point of each cluster that is nearest to its centre: (K,) indices.

    points: (N, D); cluster: (N,) numbers below K; centres: (K, D); allowed: (N,) bool. -1 for a
    cluster without an allowed point; of equally near ones the first.
    """
    nearest = np.full(len(centres), NO_IMAGE, dtype=np.int64)
    candidates = np.flatnonzero(allowed)
    own = cluster[candidates]
    difference = points[candidates] - centres[own]
    squared = np.einsum("nd,nd->n", difference, difference)
    order = np.lexsort((squared, own))  # stable: of equal distances the first
    clusters, first = np.unique(own[order], return_index=True)
    nearest[clusters] = candidates[order][first]
    return nearest


def cluster_medoids(
    points: np.ndarray, count: int, rng: np.random.Generator, held: np.ndarray
) -> np.ndarray:
    """Pick the image nearest to the centre of each cluster that holds none: (count,) indices.

    points: (N, D).
    count: how many to pick, at most all images that are not held.
    rng: draws the seed of k-means, and images to fill up with.
    held: (N,) bool, images that are chosen already; there are as many clusters as these and
    `count` together, and of clusters without one the largest come first. Where there are too few
    different points, images drawn at random fill up.
    """
    cluster, centres = cluster_centres(points, int(held.sum()) + count, rng)
    size = np.bincount(cluster, minlength=len(centres))
    size[cluster[held]] = 0
    largest_first = np.argsort(-size, kind="stable")[: np.count_nonzero(size)]
    picked = medoids(points, cluster, centres, ~held)[largest_first][:count]
    rest = np.setdiff1d(np.flatnonzero(~held), picked)
    return np.concatenate([picked, rng.permutation(rest)[: count - len(picked)]])


def by_turns(
    cluster: np.ndarray,
    score: np.ndarray,
    covered: np.ndarray,
    open_images: np.ndarray,
    count: int,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
    small: int = 0,
) -> np.ndarray:
    """Pick the best image of the cluster with the fewest labels and picks: (count,).

    Of clusters with equally few the heaviest is next, the largest where all images weigh the same.

    cluster: (N,) numbers.
    score: (N,), the highest of a cluster comes first.
    covered: (N,) bool, images that count as labelled.
    open_images: (N,) bool, which can be picked.
    count: how many to pick, at most all open ones.
    rng: breaks ties.
    weight: (N,) of each image; None: all the same.
    small: clusters of fewer images come last.
    """
    if weight is None:
        weight = np.ones(len(cluster))
    waiting: dict[int, list[int]] = {}  # cluster -> its open images, the best last
    queue: list[tuple[bool, int, float, int, int]] = []  # small, labels, -weight, turn, cluster
    for turn, number in enumerate(rng.permutation(np.unique(cluster)).tolist()):
        members = cluster == number
        waiting[number] = top(score, members & open_images, len(cluster), rng)[::-1].tolist()
        labels = int((members & covered).sum())
        is_small = int(members.sum()) < small
        queue.append((is_small, labels, -float(weight[members].sum()), turn, number))
    heapq.heapify(queue)
    order: list[int] = []
    while queue and len(order) < count:
        is_small, labels, negative_weight, turn, number = heapq.heappop(queue)
        if waiting[number]:
            order.append(waiting[number].pop())
            heapq.heappush(queue, (is_small, labels + 1, negative_weight, turn, number))
    return np.array(order, dtype=np.int64)
