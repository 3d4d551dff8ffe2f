"""MLflow: a run for each of ours, found again by its tag `mtal.run`.

It writes into a folder, or wherever a tracking URI leads.
"""

import json
import os
from pathlib import Path
from typing import Any

from mtal.export.bridges.bridge import Bridge, Point, TrackedRun, library
from mtal.export.exporter import ExportError
from mtal.runs.jobs.status import Status

PACKAGE = "mlflow-skinny>=2.14"
NAME_TAG = "mtal.run"
AT_ONCE = 1000  # metrics that a tracking server takes in one request
STATUS = {
    Status.NEW: "SCHEDULED",
    Status.QUEUED: "SCHEDULED",
    Status.RUNNING: "RUNNING",
    Status.FINISHED: "FINISHED",
    Status.STOPPED: "KILLED",
    Status.FAILED: "FAILED",
    Status.INTERRUPTED: "FAILED",
}


def write(run: TrackedRun, group: str, where: str) -> int:
    """Write a run into MLflow and return the number of new points.

    Settings become parameters; tags and the status are set; a curve gets the points whose step it
    lacks.

    group: MLflow's experiment.
    where: a tracking URI if it holds `://`, else a folder.

    ExportError if MLflow is missing or does not take the run.
    """
    # Before the import, which would send the first message.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    if "://" not in where:
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # a database would need more libraries
        where = Path(where).absolute().as_uri()
    with library("MLflow", PACKAGE):
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param
        from mlflow.exceptions import MlflowException

    try:
        client = MlflowClient(tracking_uri=where, registry_uri=where)
        tracked = _find_or_create(client, run, group)
        run_id = tracked.info.run_id
        new_points = _missing_points(client, tracked, run.points)
        parameters = [
            Param(name, _text(value))
            for name, value in run.settings.items()
            if name not in tracked.data.params
        ]
        client.log_batch(run_id, params=parameters)
        metrics = [
            Metric(point.curve, point.value, _ms(point.seconds), point.step) for point in new_points
        ]
        for start in range(0, len(metrics), AT_ONCE):
            client.log_batch(run_id, metrics[start : start + AT_ONCE])
        if run.status.alive or run.status is Status.NEW:
            client.update_run(run_id, status=STATUS[run.status])
        else:
            ended = max((point.seconds for point in run.points), default=run.created)
            client.set_terminated(run_id, STATUS[run.status], _ms(ended))
    except (MlflowException, OSError) as error:
        raise ExportError(f"MLflow at {where} did not take {run.name}: {error}") from None
    return len(new_points)


def _find_or_create(client: Any, run: TrackedRun, group: str) -> Any:
    """MLflow's run of this name in its experiment `group`, with today's tags."""
    experiment = client.get_experiment_by_name(group)
    number = experiment.experiment_id if experiment else client.create_experiment(group)
    matches = client.search_runs([number], f"tags.`{NAME_TAG}` = '{run.name}'", max_results=1)
    tags = run.tags | {NAME_TAG: run.name}
    if not matches:
        return client.create_run(number, start_time=_ms(run.created), tags=tags, run_name=run.name)
    [tracked] = matches
    for key, text in tags.items():
        if tracked.data.tags.get(key) != text:
            client.set_tag(tracked.info.run_id, key, text)
    return tracked


def _missing_points(client: Any, tracked: Any, points: list[Point]) -> list[Point]:
    """The points whose step their curve lacks."""
    curves = {point.curve for point in points} & set(tracked.data.metrics)
    tracked_steps = {
        (curve, metric.step)
        for curve in curves
        for metric in client.get_metric_history(tracked.info.run_id, curve)
    }
    return [point for point in points if (point.curve, point.step) not in tracked_steps]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


MLFLOW = Bridge("mlflow", "MLflow", PACKAGE, write)
