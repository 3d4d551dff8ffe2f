"""The files of a folder and of all folders in it, listed once: what 20,000 images need to be found in a moment."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.file_lists import stay_inside

MOST_FILES = 2_000_000  # somebody named a whole disk


@dataclass(frozen=True)
class Tree:
    """What a folder holds of one kind. A key is a path relative to the folder, with "/", without suffix and ending."""

    folder: Path
    suffix: str
    files: dict[str, str]  # key -> path relative to the folder
    doubled: tuple[
        tuple[str, str], ...
    ]  # pairs of files with the same key; the second was left out


def list_tree(
    root: Path,
    folder: str,
    endings: tuple[str, ...],
    suffix: str = "",
    *,
    not_in: Collection[str] = (),
    not_with: Collection[str] = (),
) -> Tree:
    """The files in root/folder that end in `suffix` and one of `endings`, which may be in any case; the first ending wins.

    `root` must be resolved. Left out: hidden files, the folders `not_in`, names that end in one of `not_with`. DataError if
    there is no such folder, and for links that lead out of `root` or to folders.
    """
    base = (root / folder).resolve()
    stay_inside(root / folder, root)
    pruned = {(root / other).resolve() for other in not_in} - {base}
    places = {str(place.relative_to(base)) for place in pruned if place.is_relative_to(base)}
    rank = {ending: place for place, ending in enumerate(endings)}
    files: dict[str, str] = {}
    doubled = []
    of_kind = [
        (rank[ending], path)
        for path in _walk(root, base, places)
        if (ending := _ending(path)) in rank
    ]
    for place, path in sorted(of_kind):
        stem = path[: -len(endings[place])]
        if not stem.endswith(suffix) or any(stem.endswith(other) for other in not_with):
            continue
        if (first := files.setdefault(stem.removesuffix(suffix), path)) != path:
            doubled.append((first, path))
    return Tree(base, suffix, files, tuple(doubled))


def name_of(key: str) -> str:
    """The id that stands for a key."""
    return key.replace("/", "__")


def _ending(path: str) -> str:
    dot = path.rfind(
        ".", path.rfind("/") + 1
    )  # PurePath.suffix takes ten times as long, which adds up
    return path[dot:].lower() if dot >= 0 else ""


def _walk(root: Path, base: Path, pruned: set[str]) -> Iterator[str]:
    """Relative paths of all files, without a look at any file."""
    todo, seen = [""], 0
    while todo:
        inside = todo.pop()
        try:
            with os.scandir(base / inside) as entries:
                found = sorted(
                    (entry.name, entry.is_symlink(), entry.is_dir()) for entry in entries
                )
        except OSError as error:
            raise DataError(f"{base / inside} cannot be listed: {error.strerror}") from None
        seen += len(found)
        if seen > MOST_FILES:
            raise DataError(
                f"{base} holds more than {MOST_FILES:,} files; name a folder that holds the data set only"
            )
        for name, linked, is_folder in found:
            path = f"{inside}{name}"
            if name.startswith(".") or path in pruned:
                continue
            if linked:
                _check_link(root, base / path, is_folder)
            if is_folder:
                todo.append(f"{path}/")
            else:
                yield path


def _check_link(root: Path, path: Path, is_folder: bool) -> None:
    stay_inside(path, root)
    if is_folder:  # it could lead round in circles
        raise DataError(
            f"{path} is a link to a folder; put the folder itself there, or name the other folder in the description"
        )
