"""The files of a folder and its sub-folders, listed once; 20,000 images take a moment."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.file_lists import check_inside

MOST_FILES = 2_000_000  # more, and somebody named a whole disk


@dataclass(frozen=True)
class FileTree:
    """The files of one kind in a folder.

    A key is a path relative to the folder, with "/", without suffix and ending.
    """

    folder: Path
    suffix: str
    files: dict[str, str]  # key -> path relative to the folder
    duplicates: tuple[tuple[str, str], ...]  # files with the same key: the one taken, another


def list_tree(
    root: Path,
    folder: str,
    endings: tuple[str, ...],
    suffix: str = "",
    *,
    not_in: Collection[str] = (),
    not_with: Collection[str] = (),
) -> FileTree:
    """List the files in root/folder, without hidden ones.

    root: the resolved data folder.
    endings: of the files, in upper or lower case; of files with one key the first ending wins.
    suffix: what names must end in before the ending.
    not_in: folders to leave out. not_with: suffixes to leave out.

    DataError if the folder cannot be listed, and for links that lead out of `root` or to folders.
    """
    base = (root / folder).resolve()
    check_inside(root / folder, root)
    pruned = {(root / other).resolve() for other in not_in} - {base}
    pruned_inside = {str(path.relative_to(base)) for path in pruned if path.is_relative_to(base)}
    rank = {ending: index for index, ending in enumerate(endings)}
    ranked = []
    for path in _walk(root, base, pruned_inside):
        ending = _ending(path)
        if ending in rank:
            ranked.append((rank[ending], path))
    files: dict[str, str] = {}
    duplicates = []
    for index, path in sorted(ranked):
        stem = path[: -len(endings[index])]
        if not stem.endswith(suffix) or any(stem.endswith(other) for other in not_with):
            continue
        first = files.setdefault(stem.removesuffix(suffix), path)
        if first != path:
            duplicates.append((first, path))
    return FileTree(base, suffix, files, tuple(duplicates))


def id_of(key: str) -> str:
    """The image id of a key."""
    return key.replace("/", "__")


def _ending(path: str) -> str:
    """The ending in lower case; PurePath.suffix takes ten times as long, which adds up."""
    dot = path.rfind(".", path.rfind("/") + 1)
    return path[dot:].lower() if dot >= 0 else ""


def _walk(root: Path, base: Path, pruned: set[str]) -> Iterator[str]:
    """Relative paths of all files, without a look at any file."""
    folders, seen = [""], 0
    while folders:
        inside = folders.pop()
        try:
            with os.scandir(base / inside) as entries:
                rows = sorted((entry.name, entry.is_symlink(), entry.is_dir()) for entry in entries)
        except OSError as error:
            raise DataError(f"{base / inside} cannot be listed: {error.strerror}") from None
        seen += len(rows)
        if seen > MOST_FILES:
            raise DataError(
                f"{base} holds more than {MOST_FILES:,} files; name a folder that holds the data "
                f"set only"
            )
        for name, is_link, is_folder in rows:
            path = f"{inside}{name}"
            if name.startswith(".") or path in pruned:
                continue
            if is_link:
                _check_link(root, base / path, is_folder)
            if is_folder:
                folders.append(f"{path}/")
            else:
                yield path


def _check_link(root: Path, path: Path, is_folder: bool) -> None:
    check_inside(path, root)
    if is_folder:  # it could lead round in circles
        raise DataError(
            f"{path} is a link to a folder; put the folder itself there, or name the other folder "
            f"in the description"
        )
