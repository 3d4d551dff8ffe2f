"""A first guess of the splits of a folder without a description."""

from collections.abc import Mapping
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.file_tree import FileTree, id_of
from mtal.datasets.folder.guess_layout import POOL, VALIDATION, sub_folders
from mtal.datasets.folder.guess_task import yaml_text
from mtal.datasets.readers.file_lists import abbreviate, read_ids

LIST_FOLDERS = (".", "splits", "gt_sets", "lists")  # where lists of ids usually are
NO_SPLIT = "no split found: 20 % chosen by file name, always the same"


def guess_splits(root: Path, images: FileTree, image_suffix: str) -> list[str]:
    """The lines of tasks.yaml about splits: lists that fit, else sub-folders, else a random split.

    root: the resolved folder; image_suffix: what image names end in before the ending.
    """
    ids = {id_of(key.removesuffix(image_suffix)) for key in images.files}
    for paths, kind in ((_id_lists(root, ids), "list"), (_image_folders(root, images), "folder")):
        lines = _split_lines(paths, kind)
        if lines:
            return lines
    return ["splits:", f"  validation: {{percent: 20, seed: 0}}   # {NO_SPLIT}"]


def _split_lines(paths: Mapping[str, str], kind: str) -> list[str]:
    """The lines for named lists or folders, by name; [] if none is named after validation."""
    validation = next((name for name in VALIDATION if name in paths), None)
    pool = next((name for name in POOL if name in paths), None)
    if validation is None:
        return []
    validation_line = f"  validation: {yaml_text(paths[validation])}   # the {kind} of that name"
    if pool is None:
        return ["splits:", validation_line]
    lines = [
        "splits:",
        f"  pool: {yaml_text(paths[pool])}   # the {kind} of that name",
        validation_line,
    ]
    others = [name for name in paths if name in POOL + VALIDATION]
    unused = [paths[name] for name in others if name not in (pool, validation)]
    if unused:
        lines.append(f"  # not used: {abbreviate(unused)}")
    return lines


def _id_lists(root: Path, ids: set[str]) -> dict[str, str]:
    """Name in lower case -> path, for texts that list ids of images."""
    return {
        path.stem.lower(): path.relative_to(root).as_posix()
        for folder in LIST_FOLDERS
        for path in sorted((root / folder).glob("*.txt"))
        if _lists_ids(path, ids)
    }


def _lists_ids(path: Path, ids: set[str]) -> bool:
    try:
        return not path.is_symlink() and not ids.isdisjoint(read_ids(path))
    except DataError:
        return False


def _image_folders(root: Path, images: FileTree) -> dict[str, str]:
    """Name in lower case -> path, for sub-folders that hold images."""
    return {
        name.lower(): (images.folder / name).relative_to(root).as_posix()
        for name in sub_folders(images.folder)
        if any(path.startswith(f"{name}/") for path in images.files.values())
    }
