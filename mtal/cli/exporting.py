"""`export`: what one cycle picked, as a file for another program."""
from pathlib import Path
from typing import Annotated

import typer

from mtal.cli.options import RunName, Runs, store_at
from mtal.config import ConfigError, find
from mtal.runs.files import whole_file
from mtal.runs.index import find_run


def export(
    name: RunName,
    cycle: Annotated[int, typer.Option(help="Number of a complete cycle that picked something, from 0.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.")],
    kind: Annotated[str, typer.Option("--format", help="csv, images, jsonl, parquet, split or zip.")] = "zip",
    runs: Runs = None,
) -> None:
    """Write what one cycle picked, and why, to a file."""
    from mtal.export import EXPORTERS

    exporter = find(EXPORTERS, kind, "export format")
    content = exporter.write(find_run(store_at(runs), name), cycle)
    try:
        with whole_file(out, "wb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}") from None
    typer.echo(f"{out}: {exporter.title}, {len(content):,} bytes")
