"""What a cycle measures and writes down: evaluation, the history of picked images, the clock."""

import resource
import sys
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch

from mtal.engine.stages.loss_history import loss_history, readable_losses
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.select import Selection
from mtal.engine.stages.train import TrainedNetwork
from mtal.models.prediction import TwoStageNetwork
from mtal.runs.files import write_json
from mtal.training.device import Device
from mtal.training.evaluate import Evaluation, evaluate


def evaluate_network(cycle: CycleContext, network: TwoStageNetwork) -> Evaluation:
    """Evaluate the network of a cycle on the validation split."""
    context = cycle.context
    data, tasks = context.validation, context.dataset.tasks
    with cycle.timer.stage("evaluate", len(data)) as report:
        return evaluate(
            network, data, tasks, context.config, context.device, report, context.stored_validation
        )


def write_loss_history(cycle: CycleContext, trained: TrainedNetwork, selection: Selection) -> None:
    """Write down what became of all images picked so far, those of this cycle included."""
    context, labels = cycle.context, cycle.labels
    earlier = [context.run.acquired(number)[:, 0] for number in range(cycle.number)]
    images = np.unique(np.concatenate([*earlier, selection.pairs[:, 0]]))
    if not len(images):
        return
    readable = labels.readable_after(selection.pairs)
    wanted = np.zeros_like(readable)
    wanted[images] = (readable & labels.exists)[images]
    if selection.losses is not None:  # signal quality has looked at the whole pool
        losses = np.where(wanted, selection.losses, np.nan)
    elif wanted.any():
        with cycle.timer.stage("afterwards", int(wanted.any(axis=1).sum())) as report:
            losses = readable_losses(trained.fit_context, context.dataset, wanted, readable, report)
    else:
        losses = np.full(wanted.shape, np.nan)
    table = loss_history(trained.fit_context, images, losses, selection.committee)
    table.to_parquet(cycle.paths.afterwards)


def write_measurements(cycle: CycleContext, evaluation: Evaluation, waited_s: float) -> None:
    """Write metrics.json and a row per validation image.

    waited_s: seconds for which the training stood still for data.
    """
    context, labels = cycle.context, cycle.labels
    labelled, obtainable = labels.labelled, labels.labelled | labels.obtainable
    write_json(
        cycle.paths.metrics,
        {
            "images": int(labelled.any(axis=1).sum()),
            "labels": int(labelled.sum()),
            "percent": 100 * int(labelled.sum()) / int(obtainable.sum()),
            "loss": _or_null(evaluation.loss),
            "loss_with_initial": _or_null(evaluation.loss_with_initial),
            "metrics": _or_nulls(evaluation.metrics),
            "task_losses": _or_nulls(evaluation.task_losses),
            "seconds": cycle.timer.seconds,
            "waited_for_data": waited_s,
            "peak_memory_gb": peak_memory_gb(context.device),
        },
    )
    names = [task.name for task in context.dataset.tasks]
    columns: dict[str, Sequence[str] | np.ndarray] = {"id": context.dataset.validation.ids}
    for prefix, values in (("loss", evaluation.image_losses), ("value", evaluation.image_values)):
        columns |= {f"{prefix}.{name}": values[:, column] for column, name in enumerate(names)}
    pd.DataFrame(columns).to_parquet(cycle.paths.validation)


def peak_memory_gb(device: Device) -> dict[str, float]:
    """The most memory that this process held so far, in gigabytes; of the GPU too if it has one."""
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes there, kibibytes here
    peak = {"worker": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9}
    if device.torch_device.type == "cuda":
        peak["gpu"] = torch.cuda.max_memory_allocated(device.torch_device) / 1e9
    return peak


def _or_null(value: float) -> float | None:
    """JSON has no NaN: a number that could not be measured is null."""
    return value if np.isfinite(value) else None


def _or_nulls(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _or_null(value) for name, value in values.items()}
