"""docs/method.md, section 2, in plain loops."""

import numpy as np
import pytest

from mtal.acquisition.scores import comparable, task_scores


@pytest.mark.parametrize(
    ("join", "plain"),
    [("max", max), ("min", min), ("mean", lambda values: sum(values) / len(values))],
)
def test_task_scores_join_the_committee(join, plain):
    committee = np.random.default_rng(0).random((7, 3, 4))
    expected = [[plain(committee[i, k].tolist()) for k in range(3)] for i in range(7)]
    np.testing.assert_allclose(task_scores(committee, join), expected)


def test_a_broken_disagreement_names_image_and_task():
    committee = np.zeros((4, 2, 1))
    committee[3, 1] = np.inf
    with pytest.raises(ValueError, match="image 3 in task column 1"):
        task_scores(committee, "max")


def by_hand(scores, open_images, how):
    pool = [i for i in range(len(scores)) if open_images[i]]
    result = [[float("nan")] * scores.shape[1] for _ in scores]
    for k in range(scores.shape[1]):
        column = [float(scores[i, k]) for i in pool]
        for i in pool:
            value = float(scores[i, k])
            if max(column) == min(column):
                result[i][k] = 0.0
            elif how == "minmax":
                result[i][k] = (value - min(column)) / (max(column) - min(column))
            elif how == "mean":
                result[i][k] = value / (sum(column) / len(column))
            else:
                below, equal = sum(v < value for v in column), sum(v == value for v in column)
                result[i][k] = (below + (equal - 1) / 2) / (len(column) - 1)
    return result


@pytest.mark.parametrize("how", ["minmax", "rank", "mean"])
def test_comparable_equals_the_plain_loops(how):
    rng = np.random.default_rng(2)
    scores = np.column_stack([rng.random(12), rng.integers(0, 4, 12) * 10.0, np.full(12, 3.0)])
    open_images = rng.random(12) < 0.7
    np.testing.assert_allclose(
        comparable(scores, open_images, how), by_hand(scores, open_images, how)
    )


def test_units_do_not_matter():
    scores = np.random.default_rng(3).random((20, 2))
    for how in ("minmax", "rank", "mean"):
        np.testing.assert_allclose(
            comparable(scores * [1, 1000], np.ones(20, bool), how),
            comparable(scores, np.ones(20, bool), how),
        )
