"""Training learns, reads only what is labelled, and repeats itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mtal.datasets.dataset import Gated
from mtal.datasets.registry import DATASETS
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import torch_generator
from mtal.training.losses import all_losses, training_loss
from mtal.training.train import train
from tests.training.contexts import quiet, small_context


def trained(*sets: str, seed: int = 0):
    context = small_context(*sets, augment=True)
    network = context.network.requires_grad_(True)
    reports: list[dict[str, float]] = []
    train(
        network,
        context.batches,
        context.config,
        [seed],
        lambda done, total, loss=None: reports.append(loss) if loss else None,
    )
    return network, reports


def test_the_loss_falls():
    _, reports = trained("epochs=25", "lr=0.003")
    first, last = (
        sum(sum(report.values()) for report in part) for part in (reports[:5], reports[-5:])
    )
    assert last < 0.8 * first


def test_same_seed_same_network_other_seed_another():
    states = [network.state_dict() for network, _ in (trained(), trained(), trained(seed=1))]
    first, same, other = (state.values() for state in states)
    for a, b in zip(first, same, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert any(not torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_the_learning_rate_follows_the_poly_schedule(monkeypatch):
    rates = []
    original = torch.optim.Adam.step

    def step(self, *args, **others):
        rates.append(self.param_groups[0]["lr"])
        return original(self, *args, **others)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    trained("epochs=4", "lr=0.01")
    assert rates == pytest.approx(
        [0.01 * (1 - epoch / 4) ** 0.9 for epoch in range(4) for _ in range(2)]
    )


@pytest.mark.parametrize("labelled", [3, 8])
def test_steps_count_whatever_is_labelled_and_each_has_its_learning_rate(monkeypatch, labelled):
    rates, reports = [], []
    original = torch.optim.Adam.step

    def step(self, *args, **others):
        rates.append(self.param_groups[0]["lr"])
        return original(self, *args, **others)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    context = small_context("steps=5", "epochs=100", "lr=0.01", labelled=labelled)
    train(
        context.network.requires_grad_(True),
        context.batches,
        context.config,
        [0],
        lambda done, total, loss=None: reports.append((done, total)),
    )
    assert rates == pytest.approx([0.01 * (1 - step / 5) ** 0.9 for step in range(5)])
    assert reports == [(done, 5) for done in range(6)]


def test_a_label_of_weight_zero_has_no_part_in_the_step():
    """Another label changes the gradients if its weight is 1, and not if it is 0."""
    context = small_context(labelled=4)
    network = context.network.requires_grad_(True)
    batch = next(iter(context.batches.epoch(torch_generator([0]))))

    def gradients(weight: float, change: float) -> list[torch.Tensor]:
        weights = batch.weights.clone()
        weights[1, 1] = weight  # depth of the second image
        targets = {name: target.clone() for name, target in batch.targets.items()}
        targets["depth"][1] += change
        losses = all_losses(network(batch.inputs), targets, context.tasks)
        network.zero_grad()
        training_loss(losses, weights, torch.ones(3)).backward()
        return [parameter.grad.clone() for parameter in network.parameters()]

    without, changed = gradients(0, 0), gradients(0, -20)
    assert all(torch.equal(a, b) for a, b in zip(without, changed, strict=True))
    assert not all(
        torch.equal(a, b) for a, b in zip(gradients(1, 0), gradients(1, -20), strict=True)
    )


class Onlooker(Auxiliary):
    """Learns one number, and keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.number = nn.Parameter(torch.zeros(()))
        self.seen = []

    def loss(self, prediction, losses, weights, progress):
        self.seen.append((prediction, losses, weights, progress, self.training))
        return (self.number - 1).square()


class TestAuxiliaries:
    def test_what_they_are_shown_and_that_they_learn(self):
        context = small_context("epochs=5", labelled=8)
        weights = np.zeros((24, 3))
        weights[:8] = 0.5
        weights[2, 1] = 0
        pool = DATASETS["drawn"].load(context.config).pool
        context.pool.change_gate(Gated(pool, context.tasks, weights > 0))
        onlooker = Onlooker().eval()
        train(
            context.network.requires_grad_(True),
            replace(context.batches, weights=weights),
            context.config,
            [0],
            quiet,
            [onlooker],
        )
        assert [progress for *_, progress, _ in onlooker.seen] == pytest.approx(
            [step / 10 for step in range(10)]
        )
        for prediction, losses, shown, _, training in onlooker.seen:
            assert prediction.final["depth"].requires_grad
            assert not losses.requires_grad
            assert losses.shape == shown.shape == (4, 3)
            assert training
        missing = [int((shown == 0).sum()) for _, _, shown, _, _ in onlooker.seen]
        assert sum(missing) == 5  # once per epoch
        assert onlooker.number.item() > 0

    def test_the_losses_are_those_of_the_final_head_unweighted(self, monkeypatch):
        whole = []

        def recorded(*given):
            whole.append(all_losses(*given))
            return whole[-1]

        monkeypatch.setattr("mtal.training.train.all_losses", recorded)
        context, onlooker = small_context("epochs=1"), Onlooker()
        train(
            context.network.requires_grad_(True),
            context.batches,
            context.config,
            [0],
            quiet,
            [onlooker],
        )
        for (_, losses, *_), all_heads in zip(onlooker.seen, whole, strict=True):
            torch.testing.assert_close(losses, all_heads[-1].detach(), rtol=0, atol=0)

    def test_one_that_only_looks_leaves_the_network_as_it_would_be(self):
        networks = []
        for auxiliaries in ([], [Onlooker()]):
            context = small_context("epochs=3", "lr=0.01")
            networks.append(context.network.requires_grad_(True))
            train(context.network, context.batches, context.config, [0], quiet, auxiliaries)
        alone, beside = (network.state_dict() for network in networks)
        torch.testing.assert_close(alone, beside, rtol=0, atol=0)


class TestWeightsOfTheConfig:
    def test_training_takes_them(self, monkeypatch):
        scales = []

        def recorded(losses, weights, scale):
            scales.append(scale.tolist())
            return training_loss(losses, weights, scale)

        monkeypatch.setattr("mtal.training.train.training_loss", recorded)
        trained("loss_weights={depth: 7}", "epochs=1")
        assert scales == [[1, 7, 10]] * 2
