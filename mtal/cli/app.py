"""The list of commands. Modules are light; what needs torch imports it when it runs."""

import sys

import typer

from mtal.cli.bridge import bridge
from mtal.cli.data import check
from mtal.cli.demo import demo
from mtal.cli.doctor import doctor
from mtal.cli.example import EXAMPLE
from mtal.cli.experiment import EXPERIMENT
from mtal.cli.export import export, sets
from mtal.cli.quality import quality
from mtal.cli.rooms import rooms
from mtal.cli.run import launch, run
from mtal.cli.save_set import save_set
from mtal.cli.status import settings, status
from mtal.cli.stop_resume import resume, stop
from mtal.cli.strategies import strategies
from mtal.cli.ui import STREAMLIT_OPTIONS, ui
from mtal.errors import UserError
from mtal.locations import COMMAND

COMMANDS = (
    run,
    launch,
    status,
    stop,
    resume,
    check,
    export,
    sets,
    save_set,
    bridge,
    quality,
    settings,
    strategies,
    doctor,
    demo,
    rooms,
)

app = typer.Typer(
    name="mtal",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Decide which images to label next for several dense tasks at once.",
)
for command in COMMANDS:
    app.command()(command)
app.command(context_settings=STREAMLIT_OPTIONS)(ui)
GROUPS = {
    "experiment": (
        EXPERIMENT,
        "Plans of many runs: strategies x seeds x variants, started and read as one.",
    ),
    "example": (EXAMPLE, "The finished experiment that comes with the program."),
}
for group, (actions, text) in GROUPS.items():
    subcommands = typer.Typer(no_args_is_help=True, help=text)
    for name, action in actions.items():
        subcommands.command(name)(action)
    app.add_typer(subcommands, name=group)


def main() -> None:
    """Run the command line. A UserError is printed in one line, and exits with code 2."""
    try:
        app(prog_name=COMMAND)
    except UserError as error:
        typer.secho(f"Error: {' '.join(str(error).split())}", fg=typer.colors.RED, err=True)
        sys.exit(2)
