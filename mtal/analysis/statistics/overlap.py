"""How similar picks are: Jaccard 1901, and what chance alone would give."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import gammaln


def jaccard(picks: Mapping[str, Iterable[object]]) -> pd.DataFrame:
    """Measure picked by both / picked by either, 0..1: a symmetric table, names x names.

    An id that repeats counts once; NaN where neither picked anything (our choice).
    """
    names = list(picks)
    sets = {name: set(ids) for name, ids in picks.items()}
    column = {item: number for number, item in enumerate(set().union(*sets.values()))}
    picked = np.zeros((len(names), len(column)))
    for row, name in enumerate(names):
        picked[row, [column[item] for item in sets[name]]] = 1
    both, sizes = picked @ picked.T, picked.sum(axis=1)
    either = sizes[:, None] + sizes - both
    shares = np.divide(both, either, out=np.full(both.shape, np.nan), where=either > 0)
    return pd.DataFrame(shares, names, names)


@lru_cache(maxsize=4096)
def by_chance(first: int, second: int, pool: int) -> float:
    """Expected Jaccard of two independent uniform sets of these sizes from `pool` images.

    Exact: the mean of k / (a + b - k), k hypergeometric(N, a, b); about ab / (N (a + b) - ab). NaN
    for two empty sets. ValueError if a set is larger than the pool.

    It holds for each batch of two runs that pick at random, in any cycle, and for all their batches
    together: each is a uniform set of the pool as it was before the first batch. Where runs have
    first labelled sets of their own, `pool` is the size from which two batches would share as many
    images as they do on average (`mtal.analysis.text.overlap.candidates`): all images where those
    sets are random. The mean of the Jaccard then is approximate.
    """
    if max(first, second) > pool:
        raise ValueError(f"{max(first, second)} images cannot be picked from a pool of {pool}")
    if not first + second:
        return np.nan
    both = np.arange(max(0, first + second - pool), min(first, second) + 1)
    logarithm = _choose(first, both) + _choose(pool - first, second - both)
    chance = np.exp(logarithm - _choose(pool, second))
    return float(chance @ (both / (first + second - both)))


def between_groups(picks: pd.DataFrame, pool: int, cumulative: bool = False) -> pd.DataFrame:
    """Compare two groups with the same seed.

    Columns: cycle, one, other, mean (Jaccard, over seeds), chance, pairs (shared seeds).

    picks: columns group, seed, cycle, id; a row per pick, without the first labelled set, which
    runs share.
    pool: as of `by_chance`.
    cumulative: all picks up to the cycle instead of its batch, of runs that have come to it.
    """
    return _means(picks, pool, cumulative, shared="seed", compared="group", names=["one", "other"])


def between_seeds(picks: pd.DataFrame, pool: int, cumulative: bool = False) -> pd.DataFrame:
    """Compare two seeds of one group. Arguments as of `between_groups`.

    Columns: cycle, group, mean (Jaccard, over pairs of seeds), chance, pairs.

    Seeds may have first labelled sets of their own, which `pool` accounts for.
    """
    return _means(picks, pool, cumulative, shared="group", compared="seed", names=["group"])


def _means(
    picks: pd.DataFrame, pool: int, cumulative: bool, shared: str, compared: str, names: list[str]
) -> pd.DataFrame:
    """Average the Jaccard of all pairs.

    picks, pool, cumulative: as of `between_groups`.
    shared, compared: the columns in which the two of a pair agree and differ.
    names: the columns by which the pairs are averaged, beside the cycle.
    """
    table = []
    last = picks.groupby(["group", "seed"])["cycle"].max()
    order = picks[compared].unique()  # the same for every seed, so that a pair is one and not two
    for cycle in sorted(picks["cycle"].unique()):
        batch = picks[picks["cycle"] <= cycle] if cumulative else picks[picks["cycle"] == cycle]
        for name, rows in batch.groupby(shared, sort=False):
            ids = {
                member: set(part["id"])
                for member, part in rows.groupby(compared, sort=False)
                if last[(name, member) if shared == "group" else (member, name)] >= cycle
            }
            sets = {member: ids[member] for member in order if member in ids}
            similarity = jaccard(sets).to_numpy()
            for (i, first), (j, second) in combinations(enumerate(sets), 2):
                chance = by_chance(len(sets[first]), len(sets[second]), pool)
                key = [first, second] if shared == "seed" else [name]
                table.append((cycle, *key, similarity[i, j], chance))
    pairs = pd.DataFrame(table, columns=["cycle", *names, "jaccard", "chance"])
    by_pair = pairs.groupby(["cycle", *names], sort=False)
    return by_pair.agg(
        mean=("jaccard", "mean"), chance=("chance", "mean"), pairs=("jaccard", "count")
    ).reset_index()


def _choose(n: int, k: np.ndarray | int) -> np.ndarray:
    """Logarithm of n over k."""
    return gammaln(n + 1) - gammaln(np.asarray(k) + 1) - gammaln(n - np.asarray(k) + 1)
