"""The report of a check, as it is stored. This module imports no torch: pages can import it."""

from dataclasses import asdict, dataclass
from typing import Any

from mtal.datasets.checks.coverage import VERSION
from mtal.datasets.checks.problems import IGNORED, LEFT_OUT


@dataclass(frozen=True)
class Report:
    """Plain values, fit for JSON. Percents are of valid pixels unless stated otherwise.

    The splits are called "pool" and "validation".

    tasks: name, title, unit, form, legend [[text, "#rrggbb"]] of each task.
    splits: per split images (their number), ids, sizes {"120x160": number}, coverage {task: number
        of labels}, states {task: packed, see coverage.py}, sampled [positions].
    labels: per task, per split and for "both", what `label_statistics.summarise` returns.
    problems: split, id ("" for the whole set), what ("image" or a task), file, kind, severity,
        problem (a text) of each problem.
    leaks: pool and validation (ids), how, bits (of 128 that differ, None by name) of each leak.
    alike: groups of nearly the same pictures, per split the ids.
    warnings: of the reader, about the folder as a whole.
    """

    dataset: str
    title: str
    folder: str
    note: str
    fingerprint: str
    checked: str  # ISO time, UTC
    seconds: float
    tasks: list[dict[str, Any]]
    splits: dict[str, dict[str, Any]]
    labels: dict[str, dict[str, Any]]
    problems: list[dict[str, str]]
    leaks: list[dict[str, Any]]
    alike: list[dict[str, list[str]]]
    warnings: list[str]
    version: int = VERSION

    @property
    def harmful(self) -> bool:
        """Whether a run would leave something out, or be measured on images of the pool."""
        severities = {row["severity"] for row in self.problems}
        return bool(self.leaks or severities & {LEFT_OUT, IGNORED})

    def to_json(self) -> dict[str, Any]:
        """A dictionary for `json.dump`."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> "Report":
        """The report that `to_json` was called on. TypeError for other keys."""
        return Report(**values)
