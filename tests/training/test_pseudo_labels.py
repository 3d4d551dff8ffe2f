"""Pseudo-labels (PartAL): predicted without reading a label, learned from and moved like labels."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mtal.datasets.dataset import Gated, LabelNotBought
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.models.prediction import Prediction
from mtal.tasks.task import IGNORE
from mtal.training.batches import LabelledBatches, torch_generator
from mtal.training.guesses import FinalHeads
from mtal.training.losses import all_losses, training_loss
from mtal.training.network_inputs import ImageInputs
from mtal.training.pseudo_labels import PSEUDO_LABEL_WEIGHT, missing_labels, predict_pseudo_labels
from mtal.training.train import train
from tests.training.contexts import quiet, small_context

SEMSEG, DEPTH, NORMALS = range(3)


def partly_labelled(labelled: np.ndarray, augment: bool = False):
    """The small context, of which these (N, T) pairs are labelled."""
    context = small_context(augment=augment)
    pool = DATASETS["drawn"].load(context.config).pool
    context.pool.change_gate(Gated(pool, context.tasks, labelled))
    return replace(context, batches=replace(context.batches, weights=labelled.astype(float)))


@pytest.fixture
def labelled():
    """Image 0 whole, 1 semseg only, 2 all but semseg, 3 depth only; nothing of the others."""
    labelled = np.zeros((24, 3), bool)
    labelled[0] = labelled[1, SEMSEG] = labelled[2, 1:] = labelled[3, DEPTH] = True
    return labelled


class Constant(nn.Module):
    """Predicts the same for all images: sure of class 1 in the left half, unsure in the right."""

    def forward(self, images):
        count = len(images)
        semseg = torch.zeros(count, 5, 8, 12)
        semseg[:, 1, :, :6] = 20
        depth = torch.full((count, 1, 8, 12), 2.0)
        # The upper half is not the same when mirrored back.
        depth[:, :, :4] += torch.linspace(0, 1, 12)
        normals = torch.tensor([0.0, 0, -2]).view(1, 3, 1, 1).expand(count, 3, 8, 12)
        return Prediction(
            [], {}, torch.zeros(0), {"semseg": semseg, "depth": depth, "normals": normals}
        )


def test_missing_are_the_other_tasks_of_images_with_a_label(labelled):
    expected = np.zeros((24, 3), bool)
    expected[1, 1:] = expected[2, SEMSEG] = expected[3, [SEMSEG, NORMALS]] = True
    np.testing.assert_array_equal(missing_labels(labelled), expected)


def predict(context, network, wanted, batch, folder, report=quiet):
    """Pseudo-labels of a network's final heads."""
    heads = FinalHeads(network, ImageInputs(context.pool, context.device), context.device)
    return predict_pseudo_labels(
        heads, context.tasks, wanted, context.pool.size, batch, report, folder
    )


class TestPredicting:
    def test_just_what_is_wanted_in_the_form_of_labels_and_no_label_is_read(
        self, labelled, tmp_path
    ):
        """The gate raises for every label."""
        context = partly_labelled(np.zeros_like(labelled))
        with pytest.raises(LabelNotBought):
            context.pool.targets([0], context.tasks[0])
        reports = []
        pseudo_labels = predict(
            context,
            context.network,
            missing_labels(labelled),
            2,
            tmp_path,
            lambda done, total, loss=None: reports.append((done, total)),
        )
        names = [task.name for task in context.tasks]
        assert set(pseudo_labels) == {
            (int(image), names[task]) for image, task in np.argwhere(missing_labels(labelled))
        }
        for (_, name), target in pseudo_labels.items():
            task = context.tasks[names.index(name)]
            assert target.shape == (task.label_channels, 33, 47)
            assert target.dtype == task.label_dtype
            label = target[0] if len(target) == 1 else np.moveaxis(target, 0, -1)
            assert task.problem(label) == ""
        assert list(tmp_path.iterdir()) == []  # the files have no name, so nothing is left behind
        assert reports[0] == (0, 3)
        assert reports[-1] == (3, 3)

    def test_the_batch_does_not_matter(self, labelled, tmp_path):
        context = partly_labelled(labelled)
        alone, together = (
            predict(context, context.network, missing_labels(labelled), batch, tmp_path, quiet)
            for batch in (1, 3)
        )
        for key, target in alone.items():
            agree = np.isclose(target, together[key], rtol=2e-3, atol=1e-3).all(axis=0).mean()
            assert agree > 0.98, key  # a pixel at the limit may fall to the other side

    def test_unsure_pixels_are_ignored(self, labelled, tmp_path):
        context = partly_labelled(labelled)
        pseudo_labels = predict(context, Constant(), missing_labels(labelled), 4, tmp_path, quiet)
        semseg = pseudo_labels[2, "semseg"][0]
        # Bilinear enlarging changes probabilities within a pixel of the border only.
        assert (semseg[:, :22] == 1).all()
        assert (semseg[:, 27:] == IGNORE).all()
        depth = pseudo_labels[1, "depth"][0]
        assert (depth[20:] == 2).all()  # the lower half does not change
        assert (depth[:16] > 0).mean() < 0.1
        normals = pseudo_labels[1, "normals"]
        np.testing.assert_allclose(
            normals, np.broadcast_to([[[0]], [[0]], [[-1]]], normals.shape), atol=1e-6
        )

    def test_without_missing_labels_there_are_none(self, labelled, tmp_path):
        context = partly_labelled(labelled)
        pseudo_labels = predict(
            context, context.network, np.zeros_like(labelled), 4, tmp_path, quiet
        )
        assert pseudo_labels == {}


