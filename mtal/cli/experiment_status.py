"""How experiments stand and what came out of them: `experiment status`, `list`, `watch` and `results`. No torch."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from mtal.cli.options import AsJson, ExperimentName, Runs, store_at
from mtal.cli.status import table
from mtal.config import ConfigError
from mtal.runs.durations import span
from mtal.runs.experiments.experiment import (
    Experiment,
    State,
    damaged_experiments,
    experiments,
    find_experiment,
    metrics,
)
from mtal.runs.experiments.runtime_estimate import Range, Table, seconds_left
from mtal.runs.files import whole_file
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.status import Status
from mtal.runs.store.index import all_runs, known_times
from mtal.runs.store.run import LOSS, Run

PAUSE_S = 5.0  # between two looks of `watch`


def status(name: ExperimentName, runs: Runs = None, as_json: AsJson = False) -> None:
    """How every run of a plan stands: a row per strategy and variant, a column per seed."""
    experiment = find_experiment(store_at(runs), name)
    if as_json:
        typer.echo(json.dumps(as_values(experiment), indent=1, allow_nan=False))
        return
    states = experiment.states()
    typer.echo(f"{experiment.title}\n\n{matrix(states)}\n\n{summary(experiment, states)}")
    for state in states:
        if state.status is Status.FAILED and (run := experiment.run(state.cell)):
            typer.secho(
                f"{run.name}: {' '.join(run.result.get('reason', '').split())}", fg=typer.colors.RED
            )


def list_all(runs: Runs = None) -> None:
    """Every experiment of the store, the newest first."""
    store = store_at(runs)
    rows = [
        {
            "experiment": one.name,
            "strategies": _few(one.strategies),
            "seeds": _few(one.seeds),
            "variants": str(len(one.variants)),
            "runs": counts(one.states()),
        }
        for one in experiments(store)
    ]
    typer.echo(table(rows) if rows else f"No experiments in {store.folder}")
    for problem in damaged_experiments(store):
        typer.secho(problem, fg=typer.colors.YELLOW, err=True)


def watch(name: ExperimentName, runs: Runs = None) -> None:
    """Stay until nothing is at work any more. Exit code 0: all finished, 1: one failed or was killed, 3: not all were done."""
    experiment, said = find_experiment(store_at(runs), name), ""
    try:
        while True:
            states = experiment.states()
            if (now := counts(states)) != said:
                typer.echo(f"{time.strftime('%H:%M:%S')}  {summary(experiment, states)}")
            said = now
            if not any(state.status.alive for state in states):
                break
            time.sleep(PAUSE_S)
    except KeyboardInterrupt:
        typer.echo("\nThe runs go on; `experiment stop` stops them")
        raise typer.Exit(130) from None
    raise typer.Exit(outcome(states))


def results(
    name: ExperimentName,
    runs: Runs = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every measurement there.")
    ] = None,
    cycle: Annotated[
        int | None,
        typer.Option(help="Which cycle to compare; else the last one that a run has reached."),
    ] = None,
) -> None:
    """Mean and standard deviation over seeds at one cycle, per strategy and variant; n says over how many seeds."""
    found = metrics(find_experiment(store_at(runs), name))
    if csv is not None:
        _write(found, csv)
        typer.echo(f"{csv}: {len(found):,} rows")
    if found.empty:
        typer.echo("No cycle is complete yet")
        return
    shown = int(found["cycle"].max()) if cycle is None else cycle
    at = found[found["cycle"] == shown]
    if at.empty:
        raise ConfigError(
            f"no run of {name} has a complete cycle {shown}; the last is {found['cycle'].max()}"
        )
    typer.echo(f"Cycle {shown}: mean ± standard deviation over n seeds\n\n{table(compared(at))}")


def compared(at: pd.DataFrame) -> list[dict[str, str]]:
    """A row per strategy and variant, of the measurements of one cycle."""
    rows = []
    for (strategy, variant), group in at.groupby(["strategy", "variant"], sort=False):
        loss = group[group["task"] == LOSS]
        values = {
            axis: _spread(one["value"].astype(float))
            for axis, one in group.groupby("axis", sort=False)
        }
        rows.append(
            {
                "strategy": str(strategy),
                "variant": str(variant),
                "n": str(len(loss)),
                "labels": f"{loss['labels'].mean():.0f}",
                "images": f"{loss['images'].mean():.0f}",
            }
            | {str(axis): values.get(axis, "") for axis in at["axis"].unique()}
        )
    return rows


def matrix(states: Sequence[State]) -> str:
    """Strategy and variant down, seeds across."""
    seeds = dict.fromkeys(state.cell.seed for state in states)
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for state in states:
        cell = state.cell
        row = rows.setdefault(
            (cell.strategy, cell.variant),
            {"strategy": cell.strategy, "variant": cell.variant}
            | {f"seed {seed}": "-" for seed in seeds},
        )
        row[f"seed {cell.seed}"] = _told(state)
    return table(list(rows.values()))


def counts(states: Sequence[State]) -> str:
    """`3 of 12 finished, 1 running, 8 queued`."""
    number = Counter(state.status for state in states)
    order = dict.fromkeys([Status.RUNNING, *Status])
    others = [
        f"{number[status]} {status}"
        for status in order
        if number[status] and status is not Status.FINISHED
    ]
    return ", ".join([f"{number[Status.FINISHED]} of {len(states)} finished", *others])


def summary(experiment: Experiment, states: Sequence[State] | None = None) -> str:
    """Counts, and the likely range of the time left."""
    states = experiment.states() if states is None else states
    return f"{counts(states)}. {time_left(experiment, states)[1]}".removesuffix(". ")


def time_left(experiment: Experiment, states: Sequence[State]) -> tuple[Range | None, str]:
    """Until all that is at work has ended, the devices side by side; and the same for people. None if it cannot be known."""
    alive = [state for state in states if state.status.alive]
    if not alive:
        return None, ""
    every = all_runs(experiment.paths.store)
    devices: dict[str, list[Range]] = {}
    unknown, seconds = [], cache(Run.seconds)
    for state in alive:
        one = _left(experiment, state, every, seconds)
        devices.setdefault(device_key(state.cell.config), []).append(one or (0.0, 0.0))
        unknown += [] if one else [state.cell.strategy]
    if unknown:
        return (
            None,
            f"No estimate before a cycle of {', '.join(dict.fromkeys(unknown))} has been timed",
        )
    sums = [
        (sum(low for low, _ in ranges), sum(high for _, high in ranges))
        for ranges in devices.values()
    ]
    low, high = max(low for low, _ in sums), max(high for _, high in sums)
    own = {state.cell.run_name for state in states}
    others = sum(
        run.status.alive and device_key(run.config) in devices
        for run in every
        if run.name not in own
    )
    shared = (
        f", not counting {others} other run{'s' * (others != 1)} on the same device"
        if others
        else ""
    )
    early = (
        "at most "
        if any(
            state.cell.config.label_budget or state.cell.config.plateau_percent for state in alive
        )
        else ""
    )
    return (low, high), f"{early}{span(low, high)} left{shared}".capitalize()


def as_values(experiment: Experiment) -> dict[str, Any]:
    """What `status --json` says: always these keys, times in seconds, null where nothing is known."""
    states = experiment.states()
    left, text = time_left(experiment, states)
    return {
        "name": experiment.name,
        "title": experiment.title,
        "created": experiment.created,
        "strategies": experiment.strategies,
        "seeds": experiment.seeds,
        "variants": experiment.variants,
        "counts": {
            str(status): sum(state.status is status for state in states) for status in Status
        },
        "eta_low_s": left[0] if left else None,
        "eta_high_s": left[1] if left else None,
        "eta_text": text or None,
        "cells": [
            {
                "variant": state.cell.variant,
                "strategy": state.cell.strategy,
                "seed": state.cell.seed,
                "run": state.cell.run_name,
                "status": str(state.status),
                "cycles_done": state.cycles_done,
                "cycles": state.cycles,
                "percent": round(100 * state.fraction, 1),
            }
            for state in states
        ],
    }


def outcome(states: Sequence[State]) -> int:
    """The exit code of a plan of which nothing is at work."""
    found = {state.status for state in states}
    if found & {Status.FAILED, Status.INTERRUPTED}:
        return 1
    return 0 if found == {Status.FINISHED} else 3


def _left(
    experiment: Experiment, state: State, every: Sequence[Run], seconds: Table
) -> Range | None:
    """Of one run: what it says itself once it can, else what runs like it took."""
    config, run = state.cell.config, experiment.run(state.cell)
    now = (
        run.progress(partial(known_times, config, every))
        if run and state.status is Status.RUNNING
        else None
    )
    return (
        now.eta_s if now and now.eta_s else seconds_left(config, state.cycles_done, every, seconds)
    )


def _told(state: State) -> str:
    if state.status is Status.FINISHED or not (state.cycles_done or state.status is Status.RUNNING):
        return str(state.status)
    return f"{state.status} {100 * state.fraction:.0f} %"


def _spread(values: pd.Series) -> str:
    """`14.2 ± 0.31`; no spread for one seed, and "unknown" where a seed could not be measured."""
    if values.isna().any():
        return "unknown"
    return f"{values.mean():#.4g}" + (f" ± {values.std(ddof=1):#.2g}" if len(values) > 1 else "")


def _few(values: Sequence[object]) -> str:
    return ",".join(map(str, values)) if len(values) <= 8 else f"{len(values)}"


def _write(found: pd.DataFrame, path: Path) -> None:
    try:
        with whole_file(path) as file:
            found.to_csv(file, index=False, lineterminator="\n")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None


EXPERIMENT_VIEWS: dict[str, Callable[..., None]] = {
    "status": status,
    "list": list_all,
    "watch": watch,
    "results": results,
}
