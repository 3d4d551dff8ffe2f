"""`experiment`: plan many runs as one, start and stop them together, and add to the plan later."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mtal.cli.experiment_progress import matrix, summary
from mtal.cli.experiment_status import EXPERIMENT_VIEWS
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
from mtal.config import ConfigError, YamlError, compose, parse_yaml
from mtal.runs.experiments.experiment import (
    REFUSED,
    create_experiment,
    draft_experiment,
    extend,
    find_experiment,
    start_all,
    stop_all,
)
from mtal.runs.experiments.plan import (
    Cell,
    ablation,
    expand,
    missing_cells,
    reference_cells,
    spread_over_devices,
)
from mtal.runs.experiments.state import Experiment

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
        help="An ablation: a variant for each value, one setting changed at a time; can be "
        "repeated.",
    ),
]
Grid = Annotated[
    bool,
    typer.Option("--grid", help="A variant for every combination of the values of --vary instead."),
]
Together = Annotated[
    str,
    typer.Option(
        metavar="A,B",
        help="Settings of --vary of which every combination makes a variant; the others change "
        "one at a time.",
    ),
]
Devices = Annotated[
    str,
    typer.Option(
        metavar="cuda:0,cuda:1",
        help="Spread the runs over devices that compute side by side. Parts of a processor count "
        "too: cpu:0,cpu:1, each run with --set threads=1.",
    ),
]
AllLabels = Annotated[
    bool,
    typer.Option(
        "--all-labels",
        help="Also a run per seed that trains once on the labels of the whole pool: the reference "
        "line of learning curves.",
    ),
]
NoStart = Annotated[bool, typer.Option("--no-start", help="Only write the plan down.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be planned.")]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Where to write; else NAME.html here.")
]


def new(
    name: ExperimentName,
    preset: Preset = None,
    sets: Sets = None,
    config: ConfigFile = None,
    strategies: Strategies = "",
    seeds: Seeds = "",
    vary: Vary = None,
    product: Grid = False,
    together: Together = "",
    devices: Devices = "",
    runs: Runs = None,
    all_labels: AllLabels = False,
    dry_run: DryRun = False,
    no_start: NoStart = False,
    title: Annotated[str, typer.Option(help="For people; else the name.")] = "",
) -> None:
    """Plan strategies x seeds x variants, and start all of it in the background.

    Runs that exist are shared, not repeated.
    """
    base = compose(preset, config, sets or [])
    values = base.changed()
    variants = varied_settings(values, vary or [], product, together)
    cells = expand(
        values,
        items(strategies) or [base.strategy],
        parse_seeds(seeds) or [base.seed],
        variants,
        settings_used(),
    )
    if all_labels:
        cells += reference_cells(cells)
    cells = check_cells(spread_over_devices(cells, items(devices)))
    planned = draft_experiment(store_at(runs), name, title or name, cells)
    if dry_run:
        _show(planned)
    else:
        _start(create_experiment(planned.paths.store, name, planned.title, planned.cells), no_start)


def add(
    name: ExperimentName,
    strategies: Strategies = "",
    seeds: Seeds = "",
    vary: Vary = None,
    product: Grid = False,
    together: Together = "",
    all_labels: AllLabels = False,
    runs: Runs = None,
    dry_run: DryRun = False,
    no_start: NoStart = False,
) -> None:
    """Add seeds, strategies or variants to a plan, and start what is new.

    Each is combined with everything that the plan has.
    """
    experiment = find_experiment(store_at(runs), name)
    if not (strategies or seeds or vary or all_labels):
        raise ConfigError("nothing to add: name --seeds, --strategies, --vary or --all-labels")
    variants = varied_settings(experiment.plain, vary, product, together) if vary else {}
    added = missing_cells(
        experiment.cells, items(strategies), parse_seeds(seeds), variants, settings_used()
    )
    cells = check_cells(added)
    if all_labels:
        cells += reference_cells([*experiment.cells, *cells])
    if not cells:
        typer.echo(f"{name} has all of that already")
    elif dry_run:
        _show(draft_experiment(experiment.paths.store, name, experiment.title, cells))
    else:
        _start(extend(experiment, cells), no_start, cells)


def start(name: ExperimentName, runs: Runs = None) -> None:
    """Start or resume every run that is not finished and not at work."""
    _start(find_experiment(store_at(runs), name), no_start=False)


def stop(name: ExperimentName, runs: Runs = None) -> None:
    """Ask all runs at work to stop after the step in hand.

    Complete cycles stay, and `experiment start` goes on.
    """
    asked = stop_all(find_experiment(store_at(runs), name))
    for cell in asked:
        typer.echo(f"{cell.run_name}: asked to stop")
    if not asked:
        typer.echo("Nothing is at work")


def report(name: ExperimentName, runs: Runs = None, out: Out = None) -> None:
    """Write one HTML page for people without this program, also of a plan that is half done.

    It holds learning curves, labels saved, who wins, costs and the protocol.
    """
    from mtal.export.report import report as page
    from mtal.export.report_html import GENERATOR

    experiment, path = find_experiment(store_at(runs), name), out or Path(f"{name}.html")
    _require_writable(path, GENERATOR)
    content = page(experiment).encode()
    write_whole(path, content)
    typer.echo(f"{path}: {summary(experiment)}; {len(content):,} bytes")


def parse_varied(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Parse `committee=max,mean` as {"committee": ["max", "mean"]}; repeated settings are joined.

    Values are YAML, so lists and mappings can be given in brackets. Raises ConfigError otherwise.
    """
    varied: dict[str, list[Any]] = {}
    for text in texts:
        name, _, listing = text.partition("=")
        try:
            values = parse_yaml(f"[{listing}]")
        except YamlError as error:
            raise ConfigError(f"--vary {text}: the values cannot be read ({error})") from None
        if not values:
            raise ConfigError(f"--vary {text}: write it as setting=value,value")
        varied.setdefault(name.strip(), []).extend(values)
    return varied


