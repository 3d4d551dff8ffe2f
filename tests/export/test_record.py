"""The selection record says what the run folder says, row by row."""

import hashlib
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mtal.config import Config
from mtal.export.exporter import ExportError
from mtal.export.record import COLUMNS, images_of, record
from tests.runs.made_run import TASKS, made_run


def test_a_row_per_picked_image_and_task_in_pick_order(run):
    table = record(run, 0)
    images = list(dict.fromkeys(run.picked(0)[:, 0].tolist()))
    assert list(table.columns) == list(COLUMNS)
    assert list(zip(table["sample_id"], table["task"], table["rank"], strict=True)) == [
        (f"{image:04d}", task, rank) for rank, image in enumerate(images, 1) for task in TASKS
    ]
    assert table["requested"].all()


def test_numbers_come_from_the_pool_table(run):
    table, pool = record(run, 1), run.pool(1).set_index("id")
    for row in table.itertuples():
        scores = pool.loc[row.sample_id]
        assert row.score == scores["score"]
        assert row.diversity_at_start == scores["diversity_start"]
        assert row.s_task == scores[f"s.{row.task}"] == scores[f"m.{row.task}.{row.partner_task}"]
        candidates = [
            pool.loc[name, f"s.{row.task}"] for name in pool.index if not pool.loc[name, "labelled"]
        ]
        assert row.s_percentile == pytest.approx(
            100 * sum(value <= row.s_task for value in candidates) / len(candidates)
        )


def test_nearest_labelled_image_equals_the_plain_loop(run):
    points, pool = run.embedding(1), run.pool(1)
    for row in record(run, 1).itertuples():
        own = int(row.sample_id)
        gaps = {
            pool["id"][other]: math.dist(points[own], points[other])
            for other in range(20)
            if pool["labelled"][other]
        }
        assert row.nearest_labelled_id == min(gaps, key=gaps.get)
        assert row.nearest_distance == pytest.approx(min(gaps.values()), rel=1e-5)
        assert (
            row.nearest_labelled_id
            == run.nearest(1, own, 1).query("kind == 'labelled'")["id"].item()
        )


def test_pictures_are_measured_where_they_exist_and_null_where_not(run):
    folder = run.facts.data_folder
    rows = [row for number in (0, 1) for row in record(run, number).to_dict("records")]
    assert {int(row["sample_id"]) % 2 for row in rows} == {0, 1}
    for row in rows:
        if int(row["sample_id"]) % 2:
            assert row["image_relpath"] == f"images/{row['sample_id']}.jpg"
            assert pd.isna(row["image_sha256"])
            assert pd.isna(row["width"])
        else:
            content = Path(folder, row["image_relpath"]).read_bytes()
            assert row["image_sha256"] == hashlib.sha256(content).hexdigest()
            assert (row["width"], row["height"]) == (32, 24)


def test_single_labels_are_marked_as_requested(run):
    np.save(run.cycle(0).pick, np.array([(5, 2), (9, 0), (5, 0)]))
    table = record(run, 0)
    assert table["sample_id"].tolist() == ["0005"] * 3 + ["0009"] * 3
    assert table["requested"].tolist() == [True, False, True, True, False, False]
    images = images_of(table)
    assert images["sample_id"].tolist() == ["0005", "0009"]
    assert images["requested_tasks"].tolist() == ["semseg normals", "semseg"]


def test_a_strategy_without_scores_leaves_nulls(run):
    cycle = run.cycle(0)
    run.pool(0)[["id", "labelled", "picked", "rank"]].to_parquet(cycle.pool)
    cycle.embedding.unlink()
    table = record(run, 0)
    unscores = [
        "score",
        "s_task",
        "s_percentile",
        "partner_task",
        "diversity",
        "nearest_labelled_id",
        "cutoff",
    ]
    assert table[unscores].isna().all(axis=None)
    assert table.dtypes.astype(str).to_dict() == COLUMNS


def test_the_mean_of_a_committee_has_no_deciding_partner(tmp_path):
    run = made_run(tmp_path, config=Config(committee="mean", cycles=3))
    assert record(run, 0)["partner_task"].isna().all()


@pytest.mark.parametrize(
    ("cycle", "words"), [(2, "only measures"), (3, "there are 0 to 2"), (-1, "there are 0 to 2")]
)
def test_a_cycle_without_a_batch_is_refused(run, cycle, words):
    with pytest.raises(ExportError, match=words):
        record(run, cycle)
