"""Evaluation equals a plain loop, at the labels' own size."""

import pytest
import torch

from mtal.datasets.normalise import to_input
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.training.evaluate import Evaluation, evaluate
from mtal.training.losses import NonFiniteLossError, head_losses
from tests.real_runs import tiny_config
from tests.training.contexts import quiet, small_context


def evaluation(*sets: str) -> Evaluation:
    """Of the untrained network."""
    context = small_context(*sets)
    config = context.config
    data = Resized(DATASETS["drawn"].load(config).validation, config.size, 1)
    return evaluate(context.network, data, context.tasks, config, context.device, quiet)


def test_the_measured_loss_takes_them_and_those_of_the_tasks_do_not():
    plain, heavy = evaluation(), evaluation("loss_weights={depth: 7}")
    assert heavy.task_losses == plain.task_losses
    assert heavy.loss == pytest.approx(plain.loss + 6 * plain.task_losses["depth"])


def test_evaluation_equals_a_plain_loop():
    config = tiny_config()
    dataset, context = DATASETS["drawn"].load(config), small_context()
    data = Resized(dataset.validation, config.size, 1)
    evaluated = evaluate(context.network, data, dataset.tasks, config, context.device, quiet)
    sums, losses = {}, []
    for index in range(len(data)):
        with torch.no_grad():
            prediction = context.network(to_input(data.images([index]), "cpu"))
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
        assert evaluated.metrics[task.name] == pytest.approx(
            task.metric.value(sums[task.name]), rel=1e-4
        )
        assert evaluated.task_losses[task.name] == pytest.approx(mean[column].item(), rel=1e-4)
    weighted = sum(task.weight * mean[column].item() for column, task in enumerate(dataset.tasks))
    assert evaluated.loss == pytest.approx(weighted, rel=1e-4)
    assert evaluated.loss_with_initial > evaluated.loss
    assert evaluated.image_losses.shape == evaluated.image_values.shape == (8, 3)


def test_a_network_that_broke_is_not_measured_as_if_it_were_fine():
    config, context = tiny_config(), small_context()
    dataset = DATASETS["drawn"].load(config)
    context.network.last_heads["depth"][-1].bias.data.fill_(float("nan"))
    with pytest.raises(NonFiniteLossError, match=r"while evaluating: depth \(final\) on"):
        evaluate(
            context.network,
            Resized(dataset.validation, config.size, 1),
            dataset.tasks,
            config,
            context.device,
            quiet,
        )


def test_metrics_are_measured_at_the_labels_own_size():
    """Labels are twice as large as the network's input: predictions are enlarged to them."""
    config = tiny_config()
    large = DATASETS["drawn"].load(tiny_config("size=66x94"))
    context = small_context()
    data = Resized(large.validation, config.size, 1)
    evaluated = evaluate(context.network, data, large.tasks, config, context.device, quiet)
    depth = large.tasks[1]
    total = torch.zeros(2, dtype=torch.float64)
    for index in range(len(data)):
        with torch.no_grad():
            output = context.network(to_input(data.images([index]), "cpu")).final["depth"]
        label = torch.from_numpy(large.validation.label(index, depth))[None, None]
        output = torch.nn.functional.interpolate(
            output, label.shape[-2:], mode="bilinear", align_corners=False
        )
        total += depth.metric.counts(output, label)[0]
    assert evaluated.metrics["depth"] == pytest.approx(depth.metric.value(total), rel=1e-5)
    assert int(total[1]) > 5 * 33 * 47
