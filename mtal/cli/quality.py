"""`quality`: how well each signal of a run ranked the unlabelled images by their true loss."""

import json
from typing import Annotated

import pandas as pd
import typer

from mtal.cli.options import AsJson, RunName, Runs, store_at
from mtal.cli.status import table
from mtal.config import ConfigError
from mtal.runs.store.index import find_run
from mtal.runs.store.run import LOSS, Run


def quality(
    name: RunName,
    cycle: Annotated[int | None, typer.Option(help="Only this complete cycle, from 0.")] = None,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Rank correlation (Spearman) of each signal with the true loss, per task and for the multi-task loss; 95 % intervals."""
    run = find_run(store_at(runs), name)
    found = run.qualities()
    if cycle is not None:
        if not 0 <= cycle < run.cycles_done():
            raise ConfigError(
                f"{name} has no complete cycle {cycle}; {run.cycles_done()} are complete, from 0"
            )
        found = found[found["cycle"] == cycle]
    if as_json:
        typer.echo(json.dumps(json.loads(found.to_json(orient="records")), indent=1))
    else:
        typer.echo(
            table(rows(found, [task.name for task in run.tasks]))
            if len(found)
            else nothing(run, cycle)
        )


def rows(found: pd.DataFrame, tasks: list[str]) -> list[dict[str, str]]:
    """A row per cycle and version: `0.53 (0.41 to 0.63)` per task, then per way to join its tasks for the multi-task loss."""
    columns = {task: (task, "") for task in tasks}
    columns |= {"loss, mean": (LOSS, "mean"), "loss, max": (LOSS, "max"), "loss": (LOSS, "")}
    lines = []
    for (cycle, _, version), part in found.groupby(["cycle", "signal", "version"], sort=False):
        cells = {(row["task"], row["joined"]): row for _, row in part.iterrows()}
        fewest, most = int(part["n"].min()), int(part["n"].max())
        lines.append(
            {"cycle": str(cycle), "signal": str(version)}
            | {title: _cell(cells.get(key)) for title, key in columns.items()}
            | {"images": str(most) if fewest == most else f"{fewest} to {most}"}
        )
    return lines


def nothing(run: Run, cycle: int | None) -> str:
    """Why there is no number."""
    if not run.cycles_done():
        return f"{run.name}: no cycle is complete yet"
    where = "" if cycle is None else f" in cycle {cycle}"
    return (
        f"{run.name}: no signal quality{where}. It is measured in cycles that pick, in simulations with signal_quality=true, "
        f"of the signals that the strategy needs; describe=always measures all"
    )


def _cell(row: "pd.Series | None") -> str:
    if row is None:
        return ""
    return (
        "none"
        if pd.isna(row["rho"])
        else f"{row['rho']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
    )
