"""The check of a data set: every image and label read once, and everything that is wrong with them as rows of a report."""
import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch

from mtal.datasets.dataset import DataError, Dataset, Split
from mtal.datasets.parallel import Report as Progress
from mtal.datasets.parallel import in_threads, quiet
from mtal.tasks.task import Task


@dataclass(frozen=True)
class Report:
    """Plain values only, fit for JSON. Percents are of pixels."""
    dataset: str
    title: str
    folder: str
    note: str
    fingerprint: str
    checked: str                                            # ISO time, UTC
    seconds: float
    tasks: list[dict[str, str]]                             # name, title, unit
    splits: dict[str, dict[str, Any]]                       # by split: images, ids, sizes {"120x160": n}, coverage {task: n}
    labels: dict[str, dict[str, Any]]                       # task -> min, max, mean, valid_percent, classes [[name, percent]]
    problems: list[dict[str, str]]                          # split, id, what, file, problem
    leaks: list[dict[str, str]]                             # pool, validation (ids), how

    def to_json(self) -> dict[str, Any]:
        """A dictionary for `json.dump`."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> "Report":
        """What `to_json` gave."""
        return Report(**values)


@dataclass(frozen=True)
class LabelFacts:
    """What one label adds to the report. Of valid pixels: their number, range, sum, and how many there are of each value."""
    pixels: int
    valid: int
    low: float
    high: float
    total: float
    per_class: np.ndarray                                   # (classes,) int64


@dataclass(frozen=True)
class ImageFacts:
    """What one image and its labels add to the report."""
    size: str                                               # "120x160", "" if it cannot be read
    digest: str
    labels: dict[str, LabelFacts]                           # those that can be read
    problems: list[tuple[str, str]]                         # what, problem


def check(dataset: Dataset, report: Progress = quiet) -> Report:
    """Read everything once. One broken file is a row, never a crash; `report` may raise to stop."""
    started = time.monotonic()
    splits = {"pool": dataset.pool, "validation": dataset.validation}
    todo = [(split, index) for split in splits.values() for index in range(len(split.ids))]
    found = in_threads(lambda pair: inspect(*pair, dataset.tasks), todo, report)
    cut = len(dataset.pool.ids)
    facts = {"pool": found[:cut], "validation": found[cut:]}
    return Report(
        dataset.name, dataset.title, dataset.folder, dataset.note, dataset.fingerprint(),
        datetime.now(UTC).isoformat(timespec="seconds"), round(time.monotonic() - started, 2),
        tasks=[{"name": task.name, "title": task.title, "unit": task.unit} for task in dataset.tasks],
        splits={name: _split_facts(splits[name], facts[name], dataset.tasks) for name in splits},
        labels={task.name: _label_facts(task, [one.labels[task.name] for one in found if task.name in one.labels])
                for task in dataset.tasks},
        problems=[row for name in splits for row in _problems(name, splits[name], facts[name], dataset.tasks)],
        leaks=_leaks(dataset, facts["pool"], facts["validation"]))


def inspect(split: Split, index: int, tasks: Sequence[Task]) -> ImageFacts:
    """One image and its labels."""
    size = digest = ""
    labels: dict[str, LabelFacts] = {}
    problems: list[tuple[str, str]] = []
    try:
        image = split.image(index)
        size = f"{image.shape[0]}x{image.shape[1]}"
        digest = hashlib.sha256(f"{size} ".encode() + image.tobytes()).hexdigest()
    except DataError as error:
        problems.append(("image", str(error)))
    for task in tasks:
        try:
            labels[task.name] = measure(split.label(index, task), task)
        except DataError as error:
            if not any(str(error) == problem for _, problem in problems):       # the label's reader tripped over the image
                problems.append((task.name, str(error)))
    return ImageFacts(size, digest, labels, problems)


def measure(label: np.ndarray, task: Task) -> LabelFacts:
    """Facts about one label, (H, W) or (H, W, 3)."""
    target = torch.from_numpy(np.ascontiguousarray(np.moveaxis(np.atleast_3d(label), -1, 0)))[None]
    valid = task.valid(target)[0, 0].numpy()
    values = label[valid]
    per_class = np.bincount(values.ravel(), minlength=len(task.classes)) if task.classes else np.zeros(0, np.int64)
    if not values.size:
        return LabelFacts(valid.size, 0, np.inf, -np.inf, 0.0, per_class)
    return LabelFacts(valid.size, int(valid.sum()), float(values.min()), float(values.max()),
                      float(values.mean(dtype=np.float64)) * int(valid.sum()), per_class)


def _split_facts(split: Split, facts: Sequence[ImageFacts], tasks: Sequence[Task]) -> dict[str, Any]:
    covered = {task.name: sum(task.name in one.labels and one.labels[task.name].valid > 0 for one in facts) for task in tasks}
    return {"images": len(split.ids), "ids": list(split.ids), "coverage": covered,
            "sizes": dict(Counter(one.size for one in facts if one.size).most_common())}


def _label_facts(task: Task, facts: Sequence[LabelFacts]) -> dict[str, Any]:
    """Over all images of both splits; no range of vectors, nor where there is not one valid pixel."""
    pixels, valid = sum(one.pixels for one in facts), sum(one.valid for one in facts)
    ordered = valid and task.label_channels == 1
    per_class = sum((one.per_class for one in facts), np.zeros(len(task.classes), np.int64))
    return {"min": min(one.low for one in facts) if ordered else None,
            "max": max(one.high for one in facts) if ordered else None,
            "mean": sum(one.total for one in facts) / valid if ordered else None,
            "valid_percent": 100 * valid / pixels if pixels else 0.0,
            "classes": [[name, 100 * int(count) / valid if valid else 0.0]
                        for name, count in zip(task.classes, per_class, strict=True)]}


def _problems(name: str, split: Split, facts: Sequence[ImageFacts], tasks: tuple[Task, ...]) -> list[dict[str, str]]:
    rows = []
    first: dict[str, str] = {}                              # digest -> id
    for index, (one, fact) in enumerate(zip(split.ids, facts, strict=True)):
        found = list(fact.problems)
        if fact.digest and (twin := first.setdefault(fact.digest, one)) != one:
            found.append(("image", f"the same picture as {twin}"))
        files = split.files(index, tasks) if found else {}
        rows += [{"split": name, "id": one, "what": what, "file": str(files.get(what, "")), "problem": problem}
                 for what, problem in found]
    return rows


def _leaks(dataset: Dataset, pool: Sequence[ImageFacts], validation: Sequence[ImageFacts]) -> list[dict[str, str]]:
    """Images that are in both splits, by name or by content: the measurement would flatter."""
    names = set(dataset.pool.ids)
    by_digest = {fact.digest: one for one, fact in zip(dataset.pool.ids, pool, strict=True) if fact.digest}
    leaks = []
    for one, fact in zip(dataset.validation.ids, validation, strict=True):
        if one in names:
            leaks.append({"pool": one, "validation": one, "how": "same name"})
        elif fact.digest in by_digest:
            leaks.append({"pool": by_digest[fact.digest], "validation": one, "how": "same picture"})
    return leaks
