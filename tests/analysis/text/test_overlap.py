"""Overlap of picks for people, against sets."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.statistics.overlap import between_groups, between_seeds
from mtal.analysis.text.overlap import (
    choice_of,
    in_square,
    pairs_table,
    picked,
    seeds_table,
    so_far,
    told,
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
            {"group": group, "seed": seed, "cycle": cycle, "id": one}
            for (group, seed), batches in PICKS.items()
            for cycle, batch in enumerate(batches)
            for one in batch.split()
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
    values, words, texts = in_square(between_groups(so_far(picks, cycle), 50), NAMED)
    assert texts.iloc[0, 1].startswith(f"{values.iloc[0, 1]:.2f} (")
    assert values.loc["Ours", "Ours"] != values.loc["Ours", "Ours"]
    there = {group: found for (group, seed), found in sets(cycle).items() if seed == 0}
    assert list(values.index) == [NAMED[group] for group in there]
    for one, mine in there.items():
        for other, theirs in there.items():
            if one != other:
                share = len(mine & theirs) / len(mine | theirs)
                assert values.loc[NAMED[one], NAMED[other]] == pytest.approx(share)
                assert words.loc[NAMED[one], NAMED[other]].startswith(f"{share:.3f}, by chance ")
                assert words.loc[NAMED[one], NAMED[other]].endswith("over 1 seed")


def test_picks_so_far_as_one_batch_are_the_cumulative_ones(picks):
    for found in (between_groups, between_seeds):
        every = found(picks, 50, cumulative=True)
        pd.testing.assert_frame_equal(
            found(so_far(picks, 1), 50), every[every["cycle"] == 1].reset_index(drop=True)
        )


def test_tables_and_the_most_alike(picks):
    here = between_groups(so_far(picks, 0), 50)
    assert told(here, NAMED) == "The most alike are Ours and RBAL: 1.00"
    assert pairs_table(here, NAMED)["overlap"].tolist() == ["0.333", "1.000", "0.333"]
    found = seeds_table(between_seeds(so_far(picks, 0), 50), NAMED)
    assert found[["strategy", "overlap", "pairs of seeds"]].to_numpy().tolist() == [
        ["Ours", "0.333", 1]
    ]


def test_picks_of_runs_without_their_start(tmp_path):
    runs = [
        made_course(tmp_path, Config(strategy=name, cycles=3), [5.0, 4.0, 3.0])
        for name in ("ours", "random")
    ]
    found = picked(runs)
    assert len(found) == 2 * 2 * 3
    assert not set(found["id"]) & {"0003", "0007"}
    assert (
        choice_of(runs) == choice_of(runs, between_seeds=True) == 20 - 2
    )  # people's labels: the same start
    assert picked([]).empty


def random_starts(tmp_path, pool, start, batch, runs, lacks=()):
    """Runs of one strategy, each with its seed's own random start and one batch that is drawn from the rest."""
    rng = np.random.default_rng(0)
    found = []
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
        found.append(
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
    return [run for run, _ in found], pd.concat([table for _, table in found])


def test_seeds_with_starts_of_their_own_choose_from_the_whole_pool(tmp_path):
    runs, picks = random_starts(tmp_path, 100, 10, 50, 60)
    same = between_seeds(picks, choice_of(runs, between_seeds=True))
    assert choice_of(runs) == 90
    assert same["chance"].item() == pytest.approx(0.335, abs=5e-4)
    assert same["mean"].item() == pytest.approx(
        same["chance"].item(), abs=0.004
    )  # 1770 pairs of simulated seeds


def test_images_of_the_start_that_lack_labels_can_be_picked(tmp_path):
    """Ten images, two of them in the start, one lacking a label: nine can be picked."""
    (first,), _ = random_starts(tmp_path, 10, 2, 3, 1)
    start = first.facts.start
    runs, _ = random_starts(tmp_path / "lacking", 10, 2, 3, 1, lacks=[[start[0], 1]])
    assert choice_of(runs) == 9
    nine = pd.DataFrame(
        [
            {"group": group, "seed": 0, "cycle": 0, "id": one}
            for group in "ab"
            for one in range(10)
            if one != start[1]
        ]
    )
    assert between_groups(nine, choice_of(runs))[["mean", "chance"]].to_numpy().tolist() == [[1, 1]]
