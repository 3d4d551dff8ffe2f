"""One-to-one matching of predicted and true boundary pixels, as boundary benchmarks count them.

BSDS `correspondPixels` (used by SEISM) looks for the assignment of least cost: a pair no further
apart than the tolerance costs its distance, a pixel without a partner costs 100 tolerances. One
more pair therefore saves at least 100 tolerances, and exchanging partners along an augmenting path
of n new pairs adds at most n tolerances. So for n < 100 the assignment of least cost is one of
*most pairs*. Only the number of pairs enters the score, so we compute a matching of maximum
cardinality, which is cheaper and gives the same counts. If an augmenting path were longer, theirs
could fall short of the maximum by 1 % at most.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow


def near_pairs(true: np.ndarray, radius_px: float) -> csr_array:
    """Mark the true pixels within `radius_px` of each pixel: (H * W, number of true pixels).

    true: (H, W) bool. Does not depend on the prediction, so it is computed once for all thresholds.
    """
    height, width = true.shape
    rows, columns = np.nonzero(true)
    steps = _disc(radius_px)
    row = rows[:, None] + steps[:, 0]  # (true pixels, steps)
    column = columns[:, None] + steps[:, 1]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    pixel = (row * width + column)[inside]
    true_pixel = np.broadcast_to(np.arange(len(rows))[:, None], row.shape)[inside]
    return csr_array(
        (np.ones(len(pixel), np.int32), (pixel, true_pixel)), shape=(height * width, len(rows))
    )


def count_matches(predicted: np.ndarray, near: csr_array) -> int:
    """Count the predicted pixels that get a true pixel of their own within the radius of `near`.

    predicted: (H, W) bool. The matching is a flow of one unit per pixel, source -> predicted ->
    true -> sink. With unit capacities Dinic's algorithm is that of Hopcroft and Karp. SciPy's own
    `maximum_bipartite_matching` takes exponential time on such chains of neighbours (scipy issue
    26147): at 480 x 640 it did not come back.
    """
    pairs = near[np.flatnonzero(predicted)]
    P, T = pairs.shape
    if not pairs.nnz:
        return 0
    sink = P + T + 1  # source 0, predicted 1..P, true P+1..P+T
    heads = np.concatenate([np.arange(1, P + 1), pairs.indices + P + 1, np.full(T, sink)])
    ends = np.concatenate(
        [[0, P], P + pairs.indptr[1:], P + pairs.nnz + np.arange(1, T + 1), [P + pairs.nnz + T]]
    )
    capacities = np.ones(len(heads), np.int32)
    graph = csr_array(
        (capacities, heads.astype(np.int32), ends.astype(np.int32)), shape=(sink + 1, sink + 1)
    )
    return int(maximum_flow(graph, 0, sink, method="dinic").flow_value)


def _disc(radius_px: float) -> np.ndarray:
    """(S, 2) steps (down, right) in whole pixels, no longer than the radius."""
    reach = int(radius_px)
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.stack([down, right], axis=-1)[down**2 + right**2 <= radius_px**2]
