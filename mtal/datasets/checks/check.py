"""The check of a data set: every image and label read once, and all that is wrong or odd about them as rows of a report."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mtal.datasets.checks.coverage import LABELLED, VERSION, pack
from mtal.datasets.checks.duplicates import groups, nearest
from mtal.datasets.checks.inspect import ImageFacts, Problem, inspect
from mtal.datasets.checks.label_statistics import form, summarise
from mtal.datasets.checks.plausibility import suspicions
from mtal.datasets.checks.problems import IGNORED, LEFT_OUT, severity
from mtal.datasets.dataset import Dataset, Split
from mtal.datasets.parallel import Report as Progress
from mtal.datasets.parallel import in_threads, quiet
from mtal.tasks.palette import hex_legend
from mtal.tasks.task import Task

SAMPLED = 12  # images per split whose labels are drawn, spread evenly


@dataclass(frozen=True)
class Report:
    """Plain values only, fit for JSON. Percents are of valid pixels where nothing else is said. Splits: pool, validation."""

    dataset: str
    title: str
    folder: str
    note: str
    fingerprint: str
    checked: str  # ISO time, UTC
    seconds: float
    tasks: list[dict[str, Any]]  # name, title, unit, form, legend [[text, "#rrggbb"]]
    splits: dict[
        str, dict[str, Any]
    ]  # images, ids, sizes {"120x160": n}, coverage {task: n labelled},
    # states {task: packed, see coverage.py}, sampled [positions]
    labels: dict[str, dict[str, Any]]  # task -> "both" or a split -> what statistics.summarise says
    problems: list[
        dict[str, str]
    ]  # split, id ("" = the whole set), what, file, kind, severity, problem
    leaks: list[dict[str, Any]]  # pool, validation (ids), how, bits (of 128 that differ)
    alike: list[dict[str, list[str]]]  # groups of nearly the same pictures: split -> ids
    warnings: list[str]  # of the reader, about the folder as a whole
    version: int = VERSION

    @property
    def harmful(self) -> bool:
        """Whether something is left out of a run, or would flatter its measurement."""
        return bool(self.leaks) or any(
            row["severity"] in {LEFT_OUT, IGNORED} for row in self.problems
        )

    def to_json(self) -> dict[str, Any]:
        """A dictionary for `json.dump`."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> "Report":
        """What `to_json` gave."""
        return Report(**values)


@dataclass(frozen=True)
class Seen:
    """A split and what was seen of it."""

    name: str
    split: Split
    facts: Sequence[ImageFacts]


