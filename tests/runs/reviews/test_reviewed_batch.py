"""A batch after decisions: budgets are kept, the next best replace, chance is reproducible."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from mtal.runs.reviews.reviewed_batch import apply_decisions, no_decisions

TASKS = 3


def pool_of(images=12, labelled=(0,), picks=(3, 1, 2), ranked=True):
    """A table like `Run.pool`, ranked: the picks first, the others by number."""
    free = [image for image in range(images) if image not in labelled and image not in picks]
    rank = np.zeros(images, int)
    rank[list(picks)] = np.arange(1, len(picks) + 1)
    if ranked:
        rank[free] = np.arange(len(free)) + len(picks) + 1
    is_labelled = np.isin(np.arange(images), labelled)
    return pd.DataFrame(
        {
            "id": [f"i{image}" for image in range(images)],
            "labelled": is_labelled,
            "open": ~is_labelled,
            "picked": np.isin(np.arange(images), picks),
            "rank": rank,
        }
    )


def whole(picks):
    return np.array([(image, task) for image in picks for task in range(TASKS)])


def decided(**words):
    """decided(i3="rejected") -> a table like `ReviewDatabase.decisions`."""
    rows = [
        (sample, word, f"note {sample}", "ann", "2026-01-01T00:00:00Z")
        for sample, word in sorted(words.items())
    ]
    return pd.DataFrame(rows, columns=list(no_decisions().columns))


def open_of(pool):
    return np.repeat(pool["open"].to_numpy()[:, None], TASKS, axis=1)


def in_order(table):
    return list(zip(table.index, table["decision"], strict=True))


@pytest.fixture
def pool():
    return pool_of()


def test_without_decisions_it_is_what_the_strategy_picked(pool):
    pairs = whole((3, 1, 2))
    batch = apply_decisions(pool, pairs, no_decisions(), open_of(pool))
    assert in_order(batch.rows) == [(3, "auto"), (1, "auto"), (2, "auto")]
    assert batch.rows["picked"].all()
    np.testing.assert_array_equal(batch.pairs, pairs)


def test_a_rejected_image_stays_in_sight_and_the_next_best_comes(pool):
    rows = apply_decisions(
        pool, whole((3, 1, 2)), decided(i1="rejected", i2="accepted"), open_of(pool)
    ).rows
    assert in_order(rows) == [(3, "auto"), (1, "rejected"), (2, "accepted"), (4, "refill")]
    assert rows["rank"].tolist() == [1, 2, 3, 4]
    assert rows["picked"].tolist() == [True, True, True, False]
    assert rows["note"].tolist() == ["", "note i1", "note i2", ""]
    assert rows["who"].tolist() == ["", "ann", "ann", ""]
    assert rows["id"].tolist() == ["i3", "i1", "i2", "i4"]
    pairs = apply_decisions(pool, whole((3, 1, 2)), decided(i1="rejected"), open_of(pool)).pairs
    np.testing.assert_array_equal(pairs, whole((3, 2, 4)))


def test_a_refill_can_be_rejected_and_accepted_too(pool):
    pairs, open_pairs = whole((3, 1, 2)), open_of(pool)
    decisions = decided(i1="rejected", i4="rejected")
    assert in_order(apply_decisions(pool, pairs, decisions, open_pairs).rows)[3:] == [
        (4, "rejected"),
        (5, "refill"),
    ]
    np.testing.assert_array_equal(
        apply_decisions(pool, pairs, decisions, open_pairs).pairs, whole((3, 2, 5))
    )
    assert in_order(
        apply_decisions(pool, pairs, decided(i1="rejected", i4="accepted"), open_pairs).rows
    )[3:] == [(4, "accepted")]


def test_near_misses_that_somebody_accepted_come_first(pool):
    decisions = decided(i1="rejected", i2="rejected", i9="accepted")
    assert in_order(apply_decisions(pool, whole((3, 1, 2)), decisions, open_of(pool)).rows)[3:] == [
        (9, "accepted"),
        (4, "refill"),
    ]
    alone = decided(i9="accepted")  # nothing was rejected, so there is no room for it
    assert in_order(apply_decisions(pool, whole((3, 1, 2)), alone, open_of(pool)).rows) == [
        (3, "auto"),
        (1, "auto"),
        (2, "auto"),
    ]


def test_single_labels_pass_to_images_that_lack_them():
    """As PartAL picks: one image for depth, another for normals; images lack different labels."""
    pool, open_pairs = pool_of(picks=(3, 1)), open_of(pool_of())
    open_pairs[2] = [True, False, False]
    open_pairs[4] = [False, True, False]
    pairs = np.array([(3, 1), (1, 0), (3, 2)])
    batch = apply_decisions(pool, pairs, decided(i3="rejected"), open_pairs)
    # image 2 lacks only a label that was not freed
    assert batch.pairs.tolist() == [[1, 0], [4, 1], [5, 2]]
    assert in_order(batch.rows) == [(3, "rejected"), (1, "auto"), (4, "refill"), (5, "refill")]


def test_a_pool_that_is_used_up_gives_what_is_left():
    pool = pool_of(images=5, picks=(3, 1, 2))
    batch = apply_decisions(
        pool, whole((3, 1, 2)), decided(i1="rejected", i2="rejected", i3="rejected"), open_of(pool)
    )
    assert in_order(batch.rows) == [
        (3, "rejected"),
        (1, "rejected"),
        (2, "rejected"),
        (4, "refill"),
    ]
    np.testing.assert_array_equal(batch.pairs, whole((4,)))


def test_nothing_left_is_an_empty_batch():
    pool = pool_of(images=4, picks=(3, 1, 2))
    pairs = apply_decisions(
        pool, whole((3, 1, 2)), decided(i1="rejected", i2="rejected", i3="rejected"), open_of(pool)
    ).pairs
    assert pairs.shape == (0, 2)
    assert pairs.dtype == np.int64


def test_a_strategy_without_ranks_is_refilled_at_random_but_always_alike():
    pool = pool_of(images=200, ranked=False)
    pairs, open_pairs = whole((3, 1, 2)), open_of(pool)
    first = apply_decisions(pool, pairs, decided(i1="rejected"), open_pairs).rows
    pd.testing.assert_frame_equal(
        first, apply_decisions(pool, pairs, decided(i1="rejected"), open_pairs).rows
    )
    assert first.index[3] != 4  # not simply the next in the list
    assert first["rank"].iloc[3] == 0
    both = apply_decisions(pool, pairs, decided(i1="rejected", i2="rejected"), open_pairs).rows
    # another rejection does not change the replacement of the first
    assert both.index[3] == first.index[3]


def by_hand(pool, pairs, words, open_pairs):
    """The rule in plain loops: (image, task) pairs that are asked for."""
    wanted = [
        (int(image), int(task)) for image, task in pairs if words.get(f"i{image}") != "rejected"
    ]
    free = [int(task) for image, task in pairs if words.get(f"i{image}") == "rejected"]
    rest = [image for image in range(len(pool)) if pool["open"][image] and image not in pairs[:, 0]]
    rest.sort(key=lambda image: (words.get(f"i{image}") != "accepted", pool["rank"][image]))
    for image in rest:
        if words.get(f"i{image}") == "rejected":
            continue
        for task in range(TASKS):
            if open_pairs[image, task] and task in free:
                free.remove(task)
                wanted.append((image, task))
    return wanted


@pytest.mark.parametrize("seed", range(40))
def test_it_equals_the_plain_loops_and_keeps_the_budget_of_each_task(seed):
    rng = np.random.default_rng(seed)
    images = int(rng.integers(6, 30))
    open_pairs = rng.random((images, TASKS)) < 0.7
    candidates = np.argwhere(open_pairs)
    pairs = rng.permutation(candidates)[: int(rng.integers(1, len(candidates)))]
    picks = list(dict.fromkeys(pairs[:, 0].tolist()))
    pool = pool_of(images, tuple(np.flatnonzero(~open_pairs.any(axis=1)).tolist()), tuple(picks))
    words = {
        f"i{image}": str(rng.choice(["accepted", "rejected", ""]))
        for image in range(images)
        if rng.random() < 0.5
    }
    batch = apply_decisions(pool, pairs, decided(**words), open_pairs)
    assert list(map(tuple, batch.pairs.tolist())) == by_hand(pool, pairs, words, open_pairs)
    asked, wanted = Counter(pairs[:, 1].tolist()), Counter(batch.pairs[:, 1].tolist())
    assert wanted <= asked
    assert len(set(map(tuple, batch.pairs.tolist()))) == len(batch.pairs)
    assert open_pairs[tuple(batch.pairs.T)].all()
    rejected = {name for name, word in words.items() if word == "rejected"}
    assert not rejected & {f"i{image}" for image in batch.pairs[:, 0]}
    assert set(batch.rows.index[batch.rows["decision"] != "rejected"]) == set(
        batch.pairs[:, 0].tolist()
    )
    assert batch.rows.index[: len(picks)].tolist() == picks
