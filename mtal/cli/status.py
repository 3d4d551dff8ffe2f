"""Commands that only read: `status` of runs and the list of `settings`. No torch."""

import json
from functools import partial
from typing import Annotated, Any, Literal, get_args, get_origin

import pandas as pd
import typer

from mtal.cli.options import AsJson, Runs, store_at
from mtal.cli.text_table import table
from mtal.config import Config
from mtal.runs.jobs.progress import Progress
from mtal.runs.jobs.status import Status
from mtal.runs.jobs.stop import FOR_LABELS, waits_for_labels
from mtal.runs.store.index import all_runs, damaged_runs, find_run, times_of_similar_runs
from mtal.runs.store.run import Run


def status(
    name: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only this run.")] = None,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """How the runs stand, the newest first."""
    store = store_at(runs)
    stored = all_runs(store)
    states = []
    for run in [find_run(store, name)] if name else stored:
        earlier_times = (
            partial(times_of_similar_runs, run.config, stored) if run.status.alive else dict
        )
        states.append(state(run, run.progress(earlier_times)))
    if as_json:
        typer.echo(json.dumps(states[0] if name else states, indent=1, allow_nan=False))
        return
    typer.echo(table(_rows(states)) if states else f"No runs in {store.folder}")
    for damaged, reason in {}.items() if name else damaged_runs(store).items():
        typer.secho(f"{damaged}: {reason}", fg=typer.colors.YELLOW, err=True)


def settings() -> None:
    """Every setting with its default, for `--set` and config files."""
    rows = [
        {
            "setting": name,
            "default": _default(field.default),
            "section": _section(field),
            "what": f"{field.description}{_choices(field.annotation)}",
        }
        for name, field in Config.model_fields.items()
    ]
    typer.echo(table(rows))


def state(run: Run, progress: Progress | None) -> dict[str, Any]:
    """Return what `status --json` prints of a run.

    The keys are always these. Times are in seconds, and unknown values are None.
    """
    now = progress if run.status.alive else None
    low, high = now.eta_s if now and now.eta_s else (None, None)
    config = run.config
    return {
        "name": run.name,
        "group": config.group,
        "strategy": config.strategy,
        "seed": config.seed,
        "dataset": config.dataset,
        "network": config.network,
        "backbone_frozen": config.backbone_frozen,
        "status": str(run.status),
        "cycles_done": run.cycles_done(),
        "cycles": run.cycles_done() if run.status is Status.FINISHED else config.cycles,
        "may_end_early": config.may_end_early,
        "stage": now.stage if now else None,
        "percent": round(100 * now.fraction, 1) if now else None,
        "eta_low_s": low,
        "eta_high_s": high,
        "eta_text": now.time_left if now else None,
        "updated": progress.updated if progress else None,
        "metrics": latest(run),
        "reason": run.result.get("reason") or None,
        "folder": str(run.paths.folder),
    }


def latest(run: Run) -> dict[str, float | None]:
    """Return the values of the last complete cycle by task, and "loss" for the multi-task loss.

    None where a value could not be measured.
    """
    rows = run.metrics()
    last = rows[rows["cycle"] == rows["cycle"].max()]
    return {
        str(task): None if pd.isna(value) else float(value)
        for task, value in zip(last["task"], last["value"], strict=True)
    }


def _section(field: Any) -> str:
    return str((field.json_schema_extra or {}).get("section", ""))


def _choices(kind: Any) -> str:
    """Return the values that a setting can have, where there are few."""
    return f" [{'|'.join(get_args(kind))}]" if get_origin(kind) is Literal else ""


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        separator = "x" if all(isinstance(part, int) for part in value) else ","
        return separator.join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(states: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return a row per run, with a column of reasons if a run has one."""
    rows = [_row(state) for state in states]
    if any(state["reason"] for state in states):
        for row, state in zip(rows, states, strict=True):
            row["reason"] = " ".join((state["reason"] or "").split())
    return rows


def _row(state: dict[str, Any]) -> dict[str, str]:
    values = [
        f"{task} unknown" if value is None else f"{task} {value:#.4g}"
        for task, value in state["metrics"].items()
    ]
    waits = waits_for_labels(state["status"], state["reason"])
    at_most = "≤" if state["may_end_early"] and state["status"] != Status.FINISHED else ""
    return {
        "run": state["name"],
        "strategy": state["strategy"],
        "status": FOR_LABELS if waits else state["status"],
        "cycles": f"{state['cycles_done']}/{at_most}{state['cycles']}",
        "stage": state["stage"] or "",
        "%": "" if state["percent"] is None else f"{state['percent']:.0f}",
        "time left": state["eta_text"] or "",
        "last values": "  ".join(values),
    }
