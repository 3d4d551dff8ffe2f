"""Worth of scores: the rows of a batch, by planted scores and losses."""

import math

import numpy as np
import pandas as pd
import pytest

from mtal.acquisition.rank_correlation import correlation
from mtal.analysis.tables.worth import TASK_SCORE, WORTH_COLUMNS, batch_worth, worth
from mtal.runs.store.run import LOSS

WEIGHTS = {"depth": 1.0, "normals": 10.0}


def batch(images=20):
    rng = np.random.default_rng(0)
    losses = {task: rng.gamma(2, size=images) for task in WEIGHTS}
    bought = pd.DataFrame(
        {"id": [f"{i}" for i in range(images)]}
        | {"s.depth": losses["depth"] ** 2, "s.normals": rng.random(images)}
        | {f"loss.{task}": loss for task, loss in losses.items()}
    )
    total = losses["depth"] + 10 * losses["normals"]
    pool = pd.DataFrame({"entropy.depth": -losses["depth"], "score": total, "inconsistency": 1.0})
    return bought, pool


def test_every_score_is_compared_with_the_loss_that_it_is_about():
    rows = {(row[1], row[2]): row for row in batch_worth(*batch(), WEIGHTS)}
    assert set(rows) == {
        (TASK_SCORE, "depth"),
        (TASK_SCORE, "normals"),
        ("entropy", "depth"),
        ("inconsistency", LOSS),
        ("score", LOSS),
    }
    certain = math.tanh(math.atanh(1 - 1 / 20) - 1.959964 * math.sqrt((1 + 0.95**2 / 2) / 17))
    assert rows[TASK_SCORE, "depth"][4:] == pytest.approx((1, certain, 1, 20))
    assert rows["entropy", "depth"][4:] == pytest.approx((-1, -1, -certain, 20))
    assert rows["score", LOSS][4:] == pytest.approx((1, certain, 1, 20))
    assert np.isnan(rows["inconsistency", LOSS][4])
    bought = batch()[0]
    expected = correlation(bought["s.normals"].to_numpy(), bought["loss.normals"].to_numpy())
    assert rows[TASK_SCORE, "normals"][4:7] == pytest.approx(expected)


def test_images_without_a_new_label_do_not_count():
    bought, pool = batch()
    bought.loc[:7, "loss.depth"] = np.nan
    bought["s.normals"] = np.nan
    rows = {(row[1], row[2]): row for row in batch_worth(bought, pool, WEIGHTS)}
    assert rows[TASK_SCORE, "depth"][-1] == rows["score", LOSS][-1] == 12
    assert (TASK_SCORE, "normals") not in rows


def test_a_run_has_a_row_per_batch_that_its_labels_came_for(finished_run, random_run):
    table = worth(finished_run)
    assert list(table.columns) == list(WORTH_COLUMNS)
    assert set(table["cycle"]) == {0, 1}
    assert set(table["task"]) == {*finished_run.config.tasks, LOSS}
    assert (table["n"] == 5).all()
    assert worth(random_run).empty
