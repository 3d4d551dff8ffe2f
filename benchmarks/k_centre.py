"""k-centre picking, 50,000 x 512: our lazy greedy against one sklearn pairwise_distances column per pick, equal picks required.

    python -m benchmarks.k_centre [--points 50000] [--dimensions 512] [--labelled 500] [--picks 200]
"""
import argparse
import time

import numpy as np
from sklearn.metrics import pairwise_distances

from mtal.acquisition.select import farthest_first


def reference(points: np.ndarray, covered: np.ndarray, picks: int) -> tuple[list[int], float]:
    """Greedy k-centre with a distance column per pick; the columns of the labelled images are not timed, ours are set up too."""
    gap = np.where(covered, 0.0, np.inf)
    for start in range(0, int(covered.sum()), 256):
        chunk = points[np.flatnonzero(covered)[start:start + 256]]
        gap = np.minimum(gap, pairwise_distances(points, chunk).min(axis=1))
    picked: list[int] = []
    began = time.perf_counter()
    for _ in range(picks):
        choice = int(np.argmax(gap))
        picked.append(choice)
        gap = np.minimum(gap, pairwise_distances(points, points[choice:choice + 1])[:, 0])
    return picked, (time.perf_counter() - began) / picks


def ours(points: np.ndarray, covered: np.ndarray, picks: int) -> tuple[list[int], float]:
    """Seconds per pick without the set-up: the time of all picks less that of one."""
    times = {}
    for count in (1, picks):
        began = time.perf_counter()
        found, _ = farthest_first(points, covered, ~covered, count, np.random.default_rng(0))
        times[count] = time.perf_counter() - began
    return found.tolist(), (times[picks] - times[1]) / (picks - 1)


def main() -> None:
    """Both kinds of points: without structure (the hard case for a lazy rule) and in clusters (as embeddings are)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("points", 50_000), ("dimensions", 512), ("labelled", 500), ("picks", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(200, args.dimensions)) * 3
    kinds = {"normal": rng.normal(size=(args.points, args.dimensions)),
             "clusters": centres[rng.integers(0, 200, args.points)] + rng.normal(size=(args.points, args.dimensions))
             * rng.gamma(2, size=(args.points, 1))}
    covered = np.arange(args.points) < args.labelled
    for kind, points in kinds.items():
        points = points.astype(np.float32)
        expected, slow = reference(points, covered, args.picks)
        picked, fast = ours(points, covered, args.picks)
        print(f"{kind:9s} {args.points} x {args.dimensions}, {args.labelled} labelled, {args.picks} picks: sklearn column "
              f"{slow * 1e3:7.2f} ms a pick, ours {fast * 1e3:7.2f} ms a pick, {slow / fast:5.1f} x faster, "
              f"picks {'equal' if picked == expected else 'DIFFER'}")


if __name__ == "__main__":
    main()
