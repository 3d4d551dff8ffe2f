"""Write ATTRIBUTION.md, which names the creators of the models as their licences ask."""

from collections.abc import Iterable
from pathlib import Path

from mtal.rooms.catalogue import Entry, read_catalogue

HEAD = (
    "# Attribution of the data set Rooms\n\n"
    "Images and labels are renderings. Shown in them are models of the furniture libraries of "
    "Sweet Home 3D (https://www.sweethome3d.com),\n"
    "scaled, partly recoloured and placed in rooms, and people made with the human model Anny, "
    "whose assets are CC0.\n"
    "Everything else (walls, floors, windows, curtains, rugs, pictures, clothes) is made by the "
    "generator itself.\n\n"
    "CC0: https://creativecommons.org/publicdomain/zero/1.0/ · "
    "CC BY 3.0: https://creativecommons.org/licenses/by/3.0/ ·\n"
    "CC BY 3.0 US: https://creativecommons.org/licenses/by/3.0/us/\n\n"
    "| model | file | creator | library | licence |\n"
    "|---|---|---|---|---|\n"
)


def attribution(keys: Iterable[str], folder: Path) -> str:
    """Return the text of ATTRIBUTION.md for the models with these catalogue keys.

    Raises ConfigError if a furniture library is missing in `folder`.
    """
    catalogue = read_catalogue(folder)
    entries = [catalogue[key] for key in sorted(set(keys))]
    return HEAD + "".join(_row(entry) for entry in entries)


def _row(entry: Entry) -> str:
    cells = (entry.name, entry.file, entry.creator or "not named", entry.library, entry.licence)
    return f"| {' | '.join(cells)} |\n"
