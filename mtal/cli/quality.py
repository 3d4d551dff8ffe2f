"""`quality`: how well signals of a run ranked images by their loss, unlabelled or just bought."""

import json
from typing import Annotated, Any

import pandas as pd
import typer

from mtal.analysis.tables.worth import worth
from mtal.analysis.text.worth import HEADING
from mtal.cli.options import AsJson, RunName, Runs, store_at
from mtal.cli.text_table import table
from mtal.config import ConfigError
from mtal.runs.store.index import find_run
from mtal.runs.store.run import LOSS, Run


def quality(
    name: RunName,
    cycle: Annotated[int | None, typer.Option(help="Only this complete cycle, from 0.")] = None,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Rank correlation (Spearman) of each signal with the true loss, with 95 % intervals.

    Per task and for the multi-task loss, over the unlabelled images. Below, of the scores of each
    batch with the loss on its labels once they came.
    """
    run = find_run(store_at(runs), name)
    correlations, bought = run.qualities(), worth(run)
    if cycle is not None:
        if not 0 <= cycle < run.cycles_done():
            raise ConfigError(
                f"{name} has no complete cycle {cycle}; {run.cycles_done()} are complete, from 0"
            )
        correlations = correlations[correlations["cycle"] == cycle]
        bought = bought[bought["cycle"] == cycle]
    if as_json:
        typer.echo(json.dumps(records(correlations, bought), indent=1))
        return
    tasks = [task.name for task in run.tasks]
    if correlations.empty:
        typer.echo(explain_none(run, cycle))
    else:
        typer.echo(table(rows(correlations, tasks)))
    if not bought.empty:
        typer.echo(f"\n{HEADING}\n{table(rows(bought, tasks))}")


def records(correlations: pd.DataFrame, bought: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a record per number; over: "unlabelled" or "bought", the images that it is about."""
    tables = (correlations.assign(over="unlabelled"), bought.assign(over="bought"))
    return [record for part in tables for record in json.loads(part.to_json(orient="records"))]


def rows(correlations: pd.DataFrame, tasks: list[str]) -> list[dict[str, str]]:
    """Return a row per cycle and version of a signal, such as `0.53 (0.41 to 0.63)` per task.

    After the tasks follow the multi-task loss with the tasks joined by mean and by max, and
    signals of whole images, where there are any.
    """
    columns = {task: (task, "") for task in tasks}
    columns |= {"loss, mean": (LOSS, "mean"), "loss, max": (LOSS, "max"), "loss": (LOSS, "")}
    measured = {*zip(correlations["task"], correlations["joined"], strict=True)}
    columns = {title: key for title, key in columns.items() if key in measured}
    lines = []
    groups = correlations.groupby(["cycle", "signal", "version"], sort=False)
    for (cycle, _, version), group in groups:
        cells = {(row["task"], row["joined"]): row for _, row in group.iterrows()}
        fewest, most = int(group["n"].min()), int(group["n"].max())
        lines.append(
            {"cycle": str(cycle), "signal": str(version)}
            | {title: _cell(cells.get(key)) for title, key in columns.items()}
            | {"images": str(most) if fewest == most else f"{fewest} to {most}"}
        )
    return lines


def explain_none(run: Run, cycle: int | None) -> str:
    """Say why a run has no correlations, or none in a cycle."""
    if not run.cycles_done():
        return f"{run.name}: no cycle is complete yet"
    in_cycle = "" if cycle is None else f" in cycle {cycle}"
    return (
        f"{run.name}: no signal quality{in_cycle}. It is measured in cycles that pick, in "
        f"simulations with signal_quality=true, of the signals that the strategy needs; "
        f"describe=always measures all"
    )


def _cell(row: "pd.Series | None") -> str:
    """Format a correlation with its interval; "none" where it is undefined, "" where unmeasured."""
    if row is None:
        return ""
    if pd.isna(row["rho"]):
        return "none"
    return f"{row['rho']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
