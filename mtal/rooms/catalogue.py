"""Read the catalogue of Sweet Home 3D's furniture libraries: models, sizes, creators, licences.

A library is a zip file *.sh3f with OBJ models and one properties file. Sizes in it are those of a
model's bounding box in centimetres, after its rotation; fronts look towards +z. Debian and Ubuntu
package the libraries as `sweethome3d-furniture`.
"""

import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mtal.config import ConfigError

FURNITURE = Path("/usr/share/sweethome3d/furniture")  # where the Debian package puts them
LISTING = "PluginFurnitureCatalog.properties"
WANTED = ("BlendSwap-CC-0", "BlendSwap-CC-BY", "KatorLegaz", "Scopia")
HINT = (
    "install the package sweethome3d-furniture (Debian, Ubuntu), "
    "or give the folder with the .sh3f files as --furniture"
)
LICENCES = {
    "BlendSwap-CC-0": "CC0",
    "BlendSwap-CC-BY": "CC BY 3.0",
    "KatorLegaz": "CC BY 3.0 US",
    "Scopia": "CC BY 3.0",
}


@dataclass(frozen=True)
class Entry:
    """A model, as its library lists it."""

    library: str  # "Scopia"
    file: str  # "scopia/tv/tv.obj"
    name: str  # "TV 16:9"
    creator: str
    size: tuple[float, float, float]  # width, height, depth in metres
    top: float  # height in metres on which objects can stand
    rotation: np.ndarray  # (3, 3)

    @property
    def licence(self) -> str:
        """Licence of the model, that of its library."""
        return LICENCES[self.library]

    @property
    def key(self) -> str:
        """ "Scopia/tv": how models.csv names it."""
        return f"{self.library}/{Path(self.file).stem}"


def read_catalogue(folder: Path) -> dict[str, Entry]:
    """Return the entries of all libraries by key.

    Raises ConfigError if a library is missing or cannot be read.
    """
    missing = [name for name in WANTED if not (folder / f"{name}.sh3f").is_file()]
    if missing:
        raise ConfigError(f"no furniture library {missing[0]}.sh3f in {folder}; {HINT}")
    return {
        entry.key: entry for name in WANTED for entry in _entries(name, folder / f"{name}.sh3f")
    }


def _entries(library: str, path: Path) -> list[Entry]:
    text = open_library(path).read(LISTING).decode("latin-1")
    fields: dict[int, dict[str, str]] = {}
    for key, number, value in re.findall(r"^(\w+)#(\d+)=(.*?)\s*$", text, re.MULTILINE):
        fields.setdefault(int(number), {})[key] = value
    return [_entry(library, properties) for properties in fields.values()]


def _entry(library: str, fields: dict[str, str]) -> Entry:
    width, height, depth = (float(fields[key]) / 100 for key in ("width", "height", "depth"))
    top = float(fields.get("dropOnTopElevation", -1)) / 100
    rotation = fields.get("modelRotation", "1 0 0 0 1 0 0 0 1").split()
    return Entry(
        library,
        fields["model"].lstrip("/"),
        _unescaped(fields["name"]),
        _unescaped(fields.get("creator", "")),
        (width, height, depth),
        top if top > 0 else height,
        np.array(rotation, dtype=float).reshape(3, 3),
    )


def _unescaped(text: str) -> str:
    """Decode the escapes of a value of a Java properties file."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text).strip()


@lru_cache(maxsize=8)
def open_library(path: Path) -> zipfile.ZipFile:
    """Open a library, and keep it open, since hundreds of models are read from it.

    Raises ConfigError if the file is not a readable zip file.
    """
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise ConfigError(f"cannot read the furniture library {path}: {error}") from error
