"""Whole runs under limits: near-duplicates once, few of a sequence, the same when resumed."""

import numpy as np
import pytest

from mtal.engine.stages import pool_groups
from mtal.engine.workers import run as run_worker
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config


def finished(folder, *sets) -> Run:
    run = Run(create(tiny_config(*sets), StorePaths(folder)).folder)
    assert run_worker.work(run.paths).outcome == "finished", run.result
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One image of ten with the same last digit per batch, in a pool of 24 images, 5 a batch."""
    return finished(
        tmp_path_factory.mktemp("limited"),
        *(
            "strategy=ours",
            "embedding_source=frozen",
            r"sequence_pattern=(\d)$",
            "most_per_sequence=1",
        ),
    )


def test_the_pool_table_names_groups_and_the_batch_keeps_the_limit(run):
    for number in range(2):
        pool = run.pool(number)
        assert pool["sequence"].tolist() == [name[-1] for name in pool["id"]]
        batch = pool[pool["picked"]].sort_values("rank")
        assert len(batch) == 5
        assert batch["sequence"].is_unique
        shut_out = pool["open"] & ~pool["picked"] & pool["sequence"].isin(batch["sequence"])
        assert (pool.loc[shut_out, "rank"] == 0).all()
        assert shut_out.any()
        assert pool["duplicates"].between(0, len(pool) - 1).all()
        assert (pool.loc[pool["duplicates"], "duplicates"].to_numpy() == pool["duplicates"]).all()


def test_other_strategies_are_replayed_within_the_same_limits(run):
    names = run.pool(0)["sequence"].to_numpy()
    picked = run.others_picked(0)
    assert len(picked) >= 3
    for images in picked.values():
        assert len(set(names[images])) == len(images)


def test_a_run_that_goes_on_picks_the_same(run, tmp_path):
    before = [run.cycle(number).pool.read_bytes() for number in range(2)]
    for number in (1, 2):
        run.cycle(number).folder.rename(tmp_path / f"{number}")
    assert run_worker.work(run.paths).outcome == "finished"
    assert [run.cycle(number).pool.read_bytes() for number in range(2)] == before


def test_of_near_duplicates_one_is_picked_and_none_beside_a_labelled_one(tmp_path, monkeypatch):
    """Images 2i and 2i + 1 count as near-duplicates."""
    pairs = np.arange(24) // 2 * 2
    monkeypatch.setattr(pool_groups, "near_duplicate_groups", lambda points, near: pairs)
    run = finished(tmp_path, "strategy=random", "one_of_near_duplicates=true", "cycles=2")
    pool = run.pool(0)
    assert pool["duplicates"].tolist() == pairs.tolist()
    batch = pool[pool["picked"]]
    assert batch["duplicates"].is_unique
    assert not batch["duplicates"].isin(pool.loc[pool["labelled"], "duplicates"]).any()


def test_a_limit_without_sequences_names_the_way_out(tmp_path):
    run = Run(create(tiny_config("most_per_sequence=2"), StorePaths(tmp_path)).folder)
    result = run_worker.work(run.paths)
    assert result.outcome == "failed"
    assert "most_per_sequence: no sequence of" in result.reason
    assert "set sequence_pattern, or write groups.csv" in result.reason
