"""Overlap of picks for people, against sets."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.statistics.overlap import between_groups, between_seeds, by_chance
from mtal.analysis.text.overlap import (
    acquired_by_group,
    candidates,
    pairs_table,
    picks_up_to,
    seeds_table,
    square_tables,
    summary,
)
from mtal.config import Config
from tests.runs.made_run import made_course

NAMED = {"a": "Ours", "b": "Random", "c": "RBAL"}
PICKS = {
    ("a", 0): ["1 2", "3 4"],
    ("a", 1): ["1 5", "6 7"],
    ("b", 0): ["2 3", "8 9"],
    ("c", 0): ["1 2"],
}


@pytest.fixture
def picks() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group": group, "seed": seed, "cycle": cycle, "id": image}
            for (group, seed), batches in PICKS.items()
            for cycle, batch in enumerate(batches)
            for image in batch.split()
        ]
    )


def sets(cycle):
    return {
        key: set(" ".join(batches[: cycle + 1]).split())
        for key, batches in PICKS.items()
        if len(batches) > cycle
    }


@pytest.mark.parametrize("cycle", [0, 1])
def test_the_square_equals_sets(picks, cycle):
    values, words, texts = square_tables(between_groups(picks_up_to(picks, cycle), 50), NAMED)
    assert texts.iloc[0, 1].startswith(f"{values.iloc[0, 1]:.2f} (")
    assert values.loc["Ours", "Ours"] != values.loc["Ours", "Ours"]
    picked = {group: images for (group, seed), images in sets(cycle).items() if seed == 0}
    assert list(values.index) == [NAMED[group] for group in picked]
    for row, images in picked.items():
        for column, others in picked.items():
            if row != column:
                share = len(images & others) / len(images | others)
                assert values.loc[NAMED[row], NAMED[column]] == pytest.approx(share)
                assert words.loc[NAMED[row], NAMED[column]].startswith(f"{share:.3f}, by chance ")
                assert words.loc[NAMED[row], NAMED[column]].endswith("over 1 seed")


def test_picks_so_far_as_one_batch_are_the_cumulative_ones(picks):
    for compare in (between_groups, between_seeds):
        every = compare(picks, 50, cumulative=True)
        pd.testing.assert_frame_equal(
            compare(picks_up_to(picks, 1), 50), every[every["cycle"] == 1].reset_index(drop=True)
        )


def test_tables_and_the_most_similar(picks):
    overlaps = between_groups(picks_up_to(picks, 0), 50)
    assert summary(overlaps, NAMED) == "The most similar are Ours and RBAL: 1.00"
    assert pairs_table(overlaps, NAMED)["overlap"].tolist() == ["0.333", "1.000", "0.333"]
    of_seeds = seeds_table(between_seeds(picks_up_to(picks, 0), 50), NAMED)
    assert of_seeds[["strategy", "overlap", "pairs of seeds"]].to_numpy().tolist() == [
        ["Ours", "0.333", 1]
    ]


def test_picks_of_runs_without_their_start(tmp_path):
    runs = [
        made_course(tmp_path, Config(strategy=name, cycles=3), [5.0, 4.0, 3.0])
        for name in ("ours", "random")
    ]
    images = acquired_by_group(runs)
    assert len(images) == 2 * 2 * 3
    assert not set(images["id"]) & {"0003", "0007"}
    assert (
        candidates(runs) == candidates(runs, between_seeds=True) == 20 - 2
    )  # people's labels: the same start
    assert acquired_by_group([]).empty


def random_starts(tmp_path, pool, start, batch, runs, lacks=()):
    """Runs of one strategy, each with a random start of its own and a batch of the rest."""
    rng = np.random.default_rng(0)
    drawn = []
    for seed in range(runs):
        order = rng.permutation(pool)
        run = made_course(
            tmp_path,
            Config(strategy="random", seed=seed, cycles=2),
            [5.0],
            "",
            start=order[:start].tolist(),
            pool=[f"{index:04d}" for index in range(pool)],
            start_lacks=list(lacks),
        )
        drawn.append(
            (
                run,
                pd.DataFrame(
                    {
                        "group": "random",
                        "seed": seed,
                        "cycle": 0,
                        "id": order[start : start + batch],
                    }
                ),
            )
        )
    return [run for run, _ in drawn], pd.concat([table for _, table in drawn])


def test_seeds_with_starts_of_their_own_choose_from_the_whole_pool(tmp_path):
    runs, picks = random_starts(tmp_path, 100, 10, 50, 60)
    same = between_seeds(picks, candidates(runs, between_seeds=True))
    assert candidates(runs) == 90
    assert same["chance"].item() == pytest.approx(0.335, abs=5e-4)
    assert same["mean"].item() == pytest.approx(
        same["chance"].item(), abs=0.004
    )  # 1770 pairs of simulated seeds


def starting_from(tmp_path, starts, pool=100):
    """Runs of one strategy, a seed per start."""
    return [
        made_course(
            tmp_path,
            Config(strategy="random", seed=seed, cycles=2),
            [5.0],
            "",
            start=list(start),
            pool=[f"{index:04d}" for index in range(pool)],
        )
        for seed, start in enumerate(starts)
    ]


def simulated(starts, batch, pool=100, draws=20_000):
    """Mean Jaccard of two random batches, each from what its start leaves."""
    rng, shares = np.random.default_rng(1), []
    free = [np.setdiff1d(np.arange(pool), start) for start in starts]
    for _ in range(draws):
        both = np.intersect1d(*[rng.permutation(images)[:batch] for images in free]).size
        shares.append(both / (2 * batch - both))
    return np.mean(shares)


@pytest.mark.parametrize("shared", [0, 15, 20])
def test_seeds_whose_starts_share_images_choose_from_what_these_leave(tmp_path, shared):
    """Starts by coverage share more images than random ones, and those of a set share all."""
    starts = [range(20), range(20 - shared, 40 - shared)]
    size = candidates(starting_from(tmp_path, starts), between_seeds=True)
    assert by_chance(30, 30, size) == pytest.approx(simulated(starts, 30), abs=0.004)
    assert (size == 80) == (shared == 20)


def test_seeds_with_the_start_of_a_set_choose_from_the_rest(tmp_path):
    runs = starting_from(tmp_path, [range(20)] * 3)
    assert candidates(runs) == candidates(runs, between_seeds=True) == 80


def test_seeds_whose_starts_leave_nothing_in_common_overlap_hardly(tmp_path):
    size = candidates(starting_from(tmp_path, [range(5), range(5, 10)], 10), between_seeds=True)
    assert by_chance(5, 5, size) < 0.15


def test_images_of_the_start_that_lack_labels_can_be_picked(tmp_path):
    """Ten images, two of them in the start, one lacking a label: nine can be picked."""
    (first,), _ = random_starts(tmp_path, 10, 2, 3, 1)
    start = first.facts.start
    runs, _ = random_starts(tmp_path / "lacking", 10, 2, 3, 1, lacks=[[start[0], 1]])
    assert candidates(runs) == 9
    nine = pd.DataFrame(
        [
            {"group": group, "seed": 0, "cycle": 0, "id": image}
            for group in "ab"
            for image in range(10)
            if image != start[1]
        ]
    )
    assert between_groups(nine, candidates(runs))[["mean", "chance"]].to_numpy().tolist() == [
        [1, 1]
    ]
