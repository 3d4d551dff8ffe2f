"""Time k-centre picking: the lazy greedy rule against one sklearn distance column per pick.

    python -m benchmarks.k_centre [--points 50000] [--dimensions 512] [--picks 200]

Both must pick the same points. Both start from one labelled point, so the set-up, also one column,
is counted.
"""

import argparse
from collections.abc import Callable

import numpy as np
from sklearn.metrics import pairwise_distances

from benchmarks.timing import interleaved, median_ms, ratio
from mtal.acquisition.select import farthest_first


def by_columns(points: np.ndarray, picks: int) -> list[int]:
    """Return the picks of greedy k-centre as it is usually written."""
    gap = pairwise_distances(points, points[:1])[:, 0]
    picked: list[int] = []
    for _ in range(picks):
        picked.append(int(np.argmax(gap)))
        gap = np.minimum(gap, pairwise_distances(points, points[picked[-1]][None])[:, 0])
    return picked


def lazily(points: np.ndarray, picks: int) -> list[int]:
    """Return the picks of farthest_first."""
    covered = np.arange(len(points)) < 1
    return farthest_first(points, covered, ~covered, picks, np.random.default_rng(0))[0].tolist()


def main() -> None:
    """Compare on points without structure (hardest for a lazy rule), in clusters, on a surface."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("points", 50_000), ("dimensions", 512), ("picks", 200), ("rounds", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    shape = (args.points, args.dimensions)
    centres = rng.normal(size=(200, args.dimensions)) * 3
    kinds: dict[str, Callable[[], np.ndarray]] = {
        "normal": lambda: rng.normal(size=shape),
        "clusters": lambda: (
            centres[rng.integers(0, 200, args.points)]
            + rng.normal(size=shape) * rng.gamma(2, size=(shape[0], 1))
        ),
        "surface": lambda: (
            np.tanh(rng.normal(size=(shape[0], 8)) @ rng.normal(size=(8, shape[1])))
            + rng.normal(size=shape) * 0.1
        ),
    }
    for kind, make in kinds.items():
        compare(kind, make().astype(np.float32), args.picks, args.rounds)


def compare(kind: str, points: np.ndarray, picks: int, rounds: int) -> None:
    """Print the times per pick for points (N, D), and whether the picks are equal."""
    picked: dict[str, list[int]] = {}

    def columns() -> None:
        picked["columns"] = by_columns(points, picks)

    def lazy() -> None:
        picked["lazy"] = lazily(points, picks)

    times = interleaved({"columns": columns, "lazy": lazy}, rounds, warm_up=0)
    count, dimensions = points.shape
    agreement = "equal" if picked["columns"] == picked["lazy"] else "DIFFER"
    print(
        f"{kind:9s} {count} x {dimensions}, {picks} picks: sklearn column "
        f"{median_ms(times['columns'], picks)} a pick, ours {median_ms(times['lazy'], picks)} "
        f"a pick, {ratio(times, 'columns', 'lazy')} x faster, picks {agreement}"
    )


if __name__ == "__main__":
    main()
