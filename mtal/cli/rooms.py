"""`rooms`: render the data set Rooms. An extra that needs Mitsuba, Anny and furniture models; the rest of mtal does not."""

import re
from pathlib import Path
from typing import Annotated

import typer

from mtal.config import ConfigError

FURNITURE = Path(
    "/usr/share/sweethome3d/furniture"
)  # where Debian's sweethome3d-furniture puts its libraries


def rooms(
    out: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="Where the data set goes; what is there already stays."
        ),
    ],
    images: Annotated[
        int,
        typer.Option(metavar="N", help="Images in all: four in the pool to one that validates."),
    ] = 600,
    size: Annotated[str, typer.Option(metavar="HxW", help="Height x width in pixels.")] = "120x160",
    seed: Annotated[
        int,
        typer.Option(metavar="S", help="Of the whole data set; this one made the bundled images."),
    ] = 2026,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes.")] = 2,
    samples: Annotated[int, typer.Option(metavar="SPP", help="Light paths per pixel.")] = 64,
    furniture: Annotated[
        Path, typer.Option(metavar="DIR", help="Furniture libraries of Sweet Home 3D (*.sh3f).")
    ] = FURNITURE,
) -> None:
    """Render the data set Rooms: path-traced rooms with exact labels of six tasks."""
    from mtal.rooms.generate import Order, make

    make(Order(images, measures(size), seed, samples, jobs, furniture, out), typer.echo)


def measures(text: str) -> tuple[int, int]:
    """ "120x160" -> (120, 160)."""
    found = re.fullmatch(r"\s*(\d{1,4})\s*[xX]\s*(\d{1,4})\s*", text)
    if not found:
        raise ConfigError(f"--size: give height x width, such as 120x160, not {text!r}")
    return int(found[1]), int(found[2])
