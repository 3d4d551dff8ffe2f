"""METHOD 5 in plain loops."""
import numpy as np

from mtal.acquisition.weights import sample_weights


def by_hand(labelled, batches):
    n, t = labelled.shape
    weights = [[1.0 if labelled[i, k] else 0.0 for k in range(t)] for i in range(n)]
    for images, scores in batches:
        for k in range(t):
            mean = sum(float(score[k]) for score in scores) / len(scores)
            for row, i in enumerate(images):
                if labelled[i, k]:
                    weights[i][k] = min(4.0, max(0.25, float(scores[row][k]) / mean)) if mean else 1.0
    for k in range(t):
        known = [i for i in range(n) if labelled[i, k]]
        mean = sum(weights[i][k] for i in known) / len(known)
        for i in known:
            weights[i][k] /= mean
    return weights


def test_weights_equal_the_plain_loops():
    rng = np.random.default_rng(0)
    labelled = rng.random((20, 3)) < 0.8
    labelled[:12] = True
    batches = [(np.array([3, 4, 5, 6]), rng.random((4, 3)) ** 4), (np.array([7, 8, 9]), rng.random((3, 3)))]
    np.testing.assert_allclose(sample_weights(labelled, batches), by_hand(labelled, batches))


def test_mean_is_one_and_missing_labels_are_zero():
    labelled = np.array([[1, 1], [1, 0], [0, 1], [1, 1]], bool)
    weights = sample_weights(labelled, [(np.array([3]), np.array([[0.9, 0.1]]))])
    np.testing.assert_allclose(weights.sum(axis=0) / labelled.sum(axis=0), 1)
    assert (weights[~labelled] == 0).all()


def test_scores_that_are_all_zero_leave_weight_one():
    weights = sample_weights(np.ones((4, 1), bool), [(np.array([2, 3]), np.zeros((2, 1)))])
    np.testing.assert_allclose(weights, 1)
