"""The images of a described folder, and the label files that belong to them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import FILE, IMAGES, Description
from mtal.datasets.folder.file_tree import FileTree, id_of, list_tree
from mtal.datasets.folder.splits import split_ids
from mtal.datasets.readers.decode import read_upright, upright_size
from mtal.datasets.readers.file_lists import ListedFiles, abbreviate, check_inside, is_safe_name
from mtal.datasets.readers.file_split import IMAGE, FileKind, FileSplit


def find_splits(
    root: Path, description: Description, tasks: Sequence[str]
) -> tuple[FileSplit, FileSplit, list[str]]:
    """The pool, the validation split, and warnings. Each folder is listed once.

    DataError that names the key of the description, and for links that lead out of `root`.
    """
    specs = description.labels_or_defaults
    images = _list_folder(root, description, IMAGE)
    keys, warnings = _image_keys(images)
    pool_ids, validation_ids, split_warnings = split_ids(root, description, keys)
    trees = {IMAGE: images}
    kinds = {IMAGE: FileKind(description.images, IMAGES, read_upright)}
    for name in tasks:
        spec = specs[name]
        if description.labels:
            trees[name] = _list_folder(root, description, name)
        else:
            trees[name] = _empty_tree(root / spec.folder)
        kinds[name] = FileKind(spec.folder, spec.endings, spec.read)
        warnings += _compare_with_images(f"tasks.{name}.folder", trees[name], images)
    empty = [f"{name} ({specs[name].folder})" for name in tasks if not trees[name].files]
    if empty:
        warnings.append(_no_labels(empty, bool(description.labels)))

    def split_of(ids: tuple[str, ...]) -> FileSplit:
        files = {name: _label_paths(tree, ids, keys, kinds[name]) for name, tree in trees.items()}
        return FileSplit(ids, kinds, files, upright_size)

    return split_of(pool_ids), split_of(validation_ids), [*warnings, *split_warnings]


def _list_folder(root: Path, description: Description, name: str) -> FileTree:
    """List the images or the labels of a task, without files of others in the same folder.

    name: IMAGE or a task. Labels may have no folder yet.
    """
    specs = description.labels
    layout = {IMAGE: (description.images, description.suffix, IMAGES)} | {
        task: (spec.folder, spec.suffix, spec.endings) for task, spec in specs.items()
    }
    folder, suffix, endings = layout[name]
    key = "images" if name == IMAGE else f"tasks.{name}.folder"
    check_inside(root / folder, root)
    if not (root / folder).is_dir():
        if name != IMAGE and not (root / folder).exists():
            return _empty_tree(root / folder, suffix)
        raise DataError(f"{key}: there is no folder {folder}")
    other_folders = {other for other, _, _ in layout.values()} - {folder}
    longer_suffixes = {
        end for other, end, _ in layout.values() if other == folder and len(end) > len(suffix)
    }
    return list_tree(root, folder, endings, suffix, not_in=other_folders, not_with=longer_suffixes)


def _empty_tree(folder: Path, suffix: str = "") -> FileTree:
    return FileTree(folder, suffix, {}, ())


def _image_keys(images: FileTree) -> tuple[dict[str, str], list[str]]:
    """Id -> key, sorted, and a warning about names that cannot be ids. DataError for equal ids."""
    if not images.files:
        raise DataError(f"images: there are no images ({', '.join(IMAGES)}) in {images.folder}")
    keys: dict[str, str] = {}
    pairs = [f"{first} and {second}" for first, second in images.duplicates]
    for key, path in images.files.items():
        first = keys.setdefault(id_of(key), key)
        if first != key:
            pairs.append(f"{images.files[first]} and {path}")
    if pairs:
        raise DataError(
            f"images: {abbreviate(pairs)} would have the same id; rename or delete one of them, or "
            f"give a `suffix` that only the images have"
        )
    unsafe = [repr(name) for name in keys if not is_safe_name(name)]
    warnings = []
    if unsafe:
        warnings.append(
            f"images: left out, since their names cannot be ids ({len(unsafe)}): "
            f"{abbreviate(unsafe)}"
        )
    return {name: keys[name] for name in sorted(keys) if is_safe_name(name)}, warnings


def _compare_with_images(key: str, labels: FileTree, images: FileTree) -> list[str]:
    """Warnings about the label files of a task. DataError if none of them belongs to an image."""
    strangers = sorted(path for name, path in labels.files.items() if name not in images.files)
    if strangers and len(strangers) == len(labels.files):
        raise DataError(
            f"{key}: no file in {labels.folder} belongs to an image, such as {strangers[0]} for "
            f"{next(iter(images.files.values()))}; a label has the path of its image, up to "
            f"`suffix` and ending"
        )
    warnings = []
    if strangers:
        warnings.append(
            f"{key}: files without an image ({len(strangers)}): {abbreviate(strangers)}"
        )
    if labels.duplicates:
        pairs = [f"{first}, not {second}" for first, second in labels.duplicates]
        warnings.append(
            f"{key}: images with two files, of which one is taken ({len(pairs)}): "
            f"{abbreviate(pairs)}"
        )
    return warnings


def _no_labels(empty: Sequence[str], described: bool) -> str:
    """The warning about tasks without a label file. `empty`: tasks with their folders."""
    missing = f"{FILE} names no labels"
    if described:
        missing = f"there are no PNG or NPY files yet for {', '.join(empty)}"
    return (
        f"tasks: {missing}; images can be checked without, a run needs some labels in pool and "
        f"validation"
    )


def _label_paths(
    tree: FileTree, ids: Sequence[str], keys: Mapping[str, str], kind: FileKind
) -> ListedFiles:
    """The files of some ids; where one is missing, the path at which it is expected.

    keys: id -> path in the image folder without ending, or nothing for an id without an image.
    """
    paths, exists = [], []
    for name in ids:
        key = keys.get(name, name)
        path = tree.files.get(key)
        paths.append(tree.folder / (path or f"{key}{tree.suffix}{kind.endings[0]}"))
        exists.append(path is not None)
    return ListedFiles(tree.folder, tuple(paths), tuple(exists))
