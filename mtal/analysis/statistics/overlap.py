"""How much alike picks are: Jaccard 1901, and what chance alone would give."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import gammaln


def jaccard(picks: Mapping[str, Iterable[object]]) -> pd.DataFrame:
    """Symmetric table, names x names: picked by both / picked by either, 0..1. An id that repeats counts once; NaN where
    neither picked anything (our choice)."""
    names = list(picks)
    sets = {name: set(ids) for name, ids in picks.items()}
    place = {one: number for number, one in enumerate(set().union(*sets.values()))}
    inside = np.zeros((len(names), len(place)))
    for row, name in enumerate(names):
        inside[row, [place[one] for one in sets[name]]] = 1
    both, sizes = inside @ inside.T, inside.sum(axis=1)
    either = sizes[:, None] + sizes - both
    return pd.DataFrame(
        np.divide(both, either, out=np.full(both.shape, np.nan), where=either > 0), names, names
    )


@lru_cache(maxsize=4096)
def by_chance(one: int, other: int, pool: int) -> float:
    """Expected Jaccard of two independent uniform sets of sizes `one` and `other` from a pool of `pool` images.

    Exact: the mean of k / (one + other - k) with k hypergeometric(pool, one, other). About ab / (N (a + b) - ab). NaN for two
    empty sets. It holds for each batch of two runs that pick at random, in whichever cycle, and for all their batches together:
    each is a uniform set of the pool as it was before the first batch. Runs with random first labelled sets of
    their own: take all images for `pool`, of which each batch then is a uniform set.
    """
    if max(one, other) > pool:
        raise ValueError(f"{max(one, other)} images cannot be picked from a pool of {pool}")
    if not one + other:
        return np.nan
    both = np.arange(max(0, one + other - pool), min(one, other) + 1)
    chance = np.exp(_choose(one, both) + _choose(pool - one, other - both) - _choose(pool, other))
    return float(chance @ (both / (one + other - both)))


def between_groups(picks: pd.DataFrame, pool: int, cumulative: bool = False) -> pd.DataFrame:
    """Two groups with the same seed. Columns: cycle, one, other, mean (Jaccard, over seeds), chance, pairs (shared seeds).

    `picks`: columns group, seed, cycle, id; a row per pick, without the first labelled set, which runs share. pool: as for
    `by_chance`. cumulative: all picks up to the cycle instead of its batch; of runs that have come to that cycle.
    """
    return _means(picks, pool, cumulative, shared="seed", compared="group", names=["one", "other"])


def between_seeds(picks: pd.DataFrame, pool: int, cumulative: bool = False) -> pd.DataFrame:
    """Two seeds of one group. Columns: cycle, group, mean (Jaccard, over pairs of seeds), chance, pairs. As `between_groups`, but
    seeds have starts of their own, so `pool` is all images."""
    return _means(picks, pool, cumulative, shared="group", compared="seed", names=["group"])


def _means(
    picks: pd.DataFrame, pool: int, cumulative: bool, shared: str, compared: str, names: list[str]
) -> pd.DataFrame:
    found = []
    last = picks.groupby(["group", "seed"])["cycle"].max()
    order = picks[compared].unique()  # the same for every seed, so that a pair is one and not two
    for cycle in sorted(picks["cycle"].unique()):
        here = picks[picks["cycle"] <= cycle] if cumulative else picks[picks["cycle"] == cycle]
        for name, some in here.groupby(shared, sort=False):
            ids = {
                one: set(rows["id"])
                for one, rows in some.groupby(compared, sort=False)
                if last[(name, one) if shared == "group" else (one, name)] >= cycle
            }
            sets = {one: ids[one] for one in order if one in ids}
            alike = jaccard(sets).to_numpy()
            found += [
                (
                    cycle,
                    *([one, other] if shared == "seed" else [name]),
                    alike[i, j],
                    by_chance(len(sets[one]), len(sets[other]), pool),
                )
                for (i, one), (j, other) in combinations(enumerate(sets), 2)
            ]
    table = pd.DataFrame(found, columns=["cycle", *names, "jaccard", "chance"])
    return (
        table.groupby(["cycle", *names], sort=False)
        .agg(mean=("jaccard", "mean"), chance=("chance", "mean"), pairs=("jaccard", "count"))
        .reset_index()
    )


def _choose(n: int, k: np.ndarray | int) -> np.ndarray:
    """Logarithm of n over k."""
    return gammaln(n + 1) - gammaln(np.asarray(k) + 1) - gammaln(n - np.asarray(k) + 1)
