"""MLflow: a run for each of ours, found again by its tag `mtal.run`. In a folder, or wherever a tracking URI leads."""

import json
import os
from pathlib import Path
from typing import Any

from mtal.export.bridges.bridge import Bridge, Point, Told, library
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


def write(run: Told, group: str, where: str) -> int:
    """Into MLflow's experiment `group`: settings as parameters, tags, the status, and those points of each curve whose step is
    not there yet. WHERE with `://` in it is a tracking URI, all else a folder."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = (
        "true"  # before the import, which would send the first message
    )
    if "://" not in where:
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # a database would need more libraries
        where = Path(where).absolute().as_uri()
    with library("MLflow", PACKAGE):
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param
        from mlflow.exceptions import MlflowException

    try:
        client = MlflowClient(tracking_uri=where, registry_uri=where)
        there = _find_or_create(client, run, group)
        name = there.info.run_id
        new = _not_there(client, there, run.points)
        parameters = [
            Param(key, _text(value))
            for key, value in run.settings.items()
            if key not in there.data.params
        ]
        client.log_batch(name, params=parameters)
        for start in range(0, len(new), AT_ONCE):
            client.log_batch(
                name,
                [
                    Metric(point.curve, point.value, _ms(point.seconds), point.step)
                    for point in new[start : start + AT_ONCE]
                ],
            )
        if run.status.alive or run.status is Status.NEW:
            client.update_run(name, status=STATUS[run.status])
        else:
            ended = max((point.seconds for point in run.points), default=run.created)
            client.set_terminated(name, STATUS[run.status], _ms(ended))
    except (MlflowException, OSError) as error:
        raise ExportError(f"MLflow at {where} did not take {run.name}: {error}") from None
    return len(new)


def _find_or_create(client: Any, run: Told, group: str) -> Any:
    """MLflow's run of this name in its experiment `group`, with today's tags."""
    experiment = client.get_experiment_by_name(group)
    number = experiment.experiment_id if experiment else client.create_experiment(group)
    found = client.search_runs([number], f"tags.`{NAME_TAG}` = '{run.name}'", max_results=1)
    tags = run.tags | {NAME_TAG: run.name}
    if not found:
        return client.create_run(number, start_time=_ms(run.created), tags=tags, run_name=run.name)
    for key, text in tags.items():
        if found[0].data.tags.get(key) != text:
            client.set_tag(found[0].info.run_id, key, text)
    return found[0]


def _not_there(client: Any, there: Any, points: list[Point]) -> list[Point]:
    """The points whose step their curve lacks."""
    curves = {point.curve for point in points} & set(there.data.metrics)
    known = {
        (curve, one.step)
        for curve in curves
        for one in client.get_metric_history(there.info.run_id, curve)
    }
    return [point for point in points if (point.curve, point.step) not in known]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


MLFLOW = Bridge("mlflow", "MLflow", PACKAGE, write)
