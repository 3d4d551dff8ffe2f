"""`experiment`: plan many runs as one, start and stop them together, add to the plan later without repeating anything."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from mtal.cli.experiment_status import EXPERIMENT_VIEWS, matrix, summary
from mtal.cli.options import (
    ConfigFile,
    ExperimentName,
    Preset,
    Runs,
    Sets,
    checked,
    items,
    store_at,
)
from mtal.cli.output_file import write_whole
from mtal.config import ConfigError, compose
from mtal.runs.experiments.experiment import (
    REFUSED,
    Experiment,
    create_experiment,
    extend,
    find_experiment,
    sketch,
    start_all,
    stop_all,
)
from mtal.runs.experiments.plan import (
    Cell,
    expand,
    grid,
    more,
    one_at_a_time,
    reference_cells,
    spread,
)

Strategies = Annotated[str, typer.Option(metavar="A,B", help="Strategies.")]
Seeds = Annotated[
    str,
    typer.Option(
        metavar="0,1,2", help="Seeds; all strategies of a seed begin with the same images."
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="SETTING=A,B",
        help="An ablation: a variant for each value, "
        "one setting changed at a time; can be repeated.",
    ),
]
Grid = Annotated[
    bool,
    typer.Option("--grid", help="A variant for every combination of the values of --vary instead."),
]
Devices = Annotated[
    str,
    typer.Option(
        metavar="cuda:0,cuda:1",
        help="Spread the runs over devices that compute side by "
        "side. Places on a processor count too: cpu:0,cpu:1, each run with --set threads=1.",
    ),
]
AllLabels = Annotated[
    bool,
    typer.Option(
        "--all-labels",
        help="Also a run per seed that trains once on the labels of the whole "
        "pool: the reference line of learning curves.",
    ),
]
NoStart = Annotated[bool, typer.Option("--no-start", help="Only write the plan down.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be planned.")]


def new(
    name: ExperimentName,
    preset: Preset = None,
    sets: Sets = None,
    config: ConfigFile = None,
    strategies: Strategies = "",
    seeds: Seeds = "",
    vary: Vary = None,
    product: Grid = False,
    devices: Devices = "",
    runs: Runs = None,
    all_labels: AllLabels = False,
    dry_run: DryRun = False,
    no_start: NoStart = False,
    title: Annotated[str, typer.Option(help="For people; else the name.")] = "",
) -> None:
    """Plan strategies x seeds x variants, and start all of it in the background. Runs that exist are shared, not repeated."""
    base = compose(preset, config, sets or [])
    values = base.changed()
    variants = (grid if product else one_at_a_time)(values, varied(vary or []))
    cells = expand(
        values,
        items(strategies) or [base.strategy],
        whole_numbers(seeds) or [base.seed],
        variants,
        heeds(),
    )
    cells += reference_cells(cells) if all_labels else []
    planned = sketch(store_at(runs), name, title or name, sound(spread(cells, items(devices))))
    if dry_run:
        _show(planned)
    else:
        _go(create_experiment(planned.paths.store, name, planned.title, planned.cells), no_start)


def add(
    name: ExperimentName,
    strategies: Strategies = "",
    seeds: Seeds = "",
    vary: Vary = None,
    product: Grid = False,
    all_labels: AllLabels = False,
    runs: Runs = None,
    dry_run: DryRun = False,
    no_start: NoStart = False,
) -> None:
    """Add seeds, strategies or variants to a plan, each combined with all that it has, and start what is new."""
    experiment = find_experiment(store_at(runs), name)
    if not (strategies or seeds or vary or all_labels):
        raise ConfigError("nothing to add: name --seeds, --strategies, --vary or --all-labels")
    variants = (grid if product else one_at_a_time)(experiment.plain, varied(vary)) if vary else {}
    cells = sound(
        more(experiment.cells, items(strategies), whole_numbers(seeds), variants, heeds())
    )
    cells += reference_cells([*experiment.cells, *cells]) if all_labels else []
    if not cells:
        typer.echo(f"{name} has all of that already")
    elif dry_run:
        _show(sketch(experiment.paths.store, name, experiment.title, cells))
    else:
        _go(extend(experiment, cells), no_start, cells)


def start(name: ExperimentName, runs: Runs = None) -> None:
    """Start or resume every run that is not finished and not at work."""
    _go(find_experiment(store_at(runs), name), no_start=False)


def stop(name: ExperimentName, runs: Runs = None) -> None:
    """Ask all runs at work to stop after the step in hand; complete cycles stay, and `experiment start` goes on."""
    asked = stop_all(find_experiment(store_at(runs), name))
    for cell in asked:
        typer.echo(f"{cell.run_name}: asked to stop")
    if not asked:
        typer.echo("Nothing is at work")


def report(
    name: ExperimentName,
    runs: Runs = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Where to write; else NAME.html here.")
    ] = None,
) -> None:
    """Write one HTML page for people without this program: curves, labels saved, who wins, costs, protocol; also of a part."""
    from mtal.export.report import report as page
    from mtal.export.report_html import GENERATOR

    experiment, path = find_experiment(store_at(runs), name), out or Path(f"{name}.html")
    _writable(path, GENERATOR)
    content = page(experiment).encode()
    write_whole(path, content)
    typer.echo(f"{path}: {summary(experiment)}; {len(content):,} bytes")


def varied(texts: Sequence[str]) -> dict[str, list[Any]]:
    """`committee=max,mean` -> {"committee": ["max", "mean"]}. Values are YAML, so lists and mappings can be given in brackets."""
    found: dict[str, list[Any]] = {}
    for text in texts:
        name, _, values = text.partition("=")
        try:
            read = yaml.safe_load(f"[{values}]")
        except yaml.YAMLError as error:
            raise ConfigError(f"--vary {text}: the values are not YAML ({error})") from None
        if not read:
            raise ConfigError(f"--vary {text}: write it as setting=value,value")
        found.setdefault(name.strip(), []).extend(read)
    return found


def whole_numbers(seeds: str) -> list[int]:
    """`0,1,2` -> [0, 1, 2]."""
    if wrong := [text for text in items(seeds) if not text.isdecimal()]:
        raise ConfigError(f"--seeds: {wrong[0]!r} is not a whole number; write them as 0,1,2")
    return [int(text) for text in items(seeds)]


def heeds() -> Mapping[str, frozenset[str]]:
    """Strategy -> settings that change what it picks."""
    from mtal.acquisition.user_strategies import all_strategies

    return {name: strategy.uses for name, strategy in all_strategies().items()}


def sound(cells: list[Cell]) -> list[Cell]:
    """The same cells, once one of every strategy and variant is known to be right; seeds make no difference to that."""
    for cell in {(cell.strategy, cell.variant): cell for cell in cells}.values():
        checked(cell.config)
    return cells


def _writable(path: Path, mark: str) -> None:
    """ConfigError unless a report can go there. `mark`: near the beginning of every report; other files are not replaced."""
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: name a file in it, such as {path / 'report.html'}")
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent} to write the report to")
    if path.exists():
        with path.open("rb") as file:
            if mark.encode() not in file.read(1000):
                raise ConfigError(f"{path} is there already and is no report: choose another name")


def _show(planned: Experiment) -> None:
    """What would be planned, and how runs of it stand that exist already."""
    typer.echo(
        f"{matrix(planned.states())}\n{len(planned.cells)} runs; nothing is written or started"
    )


def _go(experiment: Experiment, no_start: bool, only: list[Cell] | None = None) -> None:
    """Start what is not done, or `only` some of it, and say how all of it stands. Exit code 1 if a run cannot be started."""
    refused = False
    for cell, said in [] if no_start else start_all(experiment, only=only):
        typer.echo(f"{cell.run_name}: {said}")
        refused |= said.startswith(REFUSED)
    typer.echo(f"{experiment.name}: {summary(experiment)}")
    raise typer.Exit(int(refused))


EXPERIMENT: dict[str, Callable[..., None]] = {
    "new": new,
    "add": add,
    "start": start,
    "stop": stop,
    "report": report,
    **EXPERIMENT_VIEWS,
}
