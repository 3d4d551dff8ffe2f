"""`ui`: open the dashboard. The server takes this process's place, so Ctrl-C ends it."""

import os
import sys
from typing import Annotated

import typer

from mtal.cli.options import Runs
from mtal.locations import APP
from mtal.runs.paths import STORE_VARIABLE

STREAMLIT_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}


def ui(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(metavar="N", help="The server's port; else 8501 or the next free.")
    ] = None,
    runs: Runs = None,
) -> None:
    """Open the dashboard. Other options are Streamlit's own, such as --server.address=0.0.0.0."""
    if runs is not None:
        os.environ[STORE_VARIABLE] = str(runs.absolute())
    sys.stdout.flush()
    os.execv(sys.executable, server_command(port, context.args))


def server_command(port: int | None, options: list[str]) -> list[str]:
    """Return the command line of the server, which reads .streamlit/config.toml beside app.py.

    `-P` keeps files of the current folder from being imported in place of packages.
    """
    at_port = [] if port is None else [f"--server.port={port}"]
    return [sys.executable, "-P", "-m", "streamlit", "run", str(APP), *at_port, *options]
