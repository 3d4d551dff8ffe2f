"""`demo`: start a small comparison in the background, on the bundled rooms or on the user's NYU photos, and say which."""

from pathlib import Path
from typing import Annotated

import typer

from mtal.cli.options import Runs, Sets, store_at, variants
from mtal.cli.run import begin_all
from mtal.config import ConfigError

STRATEGIES = "random,ours"
Folder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="A folder NYUD_MT; else the bundled rooms.")
]


def demo(nyud: Folder = None, sets: Sets = None, runs: Runs = None) -> None:
    """Start a small comparison of random and our selection in the background."""
    where, what = choose_data(nyud)
    typer.echo(what)
    begin_all(variants("demo", None, [*where, *(sets or [])], STRATEGIES, ""), store_at(runs))


def choose_data(folder: Path | None) -> tuple[list[str], str]:
    """The settings that name the data of the demo, if not those of the preset, and what to tell people about it."""
    if folder is None:
        return [], (
            "Demo on the bundled rooms: rendered scenes with exact labels. For photos: make demo NYUD=/path/to/NYUD_MT "
            "(docs/data.md says what the folder looks like)."
        )
    if not folder.is_dir():
        raise ConfigError(
            f"no folder at {folder}; give the NYUD_MT folder that holds images/ and gt_sets/"
        )
    return [
        "dataset=nyud",
        f"data={_quoted(folder.absolute())}",
    ], f"Demo on real photos: NYUD_MT in {folder}"


def _quoted(path: Path) -> str:
    """The path as a YAML text, whatever is in its name."""
    return "'" + str(path).replace("'", "''") + "'"
