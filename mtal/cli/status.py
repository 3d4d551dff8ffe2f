"""Commands that only look: `status` of runs and the list of `settings`. No torch."""

import json
from functools import partial
from typing import Annotated, Any, Literal, get_args, get_origin

import pandas as pd
import typer

from mtal.cli.options import AsJson, Runs, store_at
from mtal.config import Config
from mtal.runs.jobs.progress import Progress
from mtal.runs.jobs.status import Status
from mtal.runs.jobs.stop import FOR_LABELS, waits_for_labels
from mtal.runs.store.index import all_runs, damaged, find_run, known_times
from mtal.runs.store.run import Run


def status(
    name: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only this run.")] = None,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """How the runs stand, the newest first."""
    store = store_at(runs)
    every = all_runs(store)
    shown = [find_run(store, name)] if name else every
    states = [
        state(
            run, run.progress(partial(known_times, run.config, every) if run.status.alive else dict)
        )
        for run in shown
    ]
    if as_json:
        typer.echo(json.dumps(states[0] if name else states, indent=1, allow_nan=False))
        return
    typer.echo(table(_rows(states)) if states else f"No runs in {store.folder}")
    for folder in damaged(store) if not name else []:
        typer.secho(f"{folder}: its config cannot be read", fg=typer.colors.YELLOW, err=True)


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


def state(run: Run, now: Progress | None) -> dict[str, Any]:
    """What `status --json` says of a run: always these keys, times in seconds, null where nothing is known."""
    alive = run.status.alive and now is not None
    low, high = now.eta_s if alive and now and now.eta_s else (None, None)
    config = run.config
    return {
        "name": run.name,
        "group": config.group,
        "strategy": config.strategy,
        "seed": config.seed,
        "dataset": config.dataset,
        "network": config.network,
        "status": str(run.status),
        "cycles_done": run.cycles_done(),
        "cycles": run.cycles_done() if run.status is Status.FINISHED else config.cycles,
        "may_end_early": config.may_end_early,
        "stage": now.stage if alive and now else None,
        "percent": round(100 * now.fraction, 1) if alive and now else None,
        "eta_low_s": low,
        "eta_high_s": high,
        "eta_text": now.time_left if alive and now else None,
        "updated": now.updated if now else None,
        "metrics": latest(run),
        "reason": run.result.get("reason") or None,
        "folder": str(run.paths.folder),
    }


def latest(run: Run) -> dict[str, float | None]:
    """Task (and "loss") -> value of the last complete cycle, None where it could not be measured."""
    rows = run.metrics()
    last = rows[rows["cycle"] == rows["cycle"].max()]
    return {
        str(task): None if pd.isna(value) else float(value)
        for task, value in zip(last["task"], last["value"], strict=True)
    }


def table(rows: list[dict[str, str]]) -> str:
    """Rows of text in columns, as wide as they need."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _section(field: Any) -> str:
    return str((field.json_schema_extra or {}).get("section", ""))


def _choices(kind: Any) -> str:
    """The values that a setting can have, where there are few."""
    return f" [{'|'.join(get_args(kind))}]" if get_origin(kind) is Literal else ""


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        return ("x" if all(isinstance(part, int) for part in value) else ",").join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(states: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row per run; a column of reasons where one ended short."""
    reasons = any(one["reason"] for one in states)
    return [
        _row(one) | ({"reason": " ".join((one["reason"] or "").split())} if reasons else {})
        for one in states
    ]


def _row(one: dict[str, Any]) -> dict[str, str]:
    values = {
        task: "unknown" if value is None else f"{value:#.4g}"
        for task, value in one["metrics"].items()
    }
    waits = waits_for_labels(one["status"], one["reason"])
    return {
        "run": one["name"],
        "strategy": one["strategy"],
        "status": FOR_LABELS if waits else one["status"],
        "cycles": f"{one['cycles_done']}/{'≤' * (one['may_end_early'] and one['status'] != 'finished')}{one['cycles']}",
        "stage": one["stage"] or "",
        "%": "" if one["percent"] is None else f"{one['percent']:.0f}",
        "time left": one["eta_text"] or "",
        "last values": "  ".join(f"{task} {text}" for task, text in values.items()),
    }