def check(dataset: Dataset, report: Progress = quiet) -> Report:
    """Read everything once. One broken file is a row, never a crash; `report` may raise to stop."""
    started = time.monotonic()
    todo = [
        (split, index)
        for split in (dataset.pool, dataset.validation)
        for index in range(len(split.ids))
    ]
    found = in_threads(lambda pair: inspect(*pair, dataset.tasks), todo, report)
    cut = len(dataset.pool.ids)
    both = [
        Seen("pool", dataset.pool, found[:cut]),
        Seen("validation", dataset.validation, found[cut:]),
    ]
    together = _together(found)
    problems = [row for seen in both for row in _problems(seen, both[0], dataset)]
    problems += [
        row for task in dataset.tasks for row in _suspicions(task, both, together, dataset)
    ]
    return Report(
        dataset.name,
        dataset.title,
        dataset.folder,
        dataset.note,
        dataset.fingerprint(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        round(time.monotonic() - started, 2),
        tasks=[_task(task) for task in dataset.tasks],
        splits={seen.name: _split(seen, dataset.tasks) for seen in both},
        labels={task.name: _labels(task, both) for task in dataset.tasks},
        problems=problems,
        leaks=_leaks(*both),
        alike=_alike(both, together),
        warnings=list(dataset.warnings),
    )


def _task(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "unit": task.unit,
        "form": form(task),
        "legend": hex_legend(task.legend),
    }


def _split(seen: Seen, tasks: Sequence[Task]) -> dict[str, Any]:
    states = np.array([one.states for one in seen.facts], np.uint8).reshape(
        len(seen.facts), len(tasks)
    )
    readable = [place for place, one in enumerate(seen.facts) if one.size]
    return {
        "images": len(seen.split.ids),
        "ids": list(seen.split.ids),
        "sizes": dict(Counter(seen.facts[place].size for place in readable).most_common()),
        "coverage": {
            task.name: int((states[:, column] == LABELLED).sum())
            for column, task in enumerate(tasks)
        },
        "states": {task.name: pack(states[:, column]) for column, task in enumerate(tasks)},
        "sampled": _sampled(states, readable),
    }


def _sampled(states: np.ndarray, readable: Sequence[int]) -> list[int]:
    """Up to SAMPLED places, spread evenly: of images with something to see for every task, and if they are too few, for some."""
    labels = (states == LABELLED).sum(axis=1)
    labelled = [place for place in readable if labels[place]] or list(readable)
    whole = [place for place in labelled if labels[place] == states.shape[1]]
    others = [place for place in labelled if labels[place] < states.shape[1]]
    first = _spread(whole, SAMPLED)
    return sorted([*first, *_spread(others, SAMPLED - len(first))])


def _spread(places: Sequence[int], most: int) -> list[int]:
    return [
        places[one]
        for one in np.linspace(0, len(places) - 1, min(most, len(places))).round().astype(int)
    ]


def _labels(task: Task, both: Sequence[Seen]) -> dict[str, Any]:
    read = {
        seen.name: [one.labels[task.name] for one in seen.facts if task.name in one.labels]
        for seen in both
    }
    return {
        name: summarise(task, facts)
        for name, facts in {"both": [*read["pool"], *read["validation"]], **read}.items()
    }


def _problems(seen: Seen, pool: Seen, dataset: Dataset) -> list[dict[str, str]]:
    """Files that cannot be used, and pictures that are there twice or share their name with one of the pool."""
    rows = []
    first: dict[str, str] = {}  # digest -> id
    named = (
        {}
        if seen is pool
        else {one: fact.digest for one, fact in zip(pool.split.ids, pool.facts, strict=True)}
    )
    for index, (one, fact) in enumerate(zip(seen.split.ids, seen.facts, strict=True)):
        found = list(fact.problems)
        if fact.digest and (twin := first.setdefault(fact.digest, one)) != one:
            found.append(Problem("image", "duplicate", f"the same picture as {twin}"))
        if fact.digest and named.get(one) and named[one] != fact.digest:
            found.append(
                Problem("image", "same name", "another picture of the pool has this name too")
            )
        rows += [_row(seen, index, problem, dataset) for problem in found]
    return rows


def _suspicions(
    task: Task, both: Sequence[Seen], together: Sequence[int], dataset: Dataset
) -> list[dict[str, str]]:
    facts = [one.labels.get(task.name) for seen in both for one in seen.facts]
    places = [(seen, index) for seen in both for index in range(len(seen.facts))]
    ids = [seen.split.ids[index] for seen, index in places]
    rows = []
    for place, kind, text in suspicions(task, ids, facts, together):
        seen, index = places[place] if place is not None else (None, 0)
        rows.append(_row(seen, index, Problem(task.name, kind, text), dataset))
    return rows


def _row(seen: Seen | None, index: int, problem: Problem, dataset: Dataset) -> dict[str, str]:
    file = seen.split.files(index, dataset.tasks).get(problem.what) if seen else None
    inside = f"{dataset.folder}/"  # paths are shown from the data folder on
    return {
        "split": seen.name if seen else "both",
        "id": seen.split.ids[index] if seen else "",
        "what": problem.what,
        "file": str(file or "").removeprefix(inside),
        "kind": problem.kind,
        "severity": severity(problem.kind, problem.what),
        "problem": problem.text.replace(inside, ""),
    }


def _together(facts: Sequence[ImageFacts]) -> list[int]:
    """A number per image of both splits; images that look alike have the same."""
    seen = [place for place, one in enumerate(facts) if one.hashes]
    number = list(range(len(facts)))
    for group in groups(_hashes(facts, seen)):
        for member in group:
            number[seen[member]] = seen[group[0]]
    return number


def _alike(both: Sequence[Seen], together: Sequence[int]) -> list[dict[str, list[str]]]:
    """The groups, the largest first."""
    found: dict[int, dict[str, list[str]]] = {}
    places = [(seen, index) for seen in both for index in range(len(seen.facts))]
    for (seen, index), number in zip(places, together, strict=True):
        found.setdefault(number, {"pool": [], "validation": []})[seen.name].append(
            seen.split.ids[index]
        )
    several = [group for group in found.values() if sum(map(len, group.values())) > 1]
    return sorted(several, key=lambda group: -sum(map(len, group.values())))


def _leaks(pool: Seen, validation: Seen) -> list[dict[str, Any]]:
    """Images that are in both splits, by content, or by name where one cannot be read: the measurement would flatter."""
    digests = {one: fact.digest for one, fact in zip(pool.split.ids, pool.facts, strict=True)}
    by_digest = {
        digest: one for one, digest in reversed(digests.items()) if digest
    }  # the first of several wins
    near = _nearest(pool, validation)
    leaks: list[dict[str, Any]] = []
    for place, (one, fact) in enumerate(zip(validation.split.ids, validation.facts, strict=True)):
        if fact.digest in by_digest:
            leaks.append(
                {
                    "pool": by_digest[fact.digest],
                    "validation": one,
                    "how": "same picture",
                    "bits": 0,
                }
            )
        elif one in digests and not (fact.digest and digests[one]):
            leaks.append({"pool": one, "validation": one, "how": "same name", "bits": None})
        elif place in near:
            twin, bits = near[place]
            leaks.append(
                {"pool": twin, "validation": one, "how": "nearly the same picture", "bits": bits}
            )
    return leaks


def _nearest(pool: Seen, validation: Seen) -> dict[int, tuple[str, int]]:
    """Position in the validation split -> id in the pool and bits, where a picture of the pool looks nearly the same."""
    ours, theirs = (
        [place for place, one in enumerate(seen.facts) if one.hashes] for seen in (validation, pool)
    )
    found = nearest(_hashes(validation.facts, ours), _hashes(pool.facts, theirs))
    return {
        place: (pool.split.ids[theirs[hit[0]]], hit[1])
        for place, hit in zip(ours, found, strict=True)
        if hit
    }


def _hashes(facts: Sequence[ImageFacts], places: Sequence[int]) -> np.ndarray:
    return np.array([facts[place].hashes for place in places], dtype=np.uint64).reshape(-1, 2)
