"""Commands for runs that exist: `stop` and `resume`."""

from typing import Annotated

import typer

from mtal.cli.options import RunName, Runs, store_at
from mtal.config import ConfigError
from mtal.runs.jobs.launch import kill, request_stop, start
from mtal.runs.jobs.start_log import ACCEPT_DATA
from mtal.runs.jobs.status import Status
from mtal.runs.store.index import all_runs, find_run
from mtal.runs.store.run import Run


def stop(
    name: RunName,
    runs: Runs = None,
    at_once: Annotated[
        bool, typer.Option("--kill", help="End the worker at once; the cycle in hand is lost.")
    ] = False,
) -> None:
    """Ask a run to stop after the step in hand. Complete cycles stay, and `resume` goes on."""
    run = find_run(store_at(runs), name)
    if not run.status.alive:
        typer.echo(f"{name}: not at work, it is {run.status}")
        return
    request_stop(run.paths)
    if not at_once:
        typer.echo(f"{name}: asked to stop")
    elif kill(run.paths):
        typer.echo(f"{name}: force-stopped")
    else:
        typer.echo(
            f"{name}: asked to stop; there is no worker to force-stop, or it has only just started"
        )


def resume(
    name: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Name of a run.")] = None,
    runs: Runs = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every run that was interrupted, was stopped or failed.")
    ] = False,
    accept_data: Annotated[
        bool, typer.Option(ACCEPT_DATA, help="Go on though the data changed, which the run notes.")
    ] = False,
) -> None:
    """Go on after the last complete cycle, in the background."""
    if (name is None) == (not every):
        raise ConfigError("name one run to resume, or give --all")
    if every and accept_data:
        raise ConfigError(
            f"name the run for {ACCEPT_DATA}: changed data is accepted for one run at a time"
        )
    store = store_at(runs)
    chosen = [find_run(store, name)] if name else _cut_short(all_runs(store))
    for run in chosen:
        typer.echo(f"{run.name}: {_resume(run, accept_data)}")
    if not chosen:
        typer.echo("Nothing to resume")


def _cut_short(newest_first: list[Run]) -> list[Run]:
    """Return the runs that began and did not finish, the oldest first.

    New runs are left out: somebody made them and did not start them.
    """
    return [
        run
        for run in reversed(newest_first)
        if run.status.resumable and run.status is not Status.NEW
    ]


def _resume(run: Run, accept_data: bool) -> str:
    if run.status is Status.FINISHED:
        return "finished already"
    return "resumed" if start(run.paths, accept_data=accept_data) else "at work already"
