"""docs/method.md, section 5, in plain loops."""

import numpy as np
import pytest

from mtal.acquisition.scores import ranks
from mtal.acquisition.weights import LATER, ordered_weights, score_weights


def by_hand(labelled, batches):
    n, t = labelled.shape
    weights = [[1.0 if labelled[i, k] else 0.0 for k in range(t)] for i in range(n)]
    for pairs, scores in batches:
        for k in range(t):
            batch = [i for i, task in pairs.tolist() if task == k]
            if batch:
                mean = sum(float(scores[i][k]) for i in batch) / len(batch)
                for i in batch:
                    weights[i][k] = min(4.0, max(0.25, float(scores[i][k]) / mean)) if mean else 1.0
    for k in range(t):
        labelled_images = [i for i in range(n) if labelled[i, k]]
        mean = sum(weights[i][k] for i in labelled_images) / len(labelled_images)
        for i in labelled_images:
            weights[i][k] /= mean
    return weights


def whole(images, tasks):
    """Every task of these images."""
    return np.array([(image, task) for image in images for task in range(tasks)])


def test_weights_equal_the_plain_loops():
    rng = np.random.default_rng(0)
    labelled = rng.random((20, 3)) < 0.8
    labelled[:12] = True
    some = np.array([(7, 0), (7, 2), (8, 2), (9, 0)])
    batches = [(whole([3, 4, 5, 6], 3), rng.random((20, 3)) ** 4), (some, rng.random((20, 3)))]
    np.testing.assert_allclose(score_weights(labelled, batches), by_hand(labelled, batches))


def test_an_image_batch_in_parts_is_weighted_once_per_label():
    """Each label by the batch that batch it; what was labelled before keeps its weight."""
    labelled = np.ones((4, 2), bool)
    scores = np.array([[0, 0], [0, 0], [0.8, 0.6], [0.2, 0.2]])
    first, second = np.array([(2, 0), (3, 0)]), np.array([(2, 1), (3, 1)])
    weights = score_weights(labelled, [(first, scores), (second, scores)])
    np.testing.assert_allclose(weights, [[1, 1], [1, 1], [1.6, 1.5], [0.4, 0.5]])


def test_mean_is_one_and_missing_labels_are_zero():
    labelled = np.array([[1, 1], [1, 0], [0, 1], [1, 1]], bool)
    weights = score_weights(labelled, [(whole([3], 2), np.tile([0.9, 0.1], (4, 1)))])
    np.testing.assert_allclose(weights.sum(axis=0) / labelled.sum(axis=0), 1)
    assert (weights[~labelled] == 0).all()


def test_scores_that_are_all_zero_leave_weight_one():
    weights = score_weights(np.ones((4, 1), bool), [(whole([2, 3], 1), np.zeros((4, 1)))])
    np.testing.assert_allclose(weights, 1)


def ordered_by_hand(labelled, batches):
    """Count, for each label, how many images of its cycle its task would have preferred."""
    n, t = labelled.shape
    weights = [[1.0 if labelled[i, k] else 0.0 for k in range(t)] for i in range(n)]
    for number, (pairs, scores, opened) in enumerate(batches):
        for i, k in pairs.tolist():
            if labelled[i, k]:
                better = sum(1 for j in range(n) if opened[j] and scores[j][k] > scores[i][k])
                bought = sum(
                    1 for later, *_ in batches[number:] for _, task in later.tolist() if task == k
                )
                weights[i][k] = 1.0 if better + 1 <= bought else 0.5
    return weights


def course(seed, images=40, tasks=3, cycles=4, share=0.15):
    """Labels of a start, and what each cycle acquires by chance: pairs, scores, open images."""
    rng = np.random.default_rng(seed)
    labelled = np.zeros((images, tasks), bool)
    labelled[:5] = True
    batches = []
    for _ in range(cycles):
        taken = (rng.random(labelled.shape) < share) & ~labelled
        scores = rng.integers(0, 12, labelled.shape) / 10  # with ties
        batches.append((np.argwhere(taken), scores, ~labelled.all(axis=1)))
        labelled = labelled | taken
    return labelled, batches


def with_ranks(batches):
    return [(pairs, ranks(scores, opened, ties="min")) for pairs, scores, opened in batches]


@pytest.mark.parametrize("seed", range(5))
def test_ordered_weights_equal_the_plain_loops(seed):
    labelled, batches = course(seed)
    weights = ordered_weights(labelled, with_ranks(batches))
    np.testing.assert_array_equal(weights, ordered_by_hand(labelled, batches))
    assert set(np.unique(weights)) == {0, LATER, 1}  # both weights occur


@pytest.mark.parametrize("seed", range(5))
def test_ordered_weights_only_rise_with_age_and_never_above_one(seed):
    _, batches = course(seed)
    before = np.zeros((40, 3))
    for cycles in range(len(batches) + 1):
        labelled = np.zeros((40, 3), bool)
        labelled[:5] = True
        for pairs, *_ in batches[:cycles]:
            labelled[tuple(pairs.T)] = True
        weights = ordered_weights(labelled, with_ranks(batches[:cycles]))
        assert (weights[:5] == 1).all()  # the start
        assert (weights[~labelled] == 0).all()
        assert (weights <= 1).all()
        assert (weights >= before).all()
        before = weights


def test_a_label_reaches_one_once_its_task_would_have_bought_as_many():
    """Rank 4 of 6: two labels a cycle, so it counts half after the first cycle and whole then."""
    scores = np.array([[6.0], [5], [4], [3], [2], [1]])
    opened = np.ones(6, bool)
    first = (np.array([(3, 0), (0, 0)]), ranks(scores, opened, ties="min"))
    later = np.array([False, True, True, False, True, True])
    second = (np.array([(1, 0), (2, 0)]), ranks(scores, later, ties="min"))
    labelled = np.array([[1], [0], [0], [1], [0], [0]], bool)
    assert ordered_weights(labelled, [first])[[0, 3], 0].tolist() == [1, LATER]
    labelled[[1, 2]] = True
    assert ordered_weights(labelled, [first, second])[:4, 0].tolist() == [1, 1, 1, 1]


def test_a_task_that_cannot_tell_images_apart_weights_none_down():
    labelled = np.ones((6, 1), bool)
    same = ranks(np.ones((6, 1)), np.ones(6, bool), ties="min")
    np.testing.assert_array_equal(ordered_weights(labelled, [(np.array([(4, 0)]), same)]), 1)
