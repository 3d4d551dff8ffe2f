"""Commands that start work: `run` stays and shows it, `launch` leaves it in the background."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

import typer

from mtal.analysis.numbers import count
from mtal.cli.options import (
    ConfigFile,
    Preset,
    Runs,
    Sets,
    checked,
    store_at,
    store_option,
    variants,
)
from mtal.cli.watch import EXIT_CODES, follow
from mtal.config import Config, compose
from mtal.locations import COMMAND
from mtal.runs.jobs.launch import launch_run
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs, times_of_similar_runs
from mtal.runs.store.run import Run


def run(
    preset: Preset = None, sets: Sets = None, config: ConfigFile = None, runs: Runs = None
) -> None:
    """Do one run in the foreground.

    Exit code 0: finished, 1: failed, 2: a setting cannot be used, 3: stopped.
    """
    chosen, store = checked(compose(preset, config, sets or [])), store_at(runs)
    earlier_times = partial(times_of_similar_runs, chosen, all_runs(store))
    typer.echo(f"{chosen.name}: {launch_run(chosen, store)}")
    job = Run(store.run(chosen.name).folder)
    outcome = follow(job, earlier_times)
    typer.echo(ending(job, outcome))
    raise typer.Exit(EXIT_CODES[outcome])


def launch(
    preset: Preset = None,
    sets: Sets = None,
    config: ConfigFile = None,
    runs: Runs = None,
    strategies: Annotated[str, typer.Option(help="Comma-separated; a run for each.")] = "",
    seeds: Annotated[str, typer.Option(help="Comma-separated; a run for each, per strategy.")] = "",
) -> None:
    """Start one or several runs in the background. They take the device in the order given."""
    begin_all(variants(preset, config, sets or [], strategies, seeds), store_at(runs))


def begin_all(configs: Iterable[Config], store: StorePaths) -> None:
    """Check all configs, then start each and print what became of it.

    Raises ConfigError, before anything is started, if one cannot be used.
    """
    for config in [checked(config) for config in configs]:
        typer.echo(f"{config.name}: {launch_run(config, store)}")


def ending(job: Run, outcome: Status) -> str:
    """Say how a run ended, and what to do about it."""
    done, reason = job.cycles_done(), job.result.get("reason")
    if outcome is Status.FINISHED:
        rule = f" ({reason})" if reason else ""
        return f"{job.name}: finished{rule}, {count(done, 'cycle')} in {job.paths.folder}"
    if outcome is Status.STOPPED:
        return (
            f"{job.name}: stopped after {count(done, 'complete cycle')}: {reason or 'on request'}\n"
            f"`{COMMAND} resume {job.name}{store_option(job.store)}` goes on"
        )
    reason = reason or "its worker is gone and left no result"
    # Without a traceback, the reason says everything that the log does.
    tail = [] if job.result.get("traceback") == "" else job.log_tail()
    return "\n".join([f"{job.name}: {outcome}: {reason}", *tail, f"Log: {job.paths.log}"])
