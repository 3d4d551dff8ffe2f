"""Lists of ids and the files that they name, checked before any is read: nothing outside the data folder is ever opened."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mtal.datasets.dataset import DataError

SHOWN = 5  # how many culprits a message names


@dataclass(frozen=True)
class Listed:
    """The files of one kind."""

    folder: Path
    paths: tuple[Path, ...]  # one per id, whether it exists or not
    there: tuple[bool, ...]  # one per id


def read_ids(path: Path) -> tuple[str, ...]:
    """The ids of a split, one per line. DataError for an empty list, and for ids that are doubled or no plain file names."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise DataError(
            f"there is no {path}; it must list the ids of the images, one per line"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} cannot be read as a list of ids ({error}); it must be plain text, one id per line"
        ) from None
    ids = tuple(line.strip() for line in lines if line.strip())
    if not ids:
        raise DataError(f"{path} is empty; it must list the ids of the images, one per line")
    if unsafe := [repr(name) for name in ids if not is_plain(name)]:
        raise DataError(
            f"{path} lists {some(unsafe)}; an id must be a file name without folders and without its ending"
        )
    if doubled := [repr(name) for name, count in Counter(ids).items() if count > 1]:
        raise DataError(f"{path} lists {some(doubled)} more than once; delete the repeated lines")
    return ids


def find_files(root: Path, folder: str, ids: Sequence[str], endings: Sequence[str]) -> Listed:
    """root/folder/ID + the first ending that exists, or the first of all where none does. Lists the folder once.

    `root` must be resolved. DataError for links that lead out of it.
    """
    names = _listing(root, folder)
    paths = tuple(
        root
        / folder
        / next((one + ending for ending in endings if one + ending in names), one + endings[0])
        for one in ids
    )
    for path in paths:
        if names.get(path.name, False):
            stay_inside(path, root)
    return Listed(root / folder, paths, tuple(path.name in names for path in paths))


def some(names: Sequence[str]) -> str:
    """The first few of many names, for a message."""
    return ", ".join(names[:SHOWN]) + (
        f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    )


def is_plain(name: str) -> bool:
    """Whether a text can stand for an id: a file name that is safe everywhere."""
    return (
        not name.startswith(".")
        and name.isprintable()
        and not {"/", "\\", ":"} & set(name)
        and len(name) < 200
    )


def _listing(root: Path, folder: str) -> dict[str, bool]:
    """Name -> whether it is a link, for all that lies in a folder; empty if there is no such folder."""
    stay_inside(root / folder, root)
    try:
        with os.scandir(root / folder) as entries:
            return {entry.name: entry.is_symlink() for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DataError(f"{root / folder} cannot be listed: {error.strerror}") from None


def stay_inside(path: Path, root: Path) -> None:
    """DataError for a path that leads out of `root`, which must be resolved, or nowhere."""
    try:
        inside = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError) as error:  # RuntimeError: Python 3.11 on a link to itself
        raise DataError(f"{path} leads nowhere ({error}); put the file itself there") from None
    if not inside:
        raise DataError(
            f"{path} is a link that leads out of {root}; put the file itself there, or make the whole folder a link"
        )
