"""Open the gate for what is labelled, and read it once before an hour of training."""

from collections.abc import Iterable, Sequence

import numpy as np

from mtal.datasets.dataset import Gated
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.required_labels import require_training_labels
from mtal.engine.stages.run_context import RunContext
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import LeftOut, write_facts


def open_labels(context: RunContext, labels: LabelState, timer: StageTimer) -> None:
    """Let the pool read the labelled pairs, and note broken labels in the run's facts.

    DataError if a task has no usable label.
    """
    dataset, pool = context.dataset, context.pool
    pool.change_gate(Gated(dataset.pool, dataset.tasks, labels.labelled))
    with timer.stage("load", len(pool)) as report:
        broken = pool.preload(report, dataset.tasks, labels.labelled)
        note_broken_labels(context.run, "pool", dataset.pool.ids, broken)
        usable = without_broken(labels.labelled, broken, context.config.tasks)
        require_training_labels(usable, dataset)


def without_broken(
    labels: np.ndarray, broken: Iterable[tuple[int, str]], tasks: Sequence[str]
) -> np.ndarray:
    """Take broken labels, given as (position, task), out of a mask. labels: (N, T) bool."""
    usable = labels.copy()
    for index, name in broken:
        usable[index, tasks.index(name)] = False
    return usable


def note_broken_labels(
    run: Run, split: str, ids: Sequence[str], broken: dict[tuple[int, str], str]
) -> None:
    """Add labels that cannot be used to the run's facts.

    split: "pool" or "validation", with its image ids; broken: (position, task) -> problem.
    """
    facts = run.facts
    noted = {(row.split, row.id, row.what) for row in facts.left_out}
    rows = tuple(
        LeftOut(split=split, id=ids[index], what=name, problem=problem)
        for (index, name), problem in sorted(broken.items())
        if (split, ids[index], name) not in noted
    )
    if rows:
        write_facts(run.paths.facts, facts.updated(left_out=facts.left_out + rows))
