"""How much of a batch repeats itself: near-duplicates in it, and the sequences that it reaches.

Computed from the pool table. What a random batch of as many images would have is exact: images are
drawn from those that were open, without replacement (docs/method.md, section 4).
"""

import numpy as np
import pandas as pd
from scipy.special import gammaln

from mtal.config import Config
from mtal.pool_columns import DUPLICATES, LABELLED, OPEN, PICKED, RANK, SEQUENCE
from mtal.runs.store.pool_table import sequence_numbers
from mtal.runs.store.run import Run

REDUNDANCY_COLUMNS = (
    *("cycle", "images", "near_duplicates", "near_duplicates_by_chance"),
    *("sequences", "sequences_by_chance", "beyond_limits"),
)


def redundancies(run: Run) -> pd.DataFrame:
    """A row per complete cycle that picked.

    Columns: cycle, images (of the batch), near_duplicates (images of the batch that resemble a
    labelled image or an earlier pick), sequences (that the batch reaches), what chance would give
    of both, beyond_limits (images that the limits of the run would not have allowed). NaN where
    groups are not known.
    """
    rows = []
    for number in range(run.cycles_done()):
        pool = run.pool(number)
        if not pool.empty and pool[PICKED].any():
            rows.append(redundancy(pool, run.config).rename(number))
    table = pd.DataFrame(rows, columns=list(REDUNDANCY_COLUMNS[1:]))
    return table.rename_axis("cycle").reset_index()


def redundancy(pool: pd.DataFrame, config: Config) -> pd.Series:
    """Count what repeats in the batch of a cycle; values as in `redundancies`. pool: its table."""
    images = int(pool[PICKED].sum())
    counts = dict.fromkeys(REDUNDANCY_COLUMNS[1:], float("nan")) | {"images": images}
    beyond = np.zeros(len(pool), bool)
    if DUPLICATES in pool:
        again = near_duplicates(pool)
        counts["near_duplicates"] = int(again.sum())
        counts["near_duplicates_by_chance"] = near_duplicates_by_chance(pool)
        beyond |= again & config.one_of_near_duplicates
    if SEQUENCE in pool:
        sequences = sequence_numbers(pool[SEQUENCE].to_numpy())
        picked = pool[PICKED].to_numpy()
        is_open = pool[OPEN].to_numpy()
        counts["sequences"] = len(np.unique(sequences[picked]))
        counts["sequences_by_chance"] = float(chance_of_groups(sequences[is_open], images).sum())
        if config.most_per_sequence:
            order = pool[picked].sort_values(RANK).index
            position = pd.Series(sequences[order], index=order)
            beyond[order[position.groupby(position).cumcount() >= config.most_per_sequence]] = True
    counts["beyond_limits"] = int(beyond.sum())
    return pd.Series(counts)


def near_duplicates(pool: pd.DataFrame) -> np.ndarray:
    """Images of the batch that resemble a labelled image or an earlier pick: (N,) bool.

    An image that was labelled in part itself is completed, and does not count.
    """
    groups, labelled = pool[DUPLICATES].to_numpy(), pool[LABELLED].to_numpy()
    again = np.zeros(len(pool), bool)
    new = pool[pool[PICKED] & ~labelled].sort_values(RANK).index.to_numpy()
    again[new] = np.isin(groups[new], groups[labelled])
    again[new] |= pd.Series(groups[new]).duplicated().to_numpy()
    return again


def near_duplicates_by_chance(pool: pd.DataFrame) -> float:
    """Expected near-duplicates in a random batch with as many images without any label."""
    groups, labelled = pool[DUPLICATES].to_numpy(), pool[LABELLED].to_numpy()
    drawn_from = pool[OPEN].to_numpy() & ~labelled
    images = int((pool[PICKED].to_numpy() & ~labelled).sum())
    candidates = groups[drawn_from]
    numbers = np.unique(candidates)
    is_new = ~np.isin(numbers, groups[labelled])
    return float(images - chance_of_groups(candidates, images)[is_new].sum())


def chance_of_groups(groups: np.ndarray, images: int) -> np.ndarray:
    """Chance of each group to be reached by images drawn without replacement: (G,), by number.

    groups: (n,) the group of each image that may be drawn; images: how many are. A group of m
    images is missed with C(n - m, images) / C(n, images).
    """
    count = len(groups)
    sizes = np.unique(groups, return_counts=True)[1]
    others = count - sizes
    can_miss = others >= images
    rest = np.where(can_miss, others, images)
    ways_without = gammaln(rest + 1) - gammaln(rest - images + 1)  # logarithms, of ordered draws
    ways = gammaln(count + 1) - gammaln(count - images + 1)
    missed = np.exp(ways_without - ways)
    return 1 - np.where(can_miss, missed, 0)
