"""Lists of ids and the files that belong to them; no file outside the data folder is opened."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mtal.datasets.dataset import DataError

MAX_NAMED = 5  # names in a message


@dataclass(frozen=True)
class ListedFiles:
    """The files of one kind, one per id."""

    folder: Path
    paths: tuple[Path, ...]  # where the file is or should be
    exists: tuple[bool, ...]


def read_ids(path: Path) -> tuple[str, ...]:
    """Read the ids of a split, one per line.

    DataError for a list that is missing or empty, and for ids that are doubled or unsafe.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise DataError(
            f"there is no {path}; it must list the ids of the images, one per line"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} cannot be read as a list of ids ({error}); "
            "it must be plain text, one id per line"
        ) from None
    ids = tuple(line.strip() for line in lines if line.strip())
    if not ids:
        raise DataError(f"{path} is empty; it must list the ids of the images, one per line")
    unsafe = [repr(name) for name in ids if not is_safe_name(name)]
    if unsafe:
        raise DataError(
            f"{path} lists {abbreviate(unsafe)}; "
            "an id must be a file name without folders and without its ending"
        )
    repeated = [repr(name) for name, times in Counter(ids).items() if times > 1]
    if repeated:
        raise DataError(
            f"{path} lists {abbreviate(repeated)} more than once; delete the repeated lines"
        )
    return ids


def find_files(root: Path, folder: str, ids: Sequence[str], endings: Sequence[str]) -> ListedFiles:
    """Find root/folder/ID + ending for every id: the first ending for which a file exists.

    An id without a file gets the first ending. `root` must be resolved. DataError for links that
    lead out of it.
    """
    names = _list_folder(root, folder)
    paths = []
    for name in ids:
        ending = next((ending for ending in endings if name + ending in names), endings[0])
        paths.append(root / folder / (name + ending))
    for path in paths:
        is_link = names.get(path.name, False)
        if is_link:
            check_inside(path, root)
    return ListedFiles(root / folder, tuple(paths), tuple(path.name in names for path in paths))


def abbreviate(names: Sequence[str]) -> str:
    """Join the first MAX_NAMED names for a message, such as "a, b and 3 more"."""
    more = len(names) - MAX_NAMED
    text = ", ".join(names[:MAX_NAMED])
    return f"{text} and {more} more" if more > 0 else text


def is_safe_name(name: str) -> bool:
    """Whether a text can serve as an id: a file name that is safe on every system."""
    return (
        not name.startswith(".")
        and name.isprintable()
        and not {"/", "\\", ":"} & set(name)
        and len(name) < 200
    )


def _list_folder(root: Path, folder: str) -> dict[str, bool]:
    """The names in a folder -> whether it is a link; empty if there is no such folder."""
    check_inside(root / folder, root)
    try:
        with os.scandir(root / folder) as entries:
            return {entry.name: entry.is_symlink() for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DataError(f"{root / folder} cannot be listed: {error.strerror}") from None


def check_inside(path: Path, root: Path) -> None:
    """DataError for a path that leads out of `root`, which must be resolved, or nowhere."""
    try:
        inside = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError) as error:  # RuntimeError: Python 3.11 on a link to itself
        raise DataError(f"{path} leads nowhere ({error}); put the file itself there") from None
    if not inside:
        raise DataError(
            f"{path} is a link that leads out of {root}; "
            "put the file itself there, or make the whole folder a link"
        )
