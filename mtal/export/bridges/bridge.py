"""Bridge: another tracker that shows our runs, written through its own library.

All trackers get the same `TrackedRun`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mtal.export.exporter import ExportError
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS, Run

BINS = 50  # training losses per cycle: the first report in each 50th of it
AXES = ("labels", "images")  # what a curve can stand over, in whole numbers as trackers want them


@dataclass(frozen=True)
class Point:
    """One value of one curve."""

    curve: str  # "labels/semseg": the metric of a task over task labels
    step: int  # of the curve's own axis
    value: float
    seconds: float  # when it was measured, since 1970


@dataclass(frozen=True)
class TrackedRun:
    """What a tracker gets of a run."""

    name: str
    status: Status
    created: float  # seconds since 1970
    settings: dict[str, Any]  # all of them, as JSON values
    tags: dict[str, str]  # strategy, seed, group, data, fingerprint, versions
    points: list[Point] = field(repr=False)  # each (curve, step) once


@dataclass(frozen=True)
class Bridge:
    """One tracker.

    `write` may be called again when the run has grown: points that the tracker has stay, and new
    points are added. It raises ExportError if the library is missing or the tracker cannot be
    written.
    """

    name: str  # on the command line
    title: str
    package: str  # what its library is called in the package index, with a version
    write: Callable[
        [TrackedRun, str, str], int
    ]  # (run, group of runs, where to) -> points that were new


def tracked_run(run: Run) -> TrackedRun:
    """Collect settings, tags and every point that a run has so far.

    Curves: `labels/<task>` and `images/<task>`, the task's metric over labelled (image, task) pairs
    and over labelled images, with the multi-task loss as `loss`; `labels/percent`, percent of the
    pool's task labels; `loss_of/<task>`, the task's own loss on the validation images, over labels;
    `training/<task>`, over the steps of all cycles.
    """
    config, facts = run.config, run.facts
    reports = run.reports()
    last_report = {row["cycle"]: row["t"] for row in reports}  # seconds since 1970
    points = [*_measured(run.metrics(), last_report, run.created), *_trained(reports)]
    tags = {
        "strategy": config.strategy,
        "seed": str(config.seed),
        "group": config.group,
        "dataset": config.dataset,
        "fingerprint": str(facts.fingerprint),
        "device": str(facts.device_name),
    }
    tags |= {f"version.{name}": str(version) for name, version in facts.versions.items()}
    by_step = {(point.curve, point.step): point for point in points}
    return TrackedRun(
        run.name,
        run.status,
        run.created,
        config.model_dump(mode="json"),
        {name: text for name, text in tags.items() if text},
        list(by_step.values()),
    )


@contextmanager
def library(bridge: str, package: str) -> Iterator[None]:
    """Import a tracker's library inside this context.

    ExportError with the command that installs it if it is missing.
    """
    try:
        yield
    except ImportError as error:
        raise ExportError(
            f"the bridge to {bridge} needs a library that is not installed ({error}): "
            f"pip install '{package}'"
        ) from None


def _measured(
    metrics: pd.DataFrame, last_report: dict[int, float], created: float
) -> Iterator[Point]:
    """Points of complete cycles; a metric without a value (no valid pixel) has none."""
    for row in metrics.to_dict("records"):
        task, seconds = row["task"], last_report.get(row["cycle"], created)
        if not pd.isna(row["value"]):
            yield from (
                Point(f"{axis}/{task}", int(row[axis]), float(row["value"]), seconds)
                for axis in AXES
            )
        if task == LOSS:
            yield Point("labels/percent", int(row["labels"]), float(row["percent"]), seconds)
        elif not pd.isna(row["loss"]):
            yield Point(f"loss_of/{task}", int(row["labels"]), float(row["loss"]), seconds)


def _trained(reports: list[dict[str, Any]]) -> Iterator[Point]:
    """The first report with losses in each of the BINS parts of every cycle's training.

    Steps of later cycles count on.
    """
    before: dict[int, int] = {}  # cycle -> steps of those before
    taken: set[tuple[int, int]] = set()
    steps = 0
    for row in reports:
        if row["stage"] != "train" or not row.get("loss") or not row["total"]:
            continue
        if row["cycle"] not in before:
            before[row["cycle"]], steps = steps, steps + row["total"]
        part = (row["cycle"], BINS * row["done"] // row["total"])
        if part not in taken:
            taken.add(part)
            yield from (
                Point(
                    f"training/{task}", before[row["cycle"]] + row["done"], float(value), row["t"]
                )
                for task, value in row["loss"].items()
            )
