"""`demo`: the example and a run that joins it, or a small comparison on other data."""

from pathlib import Path
from typing import Annotated

import typer

from mtal.cli.example import rooms_folder
from mtal.cli.options import Runs, Sets, store_at, store_option, variants
from mtal.cli.run import begin_all
from mtal.config import ConfigError
from mtal.locations import COMMAND
from mtal.runs.example.demo import start_demo
from mtal.runs.paths import StorePaths

STRATEGIES = "random,ours"
Photos = Annotated[
    Path | None, typer.Option(metavar="DIR", help="A folder NYUD_MT; else the bundled rooms.")
]


def demo(nyud: Photos = None, sets: Sets = None, runs: Runs = None) -> None:
    """Add the example, and start one run of our selection that joins its curves.

    With photos or other settings: a small comparison of Random and our selection.
    """
    store = store_at(runs)
    if nyud is None and not sets:
        join_example(store)
    else:
        settings, message = choose_data(nyud)
        typer.echo(message)
        begin_all(variants("demo", None, [*settings, *(sets or [])], STRATEGIES, ""), store)
    typer.echo(f"`{COMMAND} ui{store_option(store)}` opens the dashboard")


def join_example(store: StorePaths) -> None:
    """Start the run that joins the example, and say what is there."""
    started = start_demo(store, rooms_folder())
    typer.echo(
        "The example is a finished comparison on the bundled rooms: rendered scenes with exact "
        "labels. This run joins it with a new seed:"
    )
    typer.echo(f"{started.run}: {started.message}")
    typer.echo(
        f"For photographs: `{COMMAND} demo --nyud /path/to/NYUD_MT`, a folder that holds images/ "
        "and gt_sets/."
    )


def choose_data(folder: Path | None) -> tuple[list[str], str]:
    """Choose the data of the demo: the bundled rooms, or the NYUD_MT folder of the user.

    Returns the settings to change in the preset, and a sentence for the user. Raises ConfigError
    if there is no such folder.
    """
    if folder is None:
        return [], "Demo on the bundled rooms: rendered scenes with exact labels."
    if not folder.is_dir():
        raise ConfigError(
            f"no folder at {folder}; give the NYUD_MT folder that holds images/ and gt_sets/"
        )
    settings = ["dataset=nyud", f"data={_quoted(folder.absolute())}"]
    return settings, f"Demo on real photos: NYUD_MT in {folder}"


def _quoted(path: Path) -> str:
    """Quote a path as a YAML text, whatever characters its name has."""
    return "'" + str(path).replace("'", "''") + "'"
