"""What a cycle learns from: how many steps, and by which losses."""

import numpy as np
import pytest
import torch

from mtal.datasets.dataset import Gated
from mtal.datasets.resized import Resized
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.train import training_batches, whole_images
from mtal.runs.jobs.launch import create
from mtal.runs.paths import CyclePaths, StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config


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


def test_saliency_is_learnt_by_what_is_labelled_and_measured_by_the_validation_split(tmp_path):
    """Both constants by hand, from the shares of pixels that are not salient."""
    config = tiny_config("tasks=depth,saliency")
    run = Run(create(config, StorePaths(tmp_path)).folder)
    timer = StageTimer(run, 0)
    context = prepare(run, timer, accept_data=False)
    gate = Gated(context.dataset.pool, context.dataset.tasks, context.labels.start)
    context.pool.change_gate(gate)
    cycle = CycleContext(context, 0, context.labels, CyclePaths(tmp_path), timer)
    _, learnt = training_batches(cycle).tasks
    _, measured = context.dataset.tasks
    start = np.flatnonzero(context.labels.start[:, 1])
    assert 0 < len(start) < len(context.pool)
    expected = []
    for split, images in (
        (context.dataset.pool, start),
        (context.dataset.validation, range(len(context.validation))),
    ):
        labels = Resized(split, config.size, 1).targets(images, measured)
        assert set(labels.unique().tolist()) <= {0, 1}
        expected.append((labels == 0).double().mean().item())
    assert expected[0] != pytest.approx(expected[1], rel=1e-4)
    salient = torch.ones(1, 1, 1, 1, dtype=torch.uint8)
    losses = [task.loss(torch.zeros(1, 1, 1, 1), salient).item() for task in (learnt, measured)]
    assert losses == pytest.approx([share * np.log(2) for share in expected], rel=1e-5)
