"""One-to-one matching of predicted and true boundary pixels, as boundary benchmarks count them.

BSDS `correspondPixels` (used by SEISM) looks for the assignment of least cost: a pair no further apart than the tolerance
costs its distance, a pixel without partner costs 100 tolerances. One more pair therefore saves at least 100 tolerances, and
exchanging partners along an augmenting path of n new pairs adds at most n: whenever the outlier cost dominates (n < 100), the
assignment of least cost is one of *most pairs*. Only its number of pairs enters the score, not which pairs they are, so we
ask for a matching of maximum cardinality, which is cheaper and gives the same counts. Were some augmenting path longer than
that, theirs could fall short of the maximum by 1 % at most.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow


def near_pairs(true: np.ndarray, radius_px: float) -> csr_array:
    """(H * W, number of true pixels): which true pixels lie within `radius_px` of each place. true: (H, W) bool.

    Does not depend on the prediction, so it is made once for all thresholds.
    """
    height, width = true.shape
    rows, columns = np.nonzero(true)
    steps = _disc(radius_px)
    row, column = (
        rows[:, None] + steps[:, 0],
        columns[:, None] + steps[:, 1],
    )  # (true pixels, steps)
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    place = (row * width + column)[inside]
    which = np.broadcast_to(np.arange(len(rows))[:, None], row.shape)[inside]
    return csr_array(
        (np.ones(len(place), np.int32), (place, which)), shape=(height * width, len(rows))
    )


def count_matches(predicted: np.ndarray, near: csr_array) -> int:
    """How many predicted pixels get a true pixel of their own within the radius of `near`. predicted: (H, W) bool.

    Found as a flow of one unit per pixel, source -> predicted -> true -> sink. With unit capacities Dinic's algorithm is that
    of Hopcroft and Karp. SciPy's own `maximum_bipartite_matching` takes exponential time on such chains of neighbours
    (scipy issue 26147): at 480 x 640 it did not come back.
    """
    pairs = near[np.flatnonzero(predicted)]
    P, T = pairs.shape
    if not pairs.nnz:
        return 0
    sink = P + T + 1  # source 0, predicted 1..P, true P+1..P+T
    heads = np.concatenate([np.arange(1, P + 1), pairs.indices + P + 1, np.full(T, sink)]).astype(
        np.int32
    )
    ends = np.concatenate(
        [[0, P], P + pairs.indptr[1:], P + pairs.nnz + np.arange(1, T + 1), [P + pairs.nnz + T]]
    )
    graph = csr_array(
        (np.ones(len(heads), np.int32), heads, ends.astype(np.int32)), shape=(sink + 1, sink + 1)
    )
    return int(maximum_flow(graph, 0, sink, method="dinic").flow_value)


def _disc(radius_px: float) -> np.ndarray:
    """(S, 2) steps (down, right) in whole pixels, no longer than the radius."""
    reach = int(radius_px)
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.stack([down, right], axis=-1)[down**2 + right**2 <= radius_px**2]
