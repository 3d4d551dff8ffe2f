"""Guesses in place of labels (PartAL): made without reading a label, learned from like labels, moved along with the image."""

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
from mtal.training.losses import all_losses, joined
from mtal.training.pseudo_labels import WEIGHT, guesses, lacking
from mtal.training.train import train
from tests.training.benches import quiet, small_bench

SEMSEG, DEPTH, NORMALS = range(3)


def partly_labelled(known: np.ndarray, augment: bool = False):
    """The small bench, of which these (N, T) pairs are bought."""
    bench = small_bench(augment=augment)
    bench.pool.change_gate(Gated(DATASETS["drawn"].load(bench.config).pool, bench.tasks, known))
    return replace(bench, feed=replace(bench.feed, weights=known.astype(float)))


@pytest.fixture
def known():
    """Image 0 whole, 1 semseg only, 2 all but semseg, 3 depth only; nothing of the others."""
    known = np.zeros((24, 3), bool)
    known[0] = known[1, SEMSEG] = known[2, 1:] = known[3, DEPTH] = True
    return known


class Sayer(nn.Module):
    """Answers what it is told, whatever the images: sure of class 1 in the left half of the picture, unsure in the right."""

    def forward(self, images):
        count = len(images)
        semseg = torch.zeros(count, 5, 8, 12)
        semseg[:, 1, :, :6] = 20
        depth = torch.full((count, 1, 8, 12), 2.0)
        depth[:, :, :4] += torch.linspace(
            0, 1, 12
        )  # the upper half is not the same when mirrored back
        normals = torch.tensor([0.0, 0, -2]).view(1, 3, 1, 1).expand(count, 3, 8, 12)
        return Prediction(
            [], {}, torch.zeros(0), {"semseg": semseg, "depth": depth, "normals": normals}
        )


def test_lacking_are_the_other_tasks_of_images_with_a_label(known):
    expected = np.zeros((24, 3), bool)
    expected[1, 1:] = expected[2, SEMSEG] = expected[3, [SEMSEG, NORMALS]] = True
    np.testing.assert_array_equal(lacking(known), expected)


class TestMaking:
    def test_just_what_is_wanted_in_the_form_of_labels_and_no_label_is_read(self, known, tmp_path):
        """The gate raises for every label."""
        bench = partly_labelled(np.zeros_like(known))
        with pytest.raises(LabelNotBought):
            bench.pool.targets([0], bench.tasks[0])
        reports = []
        found = guesses(
            bench.network,
            bench.pool,
            bench.tasks,
            lacking(known),
            2,
            bench.machine,
            lambda done, total, loss=None: reports.append((done, total)),
            tmp_path,
        )
        names = [task.name for task in bench.tasks]
        assert set(found) == {
            (int(image), names[task]) for image, task in np.argwhere(lacking(known))
        }
        for (_, name), guess in found.items():
            task = bench.tasks[names.index(name)]
            assert guess.shape == (task.label_channels, 33, 47)
            assert guess.dtype == task.label_dtype
            assert task.problem(guess[0] if len(guess) == 1 else np.moveaxis(guess, 0, -1)) == ""
        assert list(tmp_path.iterdir()) == []  # the files have no name, so nothing is left behind
        assert reports[0] == (0, 3)
        assert reports[-1] == (3, 3)

    def test_the_batch_does_not_matter(self, known, tmp_path):
        bench = partly_labelled(known)
        one, two = (
            guesses(
                bench.network,
                bench.pool,
                bench.tasks,
                lacking(known),
                batch,
                bench.machine,
                quiet,
                tmp_path,
            )
            for batch in (1, 3)
        )
        for key, guess in one.items():
            agree = np.isclose(guess, two[key], rtol=2e-3, atol=1e-3).all(axis=0).mean()
            assert agree > 0.98, key  # a pixel at the limit may fall to the other side

    def test_unsure_pixels_are_ignored(self, known, tmp_path):
        bench = partly_labelled(known)
        found = guesses(
            Sayer(), bench.pool, bench.tasks, lacking(known), 4, bench.machine, quiet, tmp_path
        )
        semseg = found[2, "semseg"][0]
        assert (
            semseg[:, :22] == 1
        ).all()  # by bilinear enlarging chances change within a pixel of the border
        assert (semseg[:, 27:] == IGNORE).all()
        depth = found[1, "depth"][0]
        assert (depth[20:] == 2).all()  # the lower half does not change
        assert (depth[:16] > 0).mean() < 0.1
        normals = found[1, "normals"]
        np.testing.assert_allclose(
            normals, np.broadcast_to([[[0]], [[0]], [[-1]]], normals.shape), atol=1e-6
        )

    def test_nobody_lacks_anything(self, known, tmp_path):
        bench = partly_labelled(known)
        assert (
            guesses(
                bench.network,
                bench.pool,
                bench.tasks,
                np.zeros_like(known),
                4,
                bench.machine,
                quiet,
                tmp_path,
            )
            == {}
        )


