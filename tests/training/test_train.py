"""Training learns, reads only what is labelled, repeats itself; evaluation equals a plain loop."""

import threading
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mtal.datasets.dataset import DataError, Gated
from mtal.datasets.normalise import to_input
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import Waiting, ahead, torch_generator
from mtal.training.evaluate import evaluate
from mtal.training.losses import NonFiniteLossError, all_losses, head_losses, joined
from mtal.training.train import train
from tests.real_runs import tiny_config
from tests.training.benches import quiet, small_bench

PATIENCE_S = 30


def trained(*sets: str, seed: int = 0):
    bench = small_bench(*sets, augment=True)
    network = bench.network.requires_grad_(True)
    reports: list[dict[str, float]] = []
    train(
        network,
        bench.feed,
        bench.config,
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
    (one, _), (two, _), (three, _) = trained(), trained(), trained(seed=1)
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert any(
        not torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), three.state_dict().values(), strict=True)
    )


def test_the_learning_rate_follows_the_poly_schedule(monkeypatch):
    seen = []
    original = torch.optim.Adam.step

    def step(self, *args, **others):
        seen.append(self.param_groups[0]["lr"])
        return original(self, *args, **others)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    trained("epochs=4", "lr=0.01")
    assert seen == pytest.approx(
        [0.01 * (1 - epoch / 4) ** 0.9 for epoch in range(4) for _ in range(2)]
    )


def test_a_label_of_weight_zero_has_no_part_in_the_step():
    """The same step with another label behind weight 0 gives the same gradients; behind weight 1 it gives others."""
    bench = small_bench(labelled=4)
    network = bench.network.requires_grad_(True)
    batch = next(iter(bench.feed.epoch(torch_generator([0]))))

    def gradients(weight: float, change: float) -> list[torch.Tensor]:
        weights = batch.weights.clone()
        weights[1, 1] = weight  # depth of the second image
        targets = {name: target.clone() for name, target in batch.targets.items()}
        targets["depth"][1] += change
        losses = all_losses(network(batch.images), targets, bench.tasks)
        network.zero_grad()
        joined(losses, weights, torch.ones(3)).backward()
        return [parameter.grad.clone() for parameter in network.parameters()]

    without, changed = gradients(0, 0), gradients(0, -20)
    assert all(torch.equal(a, b) for a, b in zip(without, changed, strict=True))
    assert not all(
        torch.equal(a, b) for a, b in zip(gradients(1, 0), gradients(1, -20), strict=True)
    )


class Onlooker(Auxiliary):
    """Learns one number, and writes down what it is shown."""

    def __init__(self):
        super().__init__()
        self.number = nn.Parameter(torch.zeros(()))
        self.seen = []

    def loss(self, prediction, losses, weights, progress):
        self.seen.append((prediction, losses, weights, progress, self.training))
        return (self.number - 1).square()


