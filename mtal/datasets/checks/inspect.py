"""One image and its labels read once, and all that the check keeps of them: numbers, never pixels."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.checks.coverage import BROKEN, EMPTY, LABELLED, LEFT_OUT, NO_LABEL
from mtal.datasets.checks.duplicates import hashes_of
from mtal.datasets.checks.label_statistics import LabelFacts, measure
from mtal.datasets.checks.problems import kind_of
from mtal.datasets.dataset import Split
from mtal.tasks.task import Task

BLANK = 2.0  # grey levels: standard deviation below which a picture is blank; the
# flattest of 795 NYU photographs has 22


@dataclass(frozen=True)
class Problem:
    """Something wrong with one file."""

    what: str  # "image" or the name of a task
    kind: str  # see problems.py
    text: str


@dataclass(frozen=True)
class ImageFacts:
    """What one image and its labels add to the report."""

    size: str  # "120x160", "" if it cannot be read
    digest: str  # of its pixels
    hashes: tuple[int, int] | None  # None where there is nothing to see
    states: tuple[int, ...]  # of coverage.py, one per task
    labels: dict[str, LabelFacts]  # those that can be read
    problems: list[Problem]


def inspect(split: Split, index: int, tasks: tuple[Task, ...]) -> ImageFacts:
    """Whatever a reader raises becomes a row: after an hour of reading, one odd file must not end the check."""
    files = split.files(index, tasks)
    try:
        image = split.image(index)
    except Exception as error:
        return ImageFacts(
            "",
            "",
            None,
            (LEFT_OUT,) * len(tasks),
            {},
            [_problem("image", error, files.get("image"))],
        )
    size = f"{image.shape[0]}x{image.shape[1]}"
    blank = bool(
        image.reshape(-1, 3)[::7].std(axis=0).max() < BLANK
    )  # every seventh pixel tells as much
    problems = (
        [Problem("image", "blank image", "all pixels have nearly the same colour")] if blank else []
    )
    labels: dict[str, LabelFacts] = {}
    for task in tasks:
        try:
            if split.has_label(index, task):
                labels[task.name] = measure(split.label(index, task), task)
        except Exception as error:
            problems.append(_problem(task.name, error, files.get(task.name)))
    return ImageFacts(
        size,
        hashlib.sha256(f"{size} ".encode() + np.ascontiguousarray(image).tobytes()).hexdigest(),
        None if blank else hashes_of(image),
        _states(tasks, labels, problems),
        labels,
        problems,
    )


def _states(
    tasks: Sequence[Task], labels: dict[str, LabelFacts], problems: Sequence[Problem]
) -> tuple[int, ...]:
    broken = {problem.what for problem in problems}
    return tuple(
        BROKEN
        if task.name in broken
        else NO_LABEL
        if task.name not in labels
        else LABELLED
        if labels[task.name].valid
        else EMPTY
        for task in tasks
    )


def _problem(what: str, error: Exception, path: Path | None) -> Problem:
    text = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
    return Problem(what, kind_of(error, path), text)