def made_up(feed: LabelledBatches, known: np.ndarray) -> dict[tuple[int, str], np.ndarray]:
    """As guesses the true labels of what is not known on the first four images."""
    config = small_bench().config
    data = Resized(DATASETS["drawn"].load(config).pool, config.size, 1)
    return {
        (int(image), feed.tasks[task].name): data.targets([image], feed.tasks[task])[0].numpy()
        for image, task in np.argwhere(lacking(known))
    }


class TestLearning:
    def test_guesses_are_what_stands_in_the_place_of_labels(self, known):
        bench = partly_labelled(known)
        made = made_up(bench.feed, known)
        feed = replace(
            bench.feed, guesses=made, weights=np.where(lacking(known), WEIGHT, known.astype(float))
        )
        np.testing.assert_array_equal(feed.labelled, known)
        (batch,) = feed.epoch(torch_generator([0]))
        assert sorted(batch.indices.tolist()) == [0, 1, 2, 3]
        for row, index in enumerate(batch.indices):
            for column, task in enumerate(bench.tasks):
                assert batch.weights[row, column].item() == (
                    1.0 if known[index, column] else WEIGHT
                )
                if (index, task.name) in made:
                    np.testing.assert_array_equal(
                        batch.targets[task.name][row].numpy(), made[index, task.name]
                    )

    def test_augmentation_moves_a_guess_as_it_moves_a_label(self, known):
        """Guesses that are the true labels give the batches that the labels would."""
        bench = partly_labelled(known, augment=True)
        feed = replace(
            bench.feed,
            guesses=made_up(bench.feed, known),
            weights=np.where(lacking(known), WEIGHT, known * 1.0),
        )
        bought = partly_labelled(known | lacking(known), augment=True).feed
        for one, other in zip(
            feed.epochs(8, torch_generator([1])),
            bought.epochs(8, torch_generator([1])),
            strict=True,
        ):
            np.testing.assert_array_equal(one.indices, other.indices)
            for name, target in other.targets.items():
                torch.testing.assert_close(one.targets[name], target, rtol=0, atol=0)
                assert one.targets[name].dtype == target.dtype

    def test_a_guess_that_is_nowhere_sure_teaches_nothing(self, known):
        bench = partly_labelled(known)
        made = made_up(bench.feed, known)
        made[2, "semseg"] = np.full_like(made[2, "semseg"], IGNORE)
        feed = replace(
            bench.feed, guesses=made, weights=np.where(lacking(known), WEIGHT, known * 1.0)
        )
        (batch,) = feed.epoch(torch_generator([0]))
        row = batch.indices.tolist().index(2)
        assert batch.weights[row].tolist() == [0, 1, 1]

    def test_without_a_guess_there_is_no_label_and_none_is_read(self, known):
        (batch,) = partly_labelled(known).feed.epoch(torch_generator([0]))
        rows = [batch.indices.tolist().index(image) for image in range(4)]
        np.testing.assert_array_equal(batch.weights[rows].numpy(), known[:4])

    def test_a_task_of_which_there_are_only_guesses_is_learned(self, tmp_path):
        """Semseg labels alone: depth and normals come from guesses, in every batch."""
        known = np.zeros((24, 3), bool)
        known[:8, SEMSEG] = True
        bench = partly_labelled(known, augment=True)
        made = guesses(
            bench.network,
            bench.pool,
            bench.tasks,
            lacking(known),
            4,
            bench.machine,
            quiet,
            tmp_path,
        )
        feed = replace(
            bench.feed, guesses=made, weights=np.where(lacking(known), WEIGHT, known * 1.0)
        )
        network = bench.network.requires_grad_(True)
        batch = next(feed.epoch(torch_generator([0])))
        assert (batch.weights[:, 1:] == WEIGHT).any()
        joined(
            all_losses(network(batch.images), batch.targets, bench.tasks),
            batch.weights,
            torch.ones(3),
        ).backward()
        assert all(network.last_heads[task.name][-1].weight.grad.any() for task in bench.tasks)
        before = network.last_heads["normals"][-1].weight.clone()
        train(network, feed, bench.config, [0], quiet)
        assert not torch.equal(network.last_heads["normals"][-1].weight, before)
