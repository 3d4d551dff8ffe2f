"""k-centre picking, 50,000 x 512: our lazy greedy against one sklearn pairwise_distances column a pick; equal picks required.

    python -m benchmarks.k_centre [--points 50000] [--dimensions 512] [--picks 200]

Both start from one labelled point, so that setting up is a column too and is counted.
"""

import argparse
from collections.abc import Callable

import numpy as np
from sklearn.metrics import pairwise_distances

from benchmarks.timing import interleaved, median_ms, ratio
from mtal.acquisition.select import farthest_first


def by_columns(points: np.ndarray, picks: int) -> list[int]:
    """Greedy k-centre as it is usually written."""
    gap = pairwise_distances(points, points[:1])[:, 0]
    picked: list[int] = []
    for _ in range(picks):
        picked.append(int(np.argmax(gap)))
        gap = np.minimum(gap, pairwise_distances(points, points[picked[-1]][None])[:, 0])
    return picked


def lazily(points: np.ndarray, picks: int) -> list[int]:
    """Ours."""
    covered = np.arange(len(points)) < 1
    return farthest_first(points, covered, ~covered, picks, np.random.default_rng(0))[0].tolist()


def main() -> None:
    """Three kinds of points: without structure (the hardest for a lazy rule), in clusters, and on a bent surface."""
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
        points = make().astype(np.float32)
        found: dict[str, list[int]] = {}
        times = interleaved(
            {
                "columns": lambda points=points, found=found: found.update(
                    columns=by_columns(points, args.picks)
                ),
                "lazy": lambda points=points, found=found: found.update(
                    lazy=lazily(points, args.picks)
                ),
            },
            args.rounds,
            warm_up=0,
        )
        print(
            f"{kind:9s} {args.points} x {args.dimensions}, {args.picks} picks: sklearn column "
            f"{median_ms(times['columns'], args.picks)} a pick, ours {median_ms(times['lazy'], args.picks)} a pick, "
            f"{ratio(times, 'columns', 'lazy')} x faster, picks {'equal' if found['columns'] == found['lazy'] else 'DIFFER'}"
        )


if __name__ == "__main__":
    main()
