"""Commands that read experiments: `experiment status`, `list`, `watch` and `results`. No torch."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from mtal.analysis.csv_text import csv_bytes
from mtal.analysis.numbers import decimals, spread
from mtal.analysis.text.curves import backbone_note
from mtal.cli.experiment_progress import as_values, counts, matrix, outcome, summary
from mtal.cli.options import AsJson, ExperimentName, Runs, store_at
from mtal.cli.output_file import write_whole
from mtal.cli.text_table import table
from mtal.config import ConfigError
from mtal.runs.experiments.experiment import (
    damaged_experiments,
    experiments,
    find_experiment,
    metrics,
)
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS

PAUSE_S = 5.0  # between two looks of `watch`
LISTED = 8  # strategies or seeds that `list` names; above, it prints their number
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write every measurement there.")
]
AtCycle = Annotated[
    int | None, typer.Option(help="Which cycle to compare; else the last one that a run reached.")
]


def status(name: ExperimentName, runs: Runs = None, as_json: AsJson = False) -> None:
    """How every run of a plan stands: a row per strategy and variant, a column per seed."""
    experiment = find_experiment(store_at(runs), name)
    if as_json:
        typer.echo(json.dumps(as_values(experiment), indent=1, allow_nan=False))
        return
    states = experiment.states()
    typer.echo(f"{experiment.title}\n\n{matrix(states)}\n\n{summary(experiment, states)}")
    for state in states:
        run = experiment.run(state.cell)
        if state.status is Status.FAILED and run:
            reason = " ".join(run.result.get("reason", "").split())
            typer.secho(f"{run.name}: {reason}", fg=typer.colors.RED)


def list_all(runs: Runs = None) -> None:
    """Every experiment of the store, the newest first."""
    store = store_at(runs)
    rows = [
        {
            "experiment": experiment.name,
            "strategies": _few(experiment.strategies),
            "seeds": _few(experiment.seeds),
            "variants": str(len(experiment.variants)),
            "runs": counts(experiment.states()),
        }
        for experiment in experiments(store)
    ]
    typer.echo(table(rows) if rows else f"No experiments in {store.folder}")
    for problem in damaged_experiments(store):
        typer.secho(problem, fg=typer.colors.YELLOW, err=True)


def watch(name: ExperimentName, runs: Runs = None) -> None:
    """Stay until nothing is at work any more.

    Exit code 0: all finished, 1: one failed or was killed, 3: not all were done.
    """
    experiment, shown = find_experiment(store_at(runs), name), ""
    try:
        while True:
            states = experiment.states()
            if counts(states) != shown:
                typer.echo(f"{time.strftime('%H:%M:%S')}  {summary(experiment, states)}")
                shown = counts(states)
            if not any(state.status.alive for state in states):
                break
            time.sleep(PAUSE_S)
    except KeyboardInterrupt:
        typer.echo("\nThe runs go on; `experiment stop` stops them")
        raise typer.Exit(130) from None
    raise typer.Exit(outcome(states))


def results(
    name: ExperimentName, runs: Runs = None, csv: Csv = None, cycle: AtCycle = None
) -> None:
    """Mean and standard deviation over seeds at one cycle, per strategy and variant.

    The column n says over how many seeds.
    """
    experiment = find_experiment(store_at(runs), name)
    measured = metrics(experiment)
    if csv is not None:
        write_whole(csv, csv_bytes(measured))
        typer.echo(f"{csv}: {len(measured):,} rows")
    if measured.empty:
        typer.echo("No cycle is complete yet")
        return
    last = int(measured["cycle"].max())
    shown = last if cycle is None else cycle
    rows = measured[measured["cycle"] == shown]
    if rows.empty:
        raise ConfigError(f"no run of {name} has a complete cycle {shown}; the last is {last}")
    typer.echo(f"Cycle {shown}: mean ± standard deviation over n seeds\n\n{table(compared(rows))}")
    note = backbone_note(cell.config.backbone_frozen for cell in experiment.cells)
    if note:
        typer.echo(f"\n{note}")


def compared(measured: pd.DataFrame) -> list[dict[str, str]]:
    """Return a row per strategy and variant, of the measurements of one cycle.

    All values of a metric have the same number of decimals. A metric that one of the seeds could
    not measure is "unknown".
    """
    measured = measured.assign(value=measured["value"].astype(float))
    rows = {series: _counted(*series, group) for series, group in _series(measured).items()}
    for axis, values in measured.groupby("axis", sort=False):
        seeds = {series: group["value"] for series, group in _series(values).items()}
        means = {series: column.mean(skipna=False) for series, column in seeds.items()}
        precision = decimals(means.values())
        for series, row in rows.items():
            row[str(axis)] = ""
            if series in seeds:
                deviation, number = seeds[series].std(ddof=1), len(seeds[series])
                row[str(axis)] = spread(means[series], deviation, number, precision)
    return list(rows.values())


def _series(measured: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Split the rows by strategy and variant, in their order."""
    groups = measured.groupby(["strategy", "variant"], sort=False)
    return {(str(strategy), str(variant)): group for (strategy, variant), group in groups}


def _counted(strategy: str, variant: str, group: pd.DataFrame) -> dict[str, str]:
    """Return the number of seeds, and the mean numbers of labels and images."""
    loss = group[group["task"] == LOSS]
    return {
        "strategy": strategy,
        "variant": variant,
        "n": str(len(loss)),
        "labels": f"{loss['labels'].mean():.0f}",
        "images": f"{loss['images'].mean():.0f}",
    }


def _few(values: Sequence[object]) -> str:
    return ",".join(map(str, values)) if len(values) <= LISTED else f"{len(values)}"


EXPERIMENT_VIEWS: dict[str, Callable[..., None]] = {
    "status": status,
    "list": list_all,
    "watch": watch,
    "results": results,
}
