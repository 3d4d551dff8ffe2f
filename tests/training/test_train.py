"""Training learns, reads only what is labelled, repeats itself; evaluation equals a plain loop."""
import numpy as np
import pytest
import torch

from mtal.datasets import DATASETS
from mtal.datasets.normalise import to_input
from mtal.datasets.resized import Resized
from mtal.training.evaluate import evaluate
from mtal.training.loop import torch_generator
from mtal.training.losses import head_losses
from mtal.training.train import train
from tests.real_runs import tiny_config
from tests.training.benches import quiet, small_bench


def trained(*sets: str, seed: int = 0):
    bench = small_bench(*sets, augment=True)
    network = bench.network.requires_grad_(True)
    reports: list[dict[str, float]] = []
    train(network, bench.feed, bench.config, [seed], lambda done, total, loss=None: reports.append(loss) if loss else None)
    return network, reports


def test_the_loss_falls():
    _, reports = trained("epochs=25", "lr=0.003")
    first, last = (sum(sum(report.values()) for report in part) for part in (reports[:5], reports[-5:]))
    assert last < 0.8 * first


def test_same_seed_same_network_other_seed_another():
    (one, _), (two, _), (three, _) = trained(), trained(), trained(seed=1)
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert any(not torch.equal(a, b) for a, b in zip(one.state_dict().values(), three.state_dict().values(), strict=True))


def test_the_learning_rate_follows_the_poly_schedule(monkeypatch):
    seen = []
    original = torch.optim.Adam.step

    def step(self, *args, **others):
        seen.append(self.param_groups[0]["lr"])
        return original(self, *args, **others)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    trained("epochs=4", "lr=0.01")
    assert seen == pytest.approx([0.01 * (1 - epoch / 4) ** 0.9 for epoch in range(4) for _ in range(2)])


def test_an_image_of_weight_zero_changes_nothing():
    """Eight images of which one has weight 0 everywhere: its loss has no part in the step."""
    bench = small_bench(labelled=4)
    batch = next(iter(bench.feed.epoch(torch_generator([0]))))
    assert batch.weights.shape == (4, 3)
    bench.feed.weights[2] = 0
    assert 2 not in bench.feed.images


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
            sums[task.name] = sums.get(task.name, 0) + task.metric.counts(prediction.final[task.name], targets[task.name])[0]
    mean = torch.stack(losses).mean(dim=0)
    for column, task in enumerate(dataset.tasks):
        assert found.metrics[task.name] == pytest.approx(task.metric.value(sums[task.name]), rel=1e-4)
        assert found.task_losses[task.name] == pytest.approx(mean[column].item(), rel=1e-4)
    weighted = sum(task.weight * mean[column].item() for column, task in enumerate(dataset.tasks))
    assert found.loss == pytest.approx(weighted, rel=1e-4)
    assert found.loss_with_initial > found.loss
    assert found.image_losses.shape == found.image_values.shape == (8, 3)


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
        output = torch.nn.functional.interpolate(output, label.shape[-2:], mode="bilinear", align_corners=False)
        total += depth.metric.counts(output, label)[0]
    assert found.metrics["depth"] == pytest.approx(depth.metric.value(total), rel=1e-5)
    assert int(total[1]) > 5 * 33 * 47
