"""`bridge`: write runs for another tracker, through that tracker's own library."""

from typing import Annotated

import typer

from mtal.cli.options import Runs, store_at
from mtal.config import ConfigError, find
from mtal.runs.experiments.experiment import find_experiment
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import find_run
from mtal.runs.store.run import Run


def bridge(
    tracker: Annotated[str, typer.Argument(metavar="TRACKER", help="tensorboard or mlflow.")],
    to: Annotated[
        str, typer.Option(metavar="DIR_OR_URI", help="A folder; for mlflow also a tracking URI.")
    ],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="Runs, as `status` shows them.")
    ] = None,
    experiment: Annotated[
        str, typer.Option(metavar="NAME", help="Or all runs of an experiment.")
    ] = "",
    runs: Runs = None,
) -> None:
    """Write settings, metrics per cycle and training losses of runs to TensorBoard or MLflow.

    Repeated, it adds what is new.
    """
    from mtal.export.bridges.bridge import tracked_run
    from mtal.export.bridges.registry import BRIDGES

    chosen = find(BRIDGES, tracker, "tracker")
    for run in _runs(store_at(runs), names or [], experiment):
        points = chosen.write(tracked_run(run), experiment or "mtal", to)
        typer.echo(f"{run.name}: {points:,} new points in {chosen.title}, {to}")


def _runs(store: StorePaths, names: list[str], experiment: str) -> list[Run]:
    """Return the named runs, or those of the experiment that have begun.

    Raises ConfigError unless exactly one of the two is given.
    """
    if bool(names) == bool(experiment):
        raise ConfigError("name what to write: either runs, or --experiment with a name")
    if names:
        return [find_run(store, name) for name in names]
    plan = find_experiment(store, experiment)
    runs = [plan.run(cell) for cell in plan.cells]
    return [run for run in runs if run is not None]
