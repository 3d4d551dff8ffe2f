"""`strategies`: what can choose, built in or in a file of one's own, and whether such a file keeps the contract. No torch."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mtal.acquisition.contract import RULES, broken
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.acquisition.user_strategies import (
    all_strategies,
    defined,
    read,
    unusable,
    user_strategies_folder,
)
from mtal.cli.options import AsJson
from mtal.cli.status import table

Check = Annotated[
    Path | None,
    typer.Option("--check", metavar="FILE", help="Try every rule on the strategy of a file."),
]


def strategies(check: Check = None, as_json: AsJson = False) -> None:
    """All strategies; with --check, whether the one in a file keeps every rule: exit code 1 if not."""
    if check is not None:
        _check(check)
        return
    every = all_strategies().values()
    typer.echo(
        json.dumps([_values(one) for one in every], indent=1)
        if as_json
        else table([_row(one) for one in every])
    )
    for problem in unusable().values():
        typer.secho(problem, fg=typer.colors.YELLOW, err=True)


def _check(path: Path) -> None:
    strategy = defined(read(path.absolute()))
    found = {}
    for rule in RULES:
        found[rule] = broken(strategy, rule)
        typer.echo(
            f"{'broken' if found[rule] else 'ok':6}  {rule}{f': {found[rule]}' if found[rule] else ''}"
        )
    raise typer.Exit(int(any(found.values())))


def _row(strategy: Strategy) -> dict[str, str]:
    return {
        "strategy": strategy.name,
        "title": strategy.title,
        "needs": ", ".join((*strategy.needs, *strategy.tasks)),
        "what": strategy.blurb,
    }


def _values(strategy: Strategy) -> dict[str, object]:
    """Always these keys; `file` is null for a built-in one."""
    own = (
        None
        if strategy.name in STRATEGIES
        else str(user_strategies_folder() / f"{strategy.name}.py")
    )
    return {
        "name": strategy.name,
        "title": strategy.title,
        "blurb": strategy.blurb,
        "formula": strategy.formula,
        "source": strategy.source,
        "choices": strategy.choices,
        "needs": strategy.needs,
        "tasks": strategy.tasks,
        "uses": sorted(strategy.uses),
        "file": own,
    }
