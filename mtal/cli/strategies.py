"""`strategies`: list the built-in and the user's strategies, or check a file of one. No torch."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mtal.acquisition.contract import RULES, broken
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.user_strategies import (
    all_strategies,
    load,
    read,
    unusable_files,
    user_strategies_folder,
)
from mtal.cli.options import AsJson
from mtal.cli.text_table import table

Check = Annotated[
    Path | None,
    typer.Option("--check", metavar="FILE", help="Try every rule on the strategy of a file."),
]


def strategies(check: Check = None, as_json: AsJson = False) -> None:
    """All strategies; with --check, whether the one in a file keeps every rule.

    Exit code 1 if it does not.
    """
    if check is not None:
        _check(check)
        return
    available = all_strategies().values()
    if as_json:
        typer.echo(json.dumps([_values(strategy) for strategy in available], indent=1))
    else:
        typer.echo(table([_row(strategy) for strategy in available]))
    for problem in unusable_files().values():
        typer.secho(problem, fg=typer.colors.YELLOW, err=True)


def _check(path: Path) -> None:
    """Print a line per rule. Exits with code 1 if the strategy of the file breaks one."""
    strategy = load(read(path.absolute()))
    all_kept = True
    for rule in RULES:
        problem = broken(strategy, rule)
        typer.echo(f"broken  {rule}: {problem}" if problem else f"ok      {rule}")
        all_kept = all_kept and not problem
    raise typer.Exit(0 if all_kept else 1)


def _row(strategy: Strategy) -> dict[str, str]:
    return {
        "strategy": strategy.name,
        "title": strategy.title,
        "needs": ", ".join((*strategy.signals(), *strategy.tasks)),
        "what": strategy.blurb,
    }


def _values(strategy: Strategy) -> dict[str, object]:
    """Return what `strategies --json` prints. `file` is None for a built-in strategy."""
    built_in = strategy.name in STRATEGIES
    file = None if built_in else str(user_strategies_folder() / f"{strategy.name}.py")
    return {
        "name": strategy.name,
        "title": strategy.title,
        "blurb": strategy.blurb,
        "formula": strategy.formula,
        "source": strategy.source,
        "choices": strategy.choices,
        "needs": strategy.signals(),
        "tasks": strategy.tasks,
        "uses": sorted(strategy.uses),
        "file": file,
    }
