"""How long pairwise blocks are trained, and how they do on images that they did not learn from."""

import numpy as np
import pytest
import torch

from mtal.config import compose
from mtal.models.pairwise_distillation import HeldOutLosses
from mtal.signals import pair_training
from mtal.signals.committee import COMMITTEE
from mtal.signals.held_out import draw_held_out, held_out_count, held_out_losses, without
from mtal.signals.pair_training import pair_schedule, train_pair_blocks
from tests.training.contexts import quiet, small_context

SETS = ("pair_epochs=1", "pair_steps=3")


@pytest.fixture(scope="module")
def context():
    return small_context(*SETS, labelled=22, augment=True)


@pytest.mark.parametrize(
    ("labelled", "percent", "expected"),
    [(19, 10, 0), (20, 10, 4), (40, 10, 4), (64, 10, 6), (500, 10, 50), (500, 0, 0), (20, 50, 10)],
)
def test_share_that_is_held_out(labelled, percent, expected):
    assert held_out_count(labelled, percent) == expected


class TestSchedule:
    def test_few_images_get_as_many_steps_as_are_set(self):
        config = compose(sets=["pair_epochs=20", "pair_steps=300", "batch=8"])
        assert pair_schedule(config, 8).steps == pair_schedule(config, 48).steps == 300

    def test_many_images_get_their_epochs(self):
        """360 of 400 images are learnt from, in 45 steps an epoch."""
        config = compose(sets=["pair_epochs=20", "pair_steps=300", "batch=8"])
        assert pair_schedule(config, 400).steps == 20 * 45

    def test_earlier_runs_trained_by_epochs_on_all_images(self):
        config = compose(sets=["pair_epochs=20", "pair_steps=0", "pair_held_out=0", "batch=8"])
        assert pair_schedule(config, 48).steps == 20 * 6


class TestHeldOut:
    def test_only_labelled_images_are_drawn_and_the_same_by_the_same_seed(self, context):
        held_out = draw_held_out(context.batches, 10, (1, 2))
        assert len(set(held_out)) == 4
        assert set(held_out) <= set(range(22))
        assert list(held_out) == list(draw_held_out(context.batches, 10, (1, 2)))
        assert list(held_out) != list(draw_held_out(context.batches, 10, (1, 3)))

    def test_blocks_do_not_learn_from_them(self, context):
        held_out = np.array([3, 8, 9, 21])
        rest = without(context.batches, held_out)
        seen = {
            index
            for batch in rest.stream(12, torch.Generator().manual_seed(0))
            for index in batch.indices
        }
        assert seen == set(range(22)) - set(held_out)
        assert set(held_out) <= set(context.batches.images)  # the batches themselves stay

    def test_losses_are_means_over_images_and_partners(self, context):
        blocks, held_out = train_pair_blocks(context, quiet), np.array([2, 5, 6, 11, 20])
        losses = held_out_losses(blocks, context, held_out)
        initial, refined = ({task.name: [] for task in context.tasks} for _ in range(2))
        for image in held_out:
            batch = next(context.batches.unchanged(np.array([image])))
            with torch.no_grad():
                first = context.network.first_stage(batch.inputs).initial[0]
                members = blocks(first)
            for task in context.tasks:
                target = batch.targets[task.name]
                if task.has_label(target):
                    initial[task.name].append(float(task.loss(first[task.name], target)))
                    refined[task.name] += [
                        float(task.loss(output, target)) for output in members[task.name].values()
                    ]
        assert losses.images == 5
        assert losses.initial == pytest.approx({k: np.mean(v) for k, v in initial.items()})
        assert losses.refined == pytest.approx({k: np.mean(v) for k, v in refined.items()})

    def test_facts_are_kept_and_too_few_images_have_none(self, context):
        facts = COMMITTEE.fit_facts(train_pair_blocks(context, quiet))
        assert facts["held_out_images"] == 4
        assert list(facts["initial"]) == list(facts["refined"]) == list(context.config.tasks)
        few = small_context(*SETS, labelled=8)
        assert COMMITTEE.fit_facts(train_pair_blocks(few, quiet)) == {}

    def test_equal_up_to_one_percent_is_not_worse_and_no_number_is(self):
        losses = HeldOutLosses(
            4, {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 1.009, "b": 1.02, "c": float("nan")}
        )
        assert losses.worse == ["b", "c"]

    def test_a_higher_loss_than_the_initial_heads_is_logged(self, context, monkeypatch, capsys):
        losses = HeldOutLosses(4, {"semseg": 1.5, "depth": 0.5}, {"semseg": 1.4, "depth": 0.625})
        assert losses.worse == ["depth"]
        monkeypatch.setattr(pair_training, "held_out_losses", lambda *_: losses)
        train_pair_blocks(context, quiet)
        printed = capsys.readouterr().out
        assert "depth (0.625 against 0.5); do not believe their committee" in printed
        assert "semseg" not in printed
