"""How long the training of a cycle is, from what is labelled."""

import numpy as np
import pytest

from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.train import whole_images


def state(labelled: np.ndarray, exists: np.ndarray) -> LabelState:
    nothing = np.zeros_like(labelled)
    return LabelState(nothing, labelled, exists, nothing, simulated=True)


@pytest.mark.parametrize("images", [0, 1, 7, 24])
def test_whole_images_count_one_each(images):
    labelled = np.zeros((24, 3), bool)
    labelled[:images] = True
    assert whole_images(state(labelled, np.ones((24, 3), bool))) == images


def test_so_do_images_that_lack_a_label_which_does_not_exist():
    exists = np.random.default_rng(3).random((24, 3)) < 0.7
    exists[:, 0] = True
    labelled = exists & (np.arange(24) < 11)[:, None]
    assert whole_images(state(labelled, exists)) == 11


def test_single_labels_count_as_the_images_that_they_would_have_labelled():
    """30 labels of three tasks, spread over up to 24 images, are ten images."""
    labelled = np.zeros(72, bool)
    labelled[np.random.default_rng(0).choice(72, 30, replace=False)] = True
    labelled = labelled.reshape(24, 3)
    assert labelled.any(axis=1).sum() > 15
    assert whole_images(state(labelled, np.ones((24, 3), bool))) == 10
