"""Redundancy of a batch: against plain loops, and chance against all batches that there are."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.tables.redundancy import (
    chance_of_groups,
    near_duplicates,
    near_duplicates_by_chance,
    redundancy,
)
from mtal.config import Config


def table(seed, images=12, picks=5):
    """A pool table; image 0 is labelled in part and open."""
    rng = np.random.default_rng(seed)
    labelled = rng.random(images) < 0.3
    is_open = ~labelled
    labelled[0] = is_open[0] = True
    order = rng.permutation(np.flatnonzero(is_open))[:picks]
    rank = np.zeros(images, int)
    rank[order] = np.arange(1, len(order) + 1)
    return pd.DataFrame(
        {
            "labelled": labelled,
            "open": is_open,
            "picked": rank > 0,
            "rank": rank,
            "duplicates": rng.integers(0, 6, images),
            "sequence": np.array(["a", "b", "c", ""], object)[rng.integers(0, 4, images)],
        }
    )


def repeated(pool, images):
    """Count the near-duplicates among images in the order in which they were picked."""
    held = list(np.flatnonzero(pool["labelled"]))
    number = 0
    for image in images:
        alike = [other for other in held if pool["duplicates"][other] == pool["duplicates"][image]]
        number += bool(alike) and not pool["labelled"][image]
        held.append(image)
    return number


def reached(pool, images):
    names = [pool["sequence"][image] or f"alone {image}" for image in images]
    return len(set(names))


@pytest.mark.parametrize("seed", range(8))
def test_counts_and_chance_are_those_of_all_batches(seed):
    pool = table(seed)
    picked = pool[pool["picked"]].sort_values("rank").index
    row = redundancy(pool, Config())
    assert row["near_duplicates"] == repeated(pool, picked) == near_duplicates(pool).sum()
    assert row["sequences"] == reached(pool, picked)
    batches = list(combinations(np.flatnonzero(pool["open"]), len(picked)))
    mean = np.mean([reached(pool, batch) for batch in batches])
    assert row["sequences_by_chance"] == pytest.approx(mean)
    new = (pool["picked"] & ~pool["labelled"]).sum()
    batches = list(combinations(np.flatnonzero(pool["open"] & ~pool["labelled"]), new))
    mean = np.mean([repeated(pool, batch) for batch in batches])
    assert near_duplicates_by_chance(pool) == pytest.approx(mean)
    assert row["beyond_limits"] == 0


def test_the_whole_pool_reaches_every_group_and_large_pools_do_not_overflow():
    assert chance_of_groups(np.array([3, 3, 5]), 3).tolist() == [1, 1]
    assert chance_of_groups(np.array([3, 3, 5]), 0).tolist() == [0, 0]
    groups = np.repeat(np.arange(20_000), 5)
    chance = chance_of_groups(groups, 10_000)
    assert chance == pytest.approx(1 - 0.9**5, rel=1e-3)


def test_images_beyond_the_limits_are_counted_once():
    pool = table(0)
    pool["picked"] = pool["open"] & ~pool["labelled"]
    pool["rank"] = np.where(pool["picked"], pool["picked"].cumsum(), 0)
    images = np.flatnonzero(pool["picked"])
    both = redundancy(pool, Config(one_of_near_duplicates=True, most_per_sequence=1))
    expected = 0
    for row, image in enumerate(images):
        before = images[:row]
        twin = repeated(pool, images[: row + 1]) > repeated(pool, before)
        name = pool["sequence"][image]
        expected += twin or (name != "" and name in set(pool["sequence"][before]))
    assert both["beyond_limits"] == expected > 0
    assert redundancy(pool, Config())["beyond_limits"] == 0


def test_tables_of_earlier_versions_have_no_numbers():
    row = redundancy(table(1).drop(columns=["duplicates", "sequence"]), Config())
    assert row["images"] == 5
    assert row.isna().sum() == 4
