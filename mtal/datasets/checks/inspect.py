"""One image and its labels read once, and all that the check keeps of them: numbers, no pixels."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.checks.coverage import BROKEN, EMPTY, LABELLED, LEFT_OUT, NO_LABEL
from mtal.datasets.checks.duplicates import hashes_of
from mtal.datasets.checks.error_kinds import error_kind
from mtal.datasets.checks.label_statistics import LabelFacts, measure
from mtal.datasets.dataset import Split
from mtal.tasks.task import Task

# Standard deviation in grey levels below which a picture is blank; the flattest of 795 NYU
# photographs has 22.
BLANK = 2.0


@dataclass(frozen=True)
class Problem:
    """Something wrong with one file."""

    source: str  # "image" or the name of a task
    kind: str  # a key of WAYS_OUT in problems.py
    text: str


@dataclass(frozen=True)
class ImageFacts:
    """What one image and its labels add to the report."""

    size: str  # "120x160", "" if it cannot be read
    digest: str  # of its pixels
    hashes: tuple[int, int] | None  # None for blank images
    states: tuple[int, ...]  # of coverage.py, one per task
    labels: dict[str, LabelFacts]  # by task, those that can be read
    problems: list[Problem]


@dataclass(frozen=True)
class CheckedSplit:
    """A split and the facts about its images."""

    name: str  # "pool" or "validation"
    split: Split
    facts: Sequence[ImageFacts]  # one per image


def inspect_image(split: Split, index: int, tasks: tuple[Task, ...]) -> ImageFacts:
    """Read an image and its labels.

    Whatever a reader raises becomes a problem: one odd file must not end a check after an hour.
    """
    files = split.files(index, tasks)
    try:
        image = split.image(index)
    except Exception as error:
        problem = _problem("image", error, files.get("image"))
        return ImageFacts("", "", None, (LEFT_OUT,) * len(tasks), {}, [problem])
    problems = []
    blank = _is_blank(image)
    if blank:
        text = "all pixels have nearly the same colour"
        problems.append(Problem("image", "blank image", text))
    labels: dict[str, LabelFacts] = {}
    for task in tasks:
        try:
            if split.has_label(index, task):
                labels[task.name] = measure(split.label(index, task), task)
        except Exception as error:
            problems.append(_problem(task.name, error, files.get(task.name)))
    size = f"{image.shape[0]}x{image.shape[1]}"
    return ImageFacts(
        size,
        hashlib.sha256(f"{size} ".encode() + np.ascontiguousarray(image).tobytes()).hexdigest(),
        None if blank else hashes_of(image),
        _states(tasks, labels, problems),
        labels,
        problems,
    )


def _is_blank(image: np.ndarray) -> bool:
    """Whether the pixels have nearly one colour, judged by every seventh."""
    return bool(image.reshape(-1, 3)[::7].std(axis=0).max() < BLANK)


def _states(
    tasks: Sequence[Task], labels: dict[str, LabelFacts], problems: Sequence[Problem]
) -> tuple[int, ...]:
    """The state of each task's label, as in coverage.py."""
    broken = {problem.source for problem in problems}
    states = []
    for task in tasks:
        if task.name in broken:
            states.append(BROKEN)
        elif task.name not in labels:
            states.append(NO_LABEL)
        else:
            states.append(LABELLED if labels[task.name].valid else EMPTY)
    return tuple(states)


def _problem(source: str, error: Exception, path: Path | None) -> Problem:
    text = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
    return Problem(source, error_kind(error, path), text)
