"""The loss of docs/method.md, section 5, in plain loops; a loss that breaks names its parts."""

import pytest
import torch

from mtal.models.prediction import Prediction
from mtal.tasks.registry import TASKS
from mtal.training.losses import (
    NonFiniteLossError,
    all_losses,
    check_finite,
    head_losses,
    reported_losses,
    training_loss,
)


def test_training_loss_equals_the_plain_loops():
    """Sum over heads and tasks of lambda_k * mean of w_{k,i} L_k(i) over labelled images."""
    torch.manual_seed(0)
    losses, weights = torch.rand(3, 5, 2), torch.rand(5, 2) * 3
    weights[1, 0] = weights[4, 1] = weights[2, 1] = 0
    scale = torch.tensor([1.0, 10.0])
    expected = 0.0
    for head in range(3):
        for task in range(2):
            weighted = [
                float(weights[image, task] * losses[head, image, task])
                for image in range(5)
                if weights[image, task] > 0
            ]
            expected += float(scale[task]) * sum(weighted) / len(weighted)
    assert training_loss(losses, weights, scale).item() == pytest.approx(expected, rel=1e-5)


def test_reported_losses_are_means_over_the_images_that_teach_the_task():
    tasks = [TASKS[name]() for name in ("depth", "normals", "edge")]
    losses = torch.rand(2, 4, 3)
    weights = torch.tensor([[1.0, 0, 0], [0.5, 2, 0], [0, 0, 0], [1, 0, 0]])
    reported = reported_losses(losses, weights, tasks)
    assert reported == {
        "depth": pytest.approx(losses[:, [0, 1, 3], 0].mean().item()),
        "normals": pytest.approx(losses[:, 1, 1].mean().item()),
    }


def test_a_task_without_any_label_adds_nothing():
    losses, weights = torch.rand(2, 3, 2), torch.tensor([[1.0, 0], [1, 0], [1, 0]])
    assert training_loss(losses, weights, torch.ones(2)).item() == pytest.approx(
        losses[:, :, 0].sum(0).mean().item()
    )


def test_every_head_is_compared_at_the_size_of_the_labels():
    depth = TASKS["depth"]()
    head = {"depth": torch.full((2, 1, 4, 5), 3.0)}
    target = {"depth": torch.full((2, 1, 12, 15), 5.0)}
    torch.testing.assert_close(head_losses(head, target, [depth]), torch.full((2, 1), 2.0))
    both = all_losses(
        Prediction([head], {}, torch.zeros(2, 1, 6, 5), {"depth": torch.full((2, 1, 6, 5), 4.0)}),
        target,
        [depth],
    )
    torch.testing.assert_close(both, torch.tensor([2.0, 1.0]).view(2, 1, 1).expand(2, 2, 1))


def test_what_is_not_finite_is_named():
    losses = torch.ones(2, 3, 2)
    losses[1, 2, 0] = float("nan")
    tasks = [TASKS["depth"](), TASKS["normals"]()]
    heads, images = ["initial 0", "final"], ["img0", "img1", "img2"]
    with pytest.raises(NonFiniteLossError, match=r"depth \(final\) on img2: nan"):
        check_finite(losses, tasks, heads, images, "while testing")
    check_finite(torch.ones(2, 3, 2), tasks, heads, images, "while testing")