def varied_settings(
    base: Mapping[str, Any], vary: Sequence[str], product: bool, together: str
) -> dict[str, dict[str, Any]]:
    """Make the variants that the options ask for. ConfigError for settings that are not varied.

    vary, together: texts of the options; product: whether all settings are combined.
    """
    varied = parse_varied(vary)
    combined = list(varied) if product else items(together)
    for name in combined:
        if name not in varied:
            raise ConfigError(f"--together: {name} is not among the settings of --vary")
    return ablation(base, varied, combined)


def parse_seeds(text: str) -> list[int]:
    """Parse `0,1,2` as [0, 1, 2]. Raises ConfigError for anything but whole numbers."""
    seeds = items(text)
    for seed in seeds:
        if not seed.isdecimal():
            raise ConfigError(f"--seeds: {seed!r} is not a whole number; write them as 0,1,2")
    return [int(seed) for seed in seeds]


def settings_used() -> Mapping[str, frozenset[str]]:
    """Map each strategy to the settings that change what it picks."""
    from mtal.acquisition.user_strategies import all_strategies

    return {name: strategy.uses for name, strategy in all_strategies().items()}


def check_cells(cells: list[Cell]) -> list[Cell]:
    """Return the cells unchanged if their configs can be used; raises ConfigError as `checked`.

    One cell of every strategy and variant is checked: seeds make no difference.
    """
    for cell in {(cell.strategy, cell.variant): cell for cell in cells}.values():
        checked(cell.config)
    return cells


def _require_writable(path: Path, mark: str) -> None:
    """Raise ConfigError unless a report can be written to the path.

    mark: stands near the beginning of every report. Files without it are not replaced.
    """
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: name a file in it, such as {path / 'report.html'}")
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent} to write the report to")
    if path.exists():
        with path.open("rb") as file:
            if mark.encode() not in file.read(1000):
                raise ConfigError(f"{path} is there already and is no report: choose another name")


def _show(planned: Experiment) -> None:
    """Print what would be planned, and how the runs of it stand that exist already."""
    typer.echo(
        f"{matrix(planned.states())}\n{len(planned.cells)} runs; nothing is written or started"
    )


def _start(experiment: Experiment, no_start: bool, only: list[Cell] | None = None) -> None:
    """Start the runs that are not done, or `only` some of them, and print how the plan stands.

    Exits with code 1 if a run cannot be started.
    """
    refused = False
    for cell, message in [] if no_start else start_all(experiment, only=only):
        typer.echo(f"{cell.run_name}: {message}")
        refused |= message.startswith(REFUSED)
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