def perfect(batches: LabelledBatches, labelled: np.ndarray) -> dict[tuple[int, str], np.ndarray]:
    """Pseudo-labels that are the true labels, where labels are missing."""
    config = small_context().config
    data = Resized(DATASETS["drawn"].load(config).pool, config.size, 1)
    pseudo_labels = {}
    for image, column in np.argwhere(missing_labels(labelled)):
        task = batches.tasks[column]
        pseudo_labels[int(image), task.name] = data.targets([image], task)[0].numpy()
    return pseudo_labels


def weights_of(labelled: np.ndarray) -> np.ndarray:
    """(N, T) weights of labels and pseudo-labels."""
    return np.where(missing_labels(labelled), PSEUDO_LABEL_WEIGHT, labelled.astype(float))


class TestLearning:
    def test_they_take_the_place_of_missing_labels(self, labelled):
        context = partly_labelled(labelled)
        pseudo_labels = perfect(context.batches, labelled)
        batches = replace(
            context.batches, pseudo_labels=pseudo_labels, weights=weights_of(labelled)
        )
        np.testing.assert_array_equal(batches.labelled, labelled)
        (batch,) = batches.epoch(torch_generator([0]))
        assert sorted(batch.indices.tolist()) == [0, 1, 2, 3]
        for row, index in enumerate(batch.indices):
            for column, task in enumerate(context.tasks):
                assert batch.weights[row, column].item() == (
                    1.0 if labelled[index, column] else PSEUDO_LABEL_WEIGHT
                )
                if (index, task.name) in pseudo_labels:
                    np.testing.assert_array_equal(
                        batch.targets[task.name][row].numpy(), pseudo_labels[index, task.name]
                    )

    def test_augmentation_moves_them_as_it_moves_labels(self, labelled):
        """If they are the true labels, batches are those of the labels."""
        context = partly_labelled(labelled, augment=True)
        batches = replace(
            context.batches,
            pseudo_labels=perfect(context.batches, labelled),
            weights=weights_of(labelled),
        )
        twin = partly_labelled(labelled | missing_labels(labelled), augment=True).batches
        for batch, expected in zip(
            batches.stream(8, torch_generator([1])),
            twin.stream(8, torch_generator([1])),
            strict=True,
        ):
            np.testing.assert_array_equal(batch.indices, expected.indices)
            for name, target in expected.targets.items():
                torch.testing.assert_close(batch.targets[name], target, rtol=0, atol=0)
                assert batch.targets[name].dtype == target.dtype

    def test_one_that_is_nowhere_sure_teaches_nothing(self, labelled):
        context = partly_labelled(labelled)
        pseudo_labels = perfect(context.batches, labelled)
        pseudo_labels[2, "semseg"] = np.full_like(pseudo_labels[2, "semseg"], IGNORE)
        batches = replace(
            context.batches, pseudo_labels=pseudo_labels, weights=weights_of(labelled)
        )
        (batch,) = batches.epoch(torch_generator([0]))
        row = batch.indices.tolist().index(2)
        assert batch.weights[row].tolist() == [0, 1, 1]

    def test_without_them_a_missing_label_is_neither_there_nor_read(self, labelled):
        (batch,) = partly_labelled(labelled).batches.epoch(torch_generator([0]))
        rows = [batch.indices.tolist().index(image) for image in range(4)]
        np.testing.assert_array_equal(batch.weights[rows].numpy(), labelled[:4])

    def test_a_task_that_has_nothing_else_is_learned(self, tmp_path):
        """Only semseg is labelled, so depth and normals have only pseudo-labels."""
        labelled = np.zeros((24, 3), bool)
        labelled[:8, SEMSEG] = True
        context = partly_labelled(labelled, augment=True)
        pseudo_labels = predict(
            context, context.network, missing_labels(labelled), 4, tmp_path, quiet
        )
        batches = replace(
            context.batches, pseudo_labels=pseudo_labels, weights=weights_of(labelled)
        )
        network = context.network.requires_grad_(True)
        batch = next(batches.epoch(torch_generator([0])))
        assert (batch.weights[:, 1:] == PSEUDO_LABEL_WEIGHT).any()
        training_loss(
            all_losses(network(batch.inputs), batch.targets, context.tasks),
            batch.weights,
            torch.ones(3),
        ).backward()
        assert all(network.last_heads[task.name][-1].weight.grad.any() for task in context.tasks)
        before = network.last_heads["normals"][-1].weight.clone()
        train(network, batches, context.config, [0], quiet)
        assert not torch.equal(network.last_heads["normals"][-1].weight, before)
