"""Labels that a run cannot do without, and the errors that say which are missing."""

from collections.abc import Sequence

import numpy as np

from mtal.datasets.dataset import DataError, Dataset
from mtal.datasets.readers.file_lists import abbreviate
from mtal.runs.jobs.stop import FOR_LABELS, StopRequested
from mtal.tasks.task import Task


class LabelsAwaited(StopRequested):
    """Picked images must be labelled before the run can go on; the message says which."""


def await_labels(dataset: Dataset, labelled: np.ndarray, available: np.ndarray) -> None:
    """LabelsAwaited if picked labels do not exist yet. Both masks are (N, T) bool.

    labelled: what the cycle is to learn from; available: the labels that exist by now.
    """
    missing = np.asarray(labelled & ~available)
    if not missing.any():
        return
    ids = [dataset.pool.ids[index] for index in np.flatnonzero(missing.any(axis=1))]
    images = "1 picked image" if len(ids) == 1 else f"{len(ids)} picked images"
    counts = count_per_task(missing, dataset.tasks, zeros=False)
    index, column = np.argwhere(missing)[0]
    task = dataset.tasks[column]
    path = dataset.pool.files(int(index), (task,)).get(task.name, dataset.folder)
    raise LabelsAwaited(
        f"it {FOR_LABELS} of {images} ({counts} missing): {abbreviate(ids)}. "
        f"Put them where they belong, the first at {path}, and resume"
    )


def require_training_labels(labelled: np.ndarray, dataset: Dataset) -> None:
    """DataError for tasks without a usable label, whose heads would predict noise.

    labelled: (N, T) bool.
    """
    if missing := _tasks_without(labelled, dataset.tasks):
        images = int(labelled.any(axis=1).sum())
        raise DataError(
            f"tasks: none of the {images} labelled images has a usable label of "
            f"{', '.join(missing)}; raise start_percent, add labels, or leave the task out"
        )


def require_validation_labels(usable: np.ndarray, dataset: Dataset) -> None:
    """DataError for tasks without a usable validation label, whose metric cannot be computed.

    usable: (V, T) bool.
    """
    if missing := _tasks_without(usable, dataset.tasks):
        them = "it" if len(missing) == 1 else "they"
        raise DataError(
            f"tasks: no validation image in {dataset.folder} has a usable label of "
            f"{', '.join(missing)}, so {them} cannot be measured; add labels, or leave the task out"
        )


def count_per_task(labels: np.ndarray, tasks: Sequence[Task], zeros: bool = True) -> str:
    """`semseg 3, depth 0`. labels: (N, T) bool; zeros: whether tasks without any are named too."""
    counts = zip(tasks, labels.sum(axis=0).tolist(), strict=True)
    return ", ".join(f"{task.name} {count}" for task, count in counts if count or zeros)


def _tasks_without(labels: np.ndarray, tasks: Sequence[Task]) -> list[str]:
    """Name the tasks without any label. labels: (N, T) bool."""
    counts = zip(tasks, labels.sum(axis=0).tolist(), strict=True)
    return [task.name for task, count in counts if not count]
