"""`export`: write a batch, a start or a set as a file for another program. `sets`: list them."""

import json
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from mtal.cli.options import AsJson, RunName, Runs, store_at
from mtal.cli.output_file import write_whole
from mtal.cli.text_table import table
from mtal.config import ConfigError, find
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.index import find_run
from mtal.runs.store.run import Run


def export(
    name: RunName,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.")],
    cycle: Annotated[
        int | None, typer.Option(help="A complete cycle that picked something, from 0: its batch.")
    ] = None,
    set_id: Annotated[
        str | None, typer.Option("--set", metavar="ID", help="Or a named set, as `sets` lists it.")
    ] = None,
    start: Annotated[
        bool, typer.Option("--start", help="Or the images labelled before the first cycle.")
    ] = False,
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="Of a cycle: csv, images, jsonl, parquet, split or zip. Of a set: csv, list or "
            "zip. Of a start: csv or list. Without it zip, of a start csv.",
        ),
    ] = None,
    runs: Runs = None,
) -> None:
    """Write a set, a start, or what one cycle picked after people's decisions, to a file."""
    title, write = _exporter(find_run(store_at(runs), name), cycle, set_id, start, kind)
    content = write()
    write_whole(out, content)
    typer.echo(f"{out}: {title}, {len(content):,} bytes")


def sets(name: RunName, runs: Runs = None, as_json: AsJson = False) -> None:
    """List the sets of images that people chose from a run's data, the newest first."""
    run = find_run(store_at(runs), name)
    rows = ReviewDatabase(run.store).sets(run.data.folder.name).to_dict("records")
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    elif not rows:
        typer.echo(f"No sets of the data of {run.name}: choose images in the Map and save them")
    else:
        typer.echo(table([_set_row(row) for row in rows]))


def _set_row(row: Mapping[Hashable, Any]) -> dict[str, str]:
    return {
        "set": row["id"],
        "name": row["name"],
        "images": f"{row['size']:,}",
        "by": row["who"],
        "when": row["when"],
        "origin": row["origin"],
    }


def _exporter(
    run: Run, cycle: int | None, set_id: str | None, start: bool, kind: str | None
) -> tuple[str, Callable[[], bytes]]:
    """Return the title of the export, and the function that makes its bytes.

    Raises ConfigError unless exactly one of cycle, set and start is given, and for an unknown
    format.
    """
    from mtal.export.registry import EXPORTERS, SET_EXPORTERS, START_EXPORTERS

    if (cycle is not None) + (set_id is not None) + start != 1:
        raise ConfigError(
            "name what to export: either --cycle with a number, or --set with an id, as `sets` "
            "lists them, or --start"
        )
    if cycle is not None:
        of_cycle = find(EXPORTERS, kind or "zip", "export format")
        return of_cycle.title, partial(of_cycle.write, run, cycle)
    if set_id is not None:
        of_set = find(SET_EXPORTERS, kind or "zip", "export format of a set")
        return of_set.title, partial(of_set.write, run, set_id)
    of_start = find(START_EXPORTERS, kind or "csv", "export format of a start")
    return of_start.title, partial(of_start.write, run, None)
