"""LL4AL: its loss against a slow twin, when it changes the network, and that it learns."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor

from mtal.datasets.normalise import to_input
from mtal.models.prediction import Prediction
from mtal.models.pyramid import FeaturePyramid
from mtal.signals.predicted_loss import LossModules, average, build, ranking_loss
from mtal.training.batches import seed_weights, torch_generator
from mtal.training.schedule import Schedule
from mtal.training.train import train
from tests.training.contexts import quiet, small_context


def slow_ranking_loss(predicted, losses, labelled):
    """Pair by pair, from the paper: max(0, -sign (p_i - p_j) + margin), mean, sum over tasks."""
    total, count = 0.0, len(losses)
    for task in range(losses.shape[1]):
        terms = []
        for i in range(count):
            j = count - 1 - i
            if i < j and labelled[i, task] and labelled[j, task]:
                sign = 1 if losses[i, task] > losses[j, task] else -1
                terms.append(max(0.0, -sign * float(predicted[i, task] - predicted[j, task]) + 1.0))
        total += sum(terms) / len(terms) if terms else 0.0
    return total


class TestRankingLoss:
    @pytest.mark.parametrize("count", [1, 2, 5, 8])
    @pytest.mark.parametrize("seed", range(4))
    def test_equals_the_slow_twin(self, count, seed):
        generator = torch_generator([seed])
        predicted, losses = (torch.randn(count, 3, generator=generator) * 2 for _ in range(2))
        labelled = torch.rand(count, 3, generator=generator) < 0.7
        expected = slow_ranking_loss(predicted, losses, labelled)
        assert ranking_loss(predicted, losses, labelled).item() == pytest.approx(expected, rel=1e-5)

    def test_right_by_more_than_the_margin_costs_nothing(self):
        labelled = torch.ones(2, 1, dtype=torch.bool)
        losses = torch.tensor([[0.4], [0.1]])
        for pair, cost in (
            ((2.0, 0.5), 0.0),
            ((0.5, 0.0), 0.5),
            ((0.0, 0.0), 1.0),
            ((0.0, 1.0), 2.0),
        ):
            predicted = torch.tensor(pair)[:, None]
            assert ranking_loss(predicted, losses, labelled).item() == pytest.approx(cost)

    def test_what_is_not_known_teaches_nothing(self):
        numbers = torch.randn(5, 2, generator=torch_generator([0])) / 10  # all within the margin
        predicted = numbers.requires_grad_()
        labelled = torch.ones(5, 2, dtype=torch.bool)
        labelled[0, 0] = False  # its partner is image 4; image 2 has none
        loss = ranking_loss(predicted, torch.rand(5, 2), labelled)
        (gradient,) = torch.autograd.grad(loss, predicted)
        assert (gradient != 0).tolist() == [
            [False, True],
            [True, True],
            [False, False],
            [True, True],
            [False, True],
        ]

    def test_true_losses_are_not_pulled(self):
        losses = torch.rand(4, 1, requires_grad=True)
        predicted = torch.rand(4, 1, requires_grad=True)
        ranking_loss(predicted, losses, torch.ones(4, 1, dtype=torch.bool)).backward()
        assert losses.grad is None
        assert predicted.grad.any()


def auxiliary_and_batch(changes_network):
    context = small_context()
    network = context.network.requires_grad_(True)
    auxiliary = LossModules(network, context.tasks, changes_network)
    return network, auxiliary, network(to_input(context.pool.images(range(4)), "cpu"))


def changed(pyramid, change):
    return FeaturePyramid(tuple(change(maps) for maps in pyramid.maps), pyramid.size)


@pytest.mark.parametrize(
    ("changes_network", "progress", "flows"),
    [
        (True, 0.0, True),
        (True, 0.59, True),
        (True, 0.6, False),
        (True, 0.99, False),
        (False, 0.0, False),
        (False, 0.99, False),
    ],
)
def test_features_are_pulled_until_60_percent_if_at_all(changes_network, progress, flows):
    network, auxiliary, prediction = auxiliary_and_batch(changes_network)
    auxiliary.loss(prediction, torch.rand(4, 3), torch.ones(4, 3), progress).backward()
    pulled = {
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is not None and parameter.grad.any()
    }
    assert any(name.startswith("backbone") for name in pulled) == flows
    assert bool(pulled) == flows
    assert all(
        parameter.grad.any()
        for name, parameter in auxiliary.named_parameters()
        if name.endswith("weight")
    )


def test_a_weight_of_half_is_a_label_and_none_is_none():
    _, auxiliary, prediction = auxiliary_and_batch(True)
    losses, weights = torch.rand(4, 3), torch.ones(4, 3)
    whole = auxiliary.loss(prediction, losses, weights, 0)
    torch.testing.assert_close(auxiliary.loss(prediction, losses, weights / 2, 0), whole)
    weights[:, 1] = 0
    assert auxiliary.loss(prediction, losses, weights, 0) < whole
    assert auxiliary.loss(prediction, losses, weights * 0, 0).item() == 0


def test_bfloat16_features_are_judged_in_float32():
    _, auxiliary, prediction = auxiliary_and_batch(True)
    low = Prediction(
        prediction.initial,
        {name: maps.bfloat16() for name, maps in prediction.features.items()},
        changed(prediction.shared, Tensor.bfloat16),
        prediction.final,
    )
    high = Prediction(
        low.initial,
        {name: maps.float() for name, maps in low.features.items()},
        changed(low.shared, Tensor.float),
        low.final,
    )
    losses = torch.rand(4, 3)
    with torch.autocast("cpu", torch.bfloat16):
        loss = auxiliary.loss(low, losses, torch.ones(4, 3), 0)
    assert loss.dtype == torch.float32
    expected = auxiliary.loss(high, losses, torch.ones(4, 3), 0)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=0)


def trained(changes_network: bool | None, *sets: str):
    """A network trained with loss modules beside it, or without (None)."""
    context = small_context("lr=0.003", *sets, augment=True)
    network = context.network.requires_grad_(True)
    seed_weights((0, 0, 5))
    auxiliaries = (
        [] if changes_network is None else [LossModules(network, context.tasks, changes_network)]
    )
    seed_weights((0, 0, 2))
    train(network, context.batches, context.config, [0], quiet, auxiliaries)
    return network, auxiliaries


def test_measured_for_information_it_changes_nothing_in_the_network():
    (without, _), (beside, (watching,)), (pulled, _) = (
        trained(changes, "epochs=5") for changes in (None, False, True)
    )
    for name, tensor in without.state_dict().items():
        torch.testing.assert_close(beside.state_dict()[name], tensor, rtol=0, atol=0)
    assert any(
        not torch.equal(pulled.state_dict()[name], tensor)
        for name, tensor in without.state_dict().items()
    )
    fresh = LossModules(without, small_context().tasks, False)
    assert any(
        not torch.equal(tensor, watching.state_dict()[name])
        for name, tensor in fresh.state_dict().items()
    )


def test_it_learns_the_order_of_known_losses():
    """Brightness or contrast of an image decides each loss; the order holds on other images."""
    rng = np.random.default_rng(0)
    context = small_context()
    brightness, contrast = rng.uniform(60, 190, 400), rng.uniform(0, 60, 400)
    noise = rng.standard_normal((400, 3, 32, 48)) * contrast[:, None, None, None]
    images = torch.from_numpy(np.clip(brightness[:, None, None, None] + noise, 0, 255)).to(
        torch.uint8
    )
    losses = torch.from_numpy(np.stack([brightness, -brightness, contrast], axis=1)).float()
    torch.manual_seed(0)
    modules = LossModules(context.network, context.tasks, False)
    optimiser = torch.optim.Adam(modules.parameters(), lr=3e-3)
    with torch.no_grad():
        prediction = context.network(to_input(images, "cpu"))

    def of(rows: np.ndarray) -> Prediction:
        return Prediction(
            [],
            {name: maps[rows] for name, maps in prediction.features.items()},
            changed(prediction.shared, lambda maps: maps[rows]),
            {},
        )

    for _ in range(400):
        rows = rng.choice(300, 16, replace=False)
        optimiser.zero_grad()
        modules.loss(of(rows), losses[rows], torch.ones(16, 3), 0.0).backward()
        optimiser.step()
    unseen = np.arange(300, 400)
    with torch.no_grad():
        predicted = modules(
            prediction.shared.mean[unseen],
            {name: average(maps[unseen]) for name, maps in prediction.features.items()},
        )
    for task in range(3):
        assert spearmanr(predicted[:, task], losses[unseen, task]).statistic > 0.8, task


class TestOptimiser:
    def test_the_rate_falls_once_and_is_in_proportion_to_the_batch(self):
        context = small_context("batch=16")
        modules = build(context.network, context.tasks, True, context.config)
        optimiser = modules.own_optimiser(Schedule(50))
        (group,) = optimiser.optimiser.param_groups
        assert [group["momentum"], group["weight_decay"]] == [0.9, 5e-4]
        assert len(group["params"]) == len(list(modules.parameters()))
        rates = [optimiser.rate(step) for step in range(50)]
        assert rates == pytest.approx([0.0125] * 40 + [0.00125] * 10)

    def test_joint_there_is_none(self):
        context = small_context("loss_module_optimiser=joint")
        modules = build(context.network, context.tasks, True, context.config)
        assert modules.own_optimiser(Schedule(50)) is None

    @pytest.mark.parametrize(("needed", "detached"), [(True, False), (True, True), (False, False)])
    def test_the_network_is_changed_only_if_needed_and_not_detached(self, needed, detached):
        context = small_context(f"loss_module_detached={detached}")
        modules = build(context.network, context.tasks, needed, context.config)
        assert modules.changes_network == (needed and not detached)

    def test_steps_are_those_of_sgd_by_hand_and_adam_trains_the_network_alone(self):
        """Two steps with momentum; the network is as without the modules, which are detached."""
        context = small_context("epochs=1", "loss_module_detached=on", "lr=0.003")
        alone = small_context("epochs=1", "lr=0.003")
        modules = build(context.network, context.tasks, True, context.config)
        weight = modules.of_task["depth"].exit.weight
        before, gradients = weight.detach().clone(), []
        weight.register_hook(lambda gradient: gradients.append(gradient.clone()))
        for of, auxiliaries in ((context, [modules]), (alone, [])):
            of.network.requires_grad_(True)
            train(of.network, of.batches, of.config, [0], quiet, auxiliaries)
        torch.testing.assert_close(
            context.network.state_dict(), alone.network.state_dict(), rtol=0, atol=0
        )
        assert len(gradients) == 2
        rate, value, moment = 0.1 / 128 * 4, before, 0
        for step, gradient in enumerate(gradients):
            moment = 0.9 * moment + gradient + 5e-4 * value
            value = value - (rate if step < 1.6 else rate / 10) * moment
        torch.testing.assert_close(weight.detach(), value)
