"""`mtal rooms`: render the data set Rooms.

Needs the optional packages Mitsuba and Anny, and the furniture models of Sweet Home 3D.
"""

import re
from pathlib import Path
from typing import Annotated

import typer

from mtal.config import ConfigError

# Folder of the libraries in Debian's package sweethome3d-furniture.
FURNITURE = Path("/usr/share/sweethome3d/furniture")


def rooms(
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the data set; its images are kept.")
    ],
    images: Annotated[
        int,
        typer.Option(metavar="N", help="Images in all, four in the pool to one for validation."),
    ] = 600,
    size: Annotated[str, typer.Option(metavar="HxW", help="Height x width in pixels.")] = "120x160",
    seed: Annotated[
        int, typer.Option(metavar="S", help="Seed of the data set; 2026 made the bundled images.")
    ] = 2026,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes.")] = 2,
    samples: Annotated[int, typer.Option(metavar="SPP", help="Light paths per pixel.")] = 64,
    furniture: Annotated[
        Path, typer.Option(metavar="DIR", help="Furniture libraries of Sweet Home 3D (*.sh3f).")
    ] = FURNITURE,
) -> None:
    """Render the data set Rooms: path-traced rooms with exact labels of six tasks."""
    from mtal.rooms.generate import GenerateOptions, generate_rooms

    options = GenerateOptions(images, parse_size(size), seed, samples, jobs, furniture, out)
    generate_rooms(options, typer.echo)


def parse_size(text: str) -> tuple[int, int]:
    """Parse "120x160" as (height, width). Raises ConfigError for any other form."""
    match = re.fullmatch(r"\s*(\d{1,4})\s*[xX]\s*(\d{1,4})\s*", text)
    if not match:
        raise ConfigError(f"--size: give height x width, such as 120x160, not {text!r}")
    return int(match[1]), int(match[2])
