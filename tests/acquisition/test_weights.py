"""docs/method.md, section 5, in plain loops."""

import numpy as np

from mtal.acquisition.weights import sample_weights


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
    np.testing.assert_allclose(sample_weights(labelled, batches), by_hand(labelled, batches))


def test_an_image_batch_in_parts_is_weighted_once_per_label():
    """Each label by the batch that batch it; what was labelled before keeps its weight."""
    labelled = np.ones((4, 2), bool)
    scores = np.array([[0, 0], [0, 0], [0.8, 0.6], [0.2, 0.2]])
    first, second = np.array([(2, 0), (3, 0)]), np.array([(2, 1), (3, 1)])
    weights = sample_weights(labelled, [(first, scores), (second, scores)])
    np.testing.assert_allclose(weights, [[1, 1], [1, 1], [1.6, 1.5], [0.4, 0.5]])


def test_mean_is_one_and_missing_labels_are_zero():
    labelled = np.array([[1, 1], [1, 0], [0, 1], [1, 1]], bool)
    weights = sample_weights(labelled, [(whole([3], 2), np.tile([0.9, 0.1], (4, 1)))])
    np.testing.assert_allclose(weights.sum(axis=0) / labelled.sum(axis=0), 1)
    assert (weights[~labelled] == 0).all()


def test_scores_that_are_all_zero_leave_weight_one():
    weights = sample_weights(np.ones((4, 1), bool), [(whole([2, 3], 1), np.zeros((4, 1)))])
    np.testing.assert_allclose(weights, 1)