class TestCompanions:
    def test_what_they_are_shown_and_that_they_learn(self):
        bench = small_bench("epochs=5", labelled=8)
        weights = np.zeros((24, 3))
        weights[:8] = 0.5
        weights[2, 1] = 0
        bench.pool.change_gate(
            Gated(DATASETS["drawn"].load(bench.config).pool, bench.tasks, weights > 0)
        )
        onlooker = Onlooker().eval()
        train(
            bench.network.requires_grad_(True),
            replace(bench.feed, weights=weights),
            bench.config,
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
        assert (
            sum(int((shown == 0).sum()) for _, _, shown, _, _ in onlooker.seen) == 5
        )  # once per epoch
        assert onlooker.number.item() > 0

    def test_the_losses_are_those_of_the_final_head_unweighted(self, monkeypatch):
        whole = []

        def recorded(*given):
            whole.append(all_losses(*given))
            return whole[-1]

        monkeypatch.setattr("mtal.training.train.all_losses", recorded)
        bench, onlooker = small_bench("epochs=1"), Onlooker()
        train(bench.network.requires_grad_(True), bench.feed, bench.config, [0], quiet, [onlooker])
        for (_, losses, *_), all_heads in zip(onlooker.seen, whole, strict=True):
            torch.testing.assert_close(losses, all_heads[-1].detach(), rtol=0, atol=0)

    def test_one_who_only_looks_leaves_the_network_as_it_would_be(self):
        networks = []
        for companions in ([], [Onlooker()]):
            bench = small_bench("epochs=3", "lr=0.01")
            networks.append(bench.network.requires_grad_(True))
            train(bench.network, bench.feed, bench.config, [0], quiet, companions)
        for one, other in zip(
            *(network.state_dict().values() for network in networks), strict=True
        ):
            torch.testing.assert_close(one, other, rtol=0, atol=0)


class TestWeightsOfTheConfig:
    def test_training_takes_them(self, monkeypatch):
        seen = []

        def recorded(losses, weights, scale):
            seen.append(scale.tolist())
            return joined(losses, weights, scale)

        monkeypatch.setattr("mtal.training.train.joined", recorded)
        trained("loss_weights={depth: 7}", "epochs=1")
        assert seen == [[1, 7, 10]] * 2

    def test_the_measured_loss_takes_them_and_those_of_the_tasks_do_not(self):
        found = []
        for sets in ((), ("loss_weights={depth: 7}",)):
            bench = small_bench(*sets)
            data = Resized(DATASETS["drawn"].load(bench.config).validation, bench.config.size, 1)
            found.append(
                evaluate(bench.network, data, bench.tasks, bench.config, bench.machine, quiet)
            )
        plain, heavy = found
        assert heavy.task_losses == plain.task_losses
        assert heavy.loss == pytest.approx(plain.loss + 6 * plain.task_losses["depth"])


class TestFeed:
    def test_an_epoch_takes_every_labelled_image_once_but_an_incomplete_batch(self):
        bench = small_bench(labelled=10)
        batches = list(bench.feed.epoch(torch_generator([0])))
        seen = np.concatenate([batch.indices for batch in batches])
        assert len(batches) == bench.feed.steps == 2
        assert len(set(seen.tolist())) == len(seen) == 8
        assert set(seen.tolist()) <= set(range(10))

    def test_fewer_images_than_a_batch_are_one_batch(self):
        bench = small_bench(labelled=3)
        assert [len(batch.indices) for batch in bench.feed.epoch(torch_generator([0]))] == [3]


def test_evaluation_equals_a_plain_loop():
    config = tiny_config()
    dataset, bench = DATASETS["drawn"].load(config), small_bench()
    data = Resized(dataset.validation, config.size, 1)
    found = evaluate(bench.network, data, dataset.tasks, config, bench.machine, quiet)
    sums, losses = {}, []
    for index in range(len(data)):
        with torch.no_grad():
            prediction = bench.network(to_input(data.images([index]), "cpu"))
        targets = {task.name: data.targets([index], task) for task in dataset.tasks}
        losses.append(head_losses(prediction.final, targets, dataset.tasks)[0])
        for task in dataset.tasks:
            large = torch.nn.functional.interpolate(
                prediction.final[task.name], config.size, mode="bilinear"
            )
            sums[task.name] = (
                sums.get(task.name, 0) + task.metric.counts(large, targets[task.name])[0]
            )
    mean = torch.stack(losses).mean(dim=0)
    for column, task in enumerate(dataset.tasks):
        assert found.metrics[task.name] == pytest.approx(
            task.metric.value(sums[task.name]), rel=1e-4
        )
        assert found.task_losses[task.name] == pytest.approx(mean[column].item(), rel=1e-4)
    weighted = sum(task.weight * mean[column].item() for column, task in enumerate(dataset.tasks))
    assert found.loss == pytest.approx(weighted, rel=1e-4)
    assert found.loss_with_initial > found.loss
    assert found.image_losses.shape == found.image_values.shape == (8, 3)


def test_a_network_that_broke_is_not_measured_as_if_it_were_fine():
    config, bench = tiny_config(), small_bench()
    dataset = DATASETS["drawn"].load(config)
    bench.network.last_heads["depth"][-1].bias.data.fill_(float("nan"))
    with pytest.raises(NonFiniteLossError, match=r"while evaluating: depth \(final\) on"):
        evaluate(
            bench.network,
            Resized(dataset.validation, config.size, 1),
            dataset.tasks,
            config,
            bench.machine,
            quiet,
        )


def test_metrics_are_measured_at_the_labels_own_size():
    """Labels twice as large as the network's input: predictions are enlarged, labels are never shrunk for the metric."""
    config = tiny_config()
    large = DATASETS["drawn"].load(tiny_config("size=66x94"))
    bench = small_bench()
    data = Resized(large.validation, config.size, 1)
    found = evaluate(bench.network, data, large.tasks, config, bench.machine, quiet)
    depth = large.tasks[1]
    total = torch.zeros(2, dtype=torch.float64)
    for index in range(len(data)):
        with torch.no_grad():
            output = bench.network(to_input(data.images([index]), "cpu")).final["depth"]
        label = torch.from_numpy(large.validation.label(index, depth))[None, None]
        output = torch.nn.functional.interpolate(
            output, label.shape[-2:], mode="bilinear", align_corners=False
        )
        total += depth.metric.counts(output, label)[0]
    assert found.metrics["depth"] == pytest.approx(depth.metric.value(total), rel=1e-5)
    assert int(total[1]) > 5 * 33 * 47


class TestReadAhead:
    def test_batches_come_in_their_order_and_the_bits_are_the_same(self):
        feed = small_bench(augment=True).feed
        plain = [
            batch
            for generator in (torch_generator([3]),)
            for _ in range(3)
            for batch in feed.epoch(generator)
        ]
        early = list(feed.epochs(3, torch_generator([3])))
        assert len(plain) == len(early) == 3 * feed.steps
        for one, other in zip(plain, early, strict=True):
            np.testing.assert_array_equal(one.indices, other.indices)
            assert torch.equal(one.images, other.images)
            assert all(torch.equal(one.targets[name], other.targets[name]) for name in one.targets)

    def test_the_next_batch_is_made_while_this_one_is_learned_from(self):
        made = [threading.Event() for _ in range(3)]

        def batches():
            for number, event in enumerate(made):
                event.set()
                yield number

        for number in ahead(batches(), Waiting()):
            if number < 2:
                assert made[number + 1].wait(PATIENCE_S)  # it comes though nobody asked for it yet
        assert all(event.is_set() for event in made)

    def test_only_time_without_a_batch_is_counted(self, monkeypatch):
        """The clock moves by ten seconds whenever the next batch is waited for, and by a thousand while one is learned from."""
        now = [0.0]
        original = Future.result

        def result(self, timeout=None):
            now[0] += 10
            return original(self, timeout)

        monkeypatch.setattr(Future, "result", result)
        monkeypatch.setattr("mtal.training.batches.time.perf_counter", lambda: now[0])
        waiting = Waiting()
        for _ in ahead(iter(range(3)), waiting):
            now[0] += 1000
        assert waiting.seconds == 40  # three batches, and the end

    def test_an_error_in_a_batch_is_raised_where_it_is_learned_from(self):
        def broken():
            yield 1
            raise DataError("0007.png is gone")

        batches = ahead(broken(), Waiting())
        assert next(batches) == 1
        with pytest.raises(DataError, match=r"0007\.png"):
            next(batches)

    def test_who_stops_in_the_middle_leaves_no_thread_behind(self):
        before = threading.active_count()
        batches = ahead(iter(range(100)), Waiting())
        assert next(batches) == 0
        batches.close()
        assert threading.active_count() == before
