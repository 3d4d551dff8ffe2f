"""The archive of the example: a zip laid out as a store, with each repeated file once."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from zipfile import ZipFile

EXPERIMENT = "rooms-example"
COPIES = "copies.json"  # path -> path in the archive of the file that it repeats


def read_copies(archive: ZipFile) -> dict[str, str]:
    """Read which files repeat which."""
    return {str(path): str(of) for path, of in json.loads(archive.read(COPIES)).items()}


def write_copies(archive: ZipFile, copies: Mapping[str, str]) -> None:
    """Write which files repeat which."""
    archive.writestr(COPIES, json.dumps(copies, indent=1))


def checked_name(name: str) -> str:
    """Return a path of the archive unchanged. ValueError if it would lead out of the store."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise ValueError(f"{name!r} is not a path within a store")
    return name
