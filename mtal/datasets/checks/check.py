"""The check of a data set: every image and label read once, and what is wrong or odd about them."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mtal.datasets.checks.coverage import LABELLED, pack
from mtal.datasets.checks.inspect import CheckedSplit, Problem, inspect_image
from mtal.datasets.checks.label_statistics import form, summarise
from mtal.datasets.checks.leaks import alike_groups, find_leaks, group_numbers, sequences_in_both
from mtal.datasets.checks.plausibility import implausible_labels
from mtal.datasets.checks.problems import severity
from mtal.datasets.checks.report import Report
from mtal.datasets.dataset import Dataset
from mtal.datasets.parallel import Report as Progress
from mtal.datasets.parallel import in_threads, quiet
from mtal.tasks.palette import hex_legend
from mtal.tasks.task import Task

SAMPLED = 12  # images per split whose labels pages show, spread evenly


def check(dataset: Dataset, report: Progress = quiet) -> Report:
    """Read every image and label once.

    A broken file is a row of the report and raises nothing. `report` gets the number of images
    done and their total; what it raises stops the check.
    """
    started = time.monotonic()
    images = [
        (split, index)
        for split in (dataset.pool, dataset.validation)
        for index in range(len(split.ids))
    ]
    facts = in_threads(lambda image: inspect_image(*image, dataset.tasks), images, report)
    pool_size = len(dataset.pool.ids)
    pool = CheckedSplit("pool", dataset.pool, facts[:pool_size])
    validation = CheckedSplit("validation", dataset.validation, facts[pool_size:])
    both = (pool, validation)
    numbers = group_numbers(facts)
    problems = _file_problems(pool, {}, dataset)
    problems += _file_problems(validation, _digests(pool), dataset)
    for task in dataset.tasks:
        problems += _implausible(task, both, numbers, dataset)
    return Report(
        dataset.name,
        dataset.title,
        dataset.folder,
        dataset.note,
        dataset.fingerprint(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        round(time.monotonic() - started, 2),
        tasks=[_task(task) for task in dataset.tasks],
        splits={checked.name: _split(checked, dataset.tasks) for checked in both},
        labels={task.name: _labels(task, both) for task in dataset.tasks},
        problems=problems,
        leaks=find_leaks(pool, validation),
        alike=alike_groups(both, numbers),
        warnings=[*dataset.warnings, *sequences_in_both(dataset)],
    )


def _task(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "unit": task.unit,
        "form": form(task),
        "legend": hex_legend(task.legend),
    }


def _split(checked: CheckedSplit, tasks: Sequence[Task]) -> dict[str, Any]:
    rows = [image.states for image in checked.facts]
    states = np.array(rows, np.uint8).reshape(len(rows), len(tasks))
    readable = [index for index, image in enumerate(checked.facts) if image.size]
    sizes = Counter(checked.facts[index].size for index in readable)
    labelled = (states == LABELLED).sum(axis=0).tolist()
    names = [task.name for task in tasks]
    return {
        "images": len(checked.split.ids),
        "ids": list(checked.split.ids),
        "sizes": dict(sizes.most_common()),
        "coverage": dict(zip(names, labelled, strict=True)),
        "states": {name: pack(states[:, column]) for column, name in enumerate(names)},
        "sampled": _sample(states, readable),
    }


def _sample(states: np.ndarray, readable: Sequence[int]) -> list[int]:
    """Up to SAMPLED positions, spread evenly.

    Images with labels of every task come first, then images with some; images without any label
    are taken only where no image has one.
    """
    labels = (states == LABELLED).sum(axis=1)
    labelled = [index for index in readable if labels[index]] or list(readable)
    complete = [index for index in labelled if labels[index] == states.shape[1]]
    partial = [index for index in labelled if labels[index] < states.shape[1]]
    first = _spread(complete, SAMPLED)
    return sorted([*first, *_spread(partial, SAMPLED - len(first))])


def _spread(indices: Sequence[int], most: int) -> list[int]:
    """At most `most` of some positions, spread evenly."""
    steps = np.linspace(0, len(indices) - 1, min(most, len(indices))).round().astype(int)
    return [indices[step] for step in steps]


def _labels(task: Task, both: Sequence[CheckedSplit]) -> dict[str, Any]:
    """Label statistics of one task, for both splits together and for each."""
    read = {
        checked.name: [
            image.labels[task.name] for image in checked.facts if task.name in image.labels
        ]
        for checked in both
    }
    together = [*read["pool"], *read["validation"]]
    return {name: summarise(task, facts) for name, facts in {"both": together, **read}.items()}


def _digests(checked: CheckedSplit) -> dict[str, str]:
    """Id -> digest of the pixels, "" where the image cannot be read."""
    rows = zip(checked.split.ids, checked.facts, strict=True)
    return {name: image.digest for name, image in rows}


def _file_problems(
    checked: CheckedSplit, pool_digests: dict[str, str], dataset: Dataset
) -> list[dict[str, str]]:
    """Rows about files that cannot be used, duplicates, and names that stand for two pictures.

    pool_digests: of the pool when the validation split is looked at, else nothing.
    """
    rows = []
    first: dict[str, str] = {}  # digest -> id
    images = zip(checked.split.ids, checked.facts, strict=True)
    for index, (name, image) in enumerate(images):
        problems = list(image.problems)
        if image.digest:
            twin = first.setdefault(image.digest, name)
            if twin != name:
                problems.append(Problem("image", "duplicate", f"the same picture as {twin}"))
            if pool_digests.get(name, "") not in ("", image.digest):
                text = "another picture of the pool has this name too"
                problems.append(Problem("image", "same name", text))
        rows += [_row(checked, index, problem, dataset) for problem in problems]
    return rows


def _implausible(
    task: Task, both: Sequence[CheckedSplit], numbers: Sequence[int], dataset: Dataset
) -> list[dict[str, str]]:
    """Rows about labels of a task that look wrong. `numbers`: what `group_numbers` returns."""
    facts = [image.labels.get(task.name) for checked in both for image in checked.facts]
    images = [(checked, index) for checked in both for index in range(len(checked.facts))]
    ids = [checked.split.ids[index] for checked, index in images]
    rows = []
    for finding in implausible_labels(task, ids, facts, numbers):
        problem = Problem(task.name, finding.kind, finding.text)
        if finding.position is None:
            rows.append(_row(None, 0, problem, dataset))
        else:
            rows.append(_row(*images[finding.position], problem, dataset))
    return rows


def _row(
    checked: CheckedSplit | None, index: int, problem: Problem, dataset: Dataset
) -> dict[str, str]:
    """A row about one image, or about the whole set where `checked` is None."""
    file = checked.split.files(index, dataset.tasks).get(problem.source) if checked else None
    inside = f"{dataset.folder}/"  # paths are shown from the data folder on
    return {
        "split": checked.name if checked else "both",
        "id": checked.split.ids[index] if checked else "",
        "what": problem.source,
        "file": str(file or "").removeprefix(inside),
        "kind": problem.kind,
        "severity": severity(problem.kind, problem.source),
        "problem": problem.text.replace(inside, ""),
    }
