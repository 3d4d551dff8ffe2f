"""What a cycle measured, written down."""

import resource
import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.loss_history import bought_losses, bought_with, follow_up
from mtal.engine.stages.prepare import RunContext
from mtal.engine.stages.select import Selection
from mtal.models.prediction import TwoStageNetwork
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.training.batches import LabelledBatches
from mtal.training.device import Device
from mtal.training.evaluate import Evaluation


def follow(
    study: RunContext,
    labelled: np.ndarray,
    batches: LabelledBatches,
    network: TwoStageNetwork,
    number: int,
    chosen: Selection,
    cycle: CyclePaths,
    watch: StageTimer,
) -> None:
    """Write down what became of all images picked so far, those of this cycle included."""
    earlier = [study.run.bought(before)[:, 0] for before in range(number)]
    images = np.unique(np.concatenate([*earlier, chosen.pairs[:, 0]]))
    if not len(images):
        return
    bought = bought_with(labelled, chosen.pairs, study.config)
    wanted = np.zeros_like(bought)
    wanted[images] = (bought & study.there)[images]
    if chosen.losses is not None:  # signal quality has looked at the whole pool
        losses = np.where(wanted, chosen.losses, np.nan)
    elif wanted.any():
        with watch.stage("afterwards", int(wanted.any(axis=1).sum())) as report:
            losses = bought_losses(
                network, batches, study.dataset, wanted, bought, study.config, report
            )
    else:
        losses = np.full(wanted.shape, np.nan)
    table = follow_up(
        images, losses, chosen.committee, batches.weights, study.dataset.tasks, study.config
    )
    table.to_parquet(cycle.afterwards)


def write_measurements(
    study: RunContext,
    found: Evaluation,
    labelled: np.ndarray,
    cycle: CyclePaths,
    watch: StageTimer,
    waited: float,
) -> None:
    """metrics.json and a row per validation image. `waited`: seconds for which training stood still for data."""
    names = [task.name for task in study.dataset.tasks]
    labels, all_labels = int(labelled.sum()), int((labelled | ~study.closed).sum())
    write_json(
        cycle.metrics,
        {
            "images": int(labelled.any(axis=1).sum()),
            "labels": labels,
            "percent": 100 * labels / all_labels,
            "loss": _known(found.loss),
            "loss_with_initial": _known(found.loss_with_initial),
            "metrics": {name: _known(value) for name, value in found.metrics.items()},
            "task_losses": {name: _known(value) for name, value in found.task_losses.items()},
            "seconds": watch.seconds,
            "waited_for_data": waited,
            "peak_memory_gb": peak_memory_gb(study.device),
        },
    )
    rows: dict[str, Sequence[str] | np.ndarray] = {"id": study.dataset.validation.ids}
    rows |= {f"loss.{name}": found.image_losses[:, column] for column, name in enumerate(names)}
    rows |= {f"value.{name}": found.image_values[:, column] for column, name in enumerate(names)}
    pd.DataFrame(rows).to_parquet(cycle.validation)


def peak_memory_gb(device: Device) -> dict[str, float]:
    """The most memory that this process held so far, in gigabytes; of the GPU too where there is one."""
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes there, kibibytes here
    peak = {"worker": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9}
    if device.torch_device.type == "cuda":
        peak["gpu"] = torch.cuda.max_memory_allocated(device.torch_device) / 1e9
    return peak


def _known(value: float) -> float | None:
    """JSON has no NaN: a number that could not be measured is null."""
    return value if np.isfinite(value) else None
