"""`demo`: start a small comparison in the background, on NYU where it can be found, else on drawn shapes, and say which."""
from pathlib import Path
from typing import Annotated

import typer

from mtal.cli.options import Runs, Sets, store_at, variants
from mtal.cli.work import begin_all
from mtal.config import ConfigError

STRATEGIES = "random,ours"
FALLBACK = "drawn"
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="A folder NYUD_MT; else it is looked for, else drawn shapes.")]


ENOUGH_STEPS = ("epochs=80", "lr=0.001")                    # six images to begin with: eight epochs would be eight steps


def demo(
    nyud: Folder = None, sets: Sets = None, runs: Runs = None,
) -> None:
    """Start a small comparison of random and our selection in the background."""
    where, why = choose_data(nyud)
    typer.echo(why)
    begin_all(variants("demo", None, [*where, *(sets or [])], STRATEGIES, ""), store_at(runs))


def choose_data(folder: Path | None) -> tuple[list[str], str]:
    """The settings that name the data of the demo, and what to tell people about it."""
    from mtal.datasets import DATASETS

    if folder is not None and not folder.is_dir():
        raise ConfigError(f"no folder at {folder}; give the NYUD_MT folder that holds images/ and gt_sets/")
    found = folder or DATASETS["nyud"].find_folder()
    if found:
        return [f"data={_quoted(found.absolute())}", "dataset=nyud"], f"Demo on real photos: NYUD_MT in {found}"
    return [f"dataset={FALLBACK}", *ENOUGH_STEPS], (
        "Demo on drawn shapes, since no NYUD_MT folder was found: it shows how everything works, and says nothing about real "
        "photos.\nFor photos: make demo NYUD=/path/to/NYUD_MT (the README says what the folder looks like).")


def _quoted(path: Path) -> str:
    """The path as a YAML text, whatever is in its name."""
    return "'" + str(path).replace("'", "''") + "'"
