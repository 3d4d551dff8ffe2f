"""docs/method.md, sections 2 to 4, as a whole, written again as slow loops from the formulas."""

import itertools
import math

import numpy as np
import pytest

from mtal.acquisition.consistency_diversity import OURS
from mtal.acquisition.pool import Options
from mtal.acquisition.trial_pools import trial_pool

JOINS = {"max": max, "min": min, "mean": lambda values: sum(values) / len(values)}


def euclidean(a, b):
    return math.dist(a, b)


def cosine(a, b):
    return 1 - float(np.dot(a, b)) / (math.hypot(*a) * math.hypot(*b))


def slow_ours(pool, order, options):
    """Scores of the images of `order` when picked, each checked to be a highest one."""
    n, t = pool.labelled.shape
    labelled = [i for i in range(n) if pool.labelled[i].any()]
    free = [i for i in range(n) if i not in labelled]
    s = [
        [JOINS[options.committee](pool["committee"][i, k].tolist()) for k in range(t)]
        for i in range(n)
    ]
    scaled = {i: [] for i in free}
    for k in range(t):
        column = sorted(s[i][k] for i in free)
        for i in free:
            scaled[i].append(
                {
                    "minmax": (s[i][k] - column[0]) / (column[-1] - column[0]),
                    "rank": column.index(s[i][k]) / (len(column) - 1),
                    "mean": s[i][k] / (sum(column) / len(column)),
                }[options.normalise]
            )
    join = {i: JOINS[options.across](scaled[i]) for i in free}
    distance = {"euclidean": euclidean, "cosine": cosine}[options.diversity]
    z = pool["embedding"].astype(float)
    picked, scores = [], []
    near = list(labelled)
    for choice in order:
        score = {}
        for i in free:
            if i not in picked:
                div = min(distance(z[i], z[j]) for j in near)
                score[i] = {"product": join[i] * div, "inconsistency": join[i], "diversity": div}[
                    options.terms
                ]
        assert score[choice] == pytest.approx(max(score.values()), rel=1e-6, abs=1e-9)
        picked.append(choice)
        scores.append(score[choice])
        if options.picking == "greedy":
            near.append(choice)
    return scores


EVERY = [
    Options(*values)
    for values in itertools.product(
        ("max", "mean", "min"),
        ("minmax", "rank", "mean"),
        ("max", "mean"),
        ("product", "inconsistency", "diversity"),
        ("euclidean", "cosine"),
        ("greedy", "top"),
    )
]


@pytest.mark.parametrize(
    "options",
    EVERY,
    ids=lambda o: "-".join((o.committee, o.normalise, o.across, o.terms, o.diversity, o.picking)),
)
def test_every_switch_equals_the_formulas(options):
    pool = trial_pool(("committee", "embedding"), images=25, labelled=5, seed=4)
    pick = OURS.pick(pool, 24, np.random.default_rng(0), options)
    order = pick.images.tolist()
    assert len(order) == 8
    np.testing.assert_allclose(
        pick.table["score"][order], slow_ours(pool, order, options), rtol=1e-5, atol=1e-9
    )


def test_table_tells_diversity_at_the_start_and_when_picked():
    pool = trial_pool(("committee", "embedding"), images=40, labelled=4, seed=1)
    pick = OURS.pick(pool, 30, np.random.default_rng(0), Options())
    start, picked = pick.table["diversity_start"], pick.table["diversity"]
    assert (picked[pick.images] <= start[pick.images] + 1e-9).all()
    assert (picked[pick.images] < start[pick.images] - 1e-9).any()
    assert start[pick.images[0]] == pytest.approx(picked[pick.images[0]])


def test_greedy_avoids_what_top_takes_twice():
    """Two equal images far from everything: top takes both, greedy only one."""
    pool = trial_pool(("committee", "embedding"), images=20, labelled=3, seed=2)
    embedding = pool["embedding"].copy()
    free = np.flatnonzero(pool.open_images)
    embedding[free[:2]] = 50.0
    committee = (
        np.ones_like(pool["committee"])
        + np.random.default_rng(0).random(pool["committee"].shape) * 0.01
    )
    committee[free[:2]] = 2.0
    pool.signals.update(embedding=embedding, committee=committee)
    top = OURS.pick(pool, 6, np.random.default_rng(0), Options(picking="top")).images
    greedy = OURS.pick(pool, 6, np.random.default_rng(0), Options()).images
    assert set(top) == set(free[:2])
    assert len(set(greedy) & set(free[:2])) == 1
