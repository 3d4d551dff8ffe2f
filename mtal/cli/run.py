"""Commands that start work: `run` stays and shows it, `launch` leaves it in the background."""

from collections.abc import Iterable
from functools import partial
from shlex import quote
from typing import Annotated

import typer

from mtal.cli.options import ConfigFile, Preset, Runs, Sets, checked, store_at, variants
from mtal.cli.watch import EXIT_CODES, follow
from mtal.config import Config, compose
from mtal.runs.jobs.launch import begin
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths, default_store
from mtal.runs.store.index import all_runs, known_times
from mtal.runs.store.run import Run


def run(
    preset: Preset = None, sets: Sets = None, config: ConfigFile = None, runs: Runs = None
) -> None:
    """Do one run in the foreground. Exit code 0: finished, 1: failed, 2: a setting cannot be used, 3: stopped."""
    chosen, store = checked(compose(preset, config, sets or [])), store_at(runs)
    known = partial(known_times, chosen, all_runs(store))
    typer.echo(f"{chosen.name}: {begin(chosen, store)}")
    job = Run(store.run(chosen.name).folder)
    outcome = follow(job, known)
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
    """Start one or several runs in the background; they wait for the device in the order given."""
    begin_all(variants(preset, config, sets or [], strategies, seeds), store_at(runs))


def begin_all(configs: Iterable[Config], store: StorePaths) -> None:
    """Start every config, once all of them are known to be right, and say what became of each."""
    for config in [checked(config) for config in configs]:
        typer.echo(f"{config.name}: {begin(config, store)}")


def ending(job: Run, outcome: Status) -> str:
    """How a run ended, and what to do about it."""
    done = job.cycles_done()
    cycles = "cycle" if done == 1 else "cycles"
    if outcome is Status.FINISHED:
        rule = job.result.get("reason")
        return f"{job.name}: finished{f' ({rule})' if rule else ''}, {done} {cycles} in {job.paths.folder}"
    if outcome is Status.STOPPED:
        store = (
            "" if job.store.folder == default_store() else f" --runs {quote(str(job.store.folder))}"
        )
        return (
            f"{job.name}: stopped after {done} complete {cycles}: {job.result.get('reason', 'on request')}\n"
            f"`python -m mtal resume {job.name}{store}` goes on"
        )
    reason = job.result.get("reason") or "its worker is gone and left no result"
    tail = (
        [] if job.result.get("traceback") == "" else job.log_tail()
    )  # without one the reason says it all
    return "\n".join([f"{job.name}: {outcome}: {reason}", *tail, f"Log: {job.paths.log}"])
