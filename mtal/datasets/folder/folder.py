"""Any folder as a data set: its tasks.yaml says where images and labels lie and what the values mean (description.py)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, chosen
from mtal.datasets.folder.description import FILE, IMAGES, Description, Tasks, read_description
from mtal.datasets.folder.file_tree import Tree, list_tree, name_of
from mtal.datasets.folder.guess import write_guess
from mtal.datasets.folder.label_specs import Depth, Edge, HumanParts, Labels, Normals, Saliency
from mtal.datasets.folder.splits import divide
from mtal.datasets.readers.decode import read_upright, upright_size
from mtal.datasets.readers.file_lists import Listed, is_plain, some, stay_inside
from mtal.datasets.readers.file_split import IMAGE, Kind, Photographs
from mtal.datasets.readers.locate import as_written, looked_up

NAME, TITLE = "folder", "Folder with tasks.yaml"
LAYOUT = """\
FOLDER/
  tasks.yaml           where everything lies and what it means; `check` writes a first guess:
    images: images       photographs, sub-folders allowed (.jpg .jpeg .png .webp)
    splits: {pool: pool.txt, validation: validation.txt}   or sub-folders of the images, or {validation: {percent: 20}}
    tasks:
      semseg: {folder: semseg, classes: [wall, floor], ignore: [255]}   class ids in PNG; or values, or colours
      depth: {folder: depth, scale: 0.001}    16-bit PNG or NPY, metres = value * scale, 0 = not measured
      normals: {folder: normals}              NPY, or PNG with n = 2 v / 255 - 1; flip: [y, z] for other axes
      edge: {folder: edge}                    0 and 1, or 0 and 255
      saliency: {folder: saliency}            the same
      human_parts: {folder: human_parts}      0 background, 1..6 parts, 255 ignored
  images/a/b.jpg       its id is a__b
  semseg/a/b.png       the label lies at the same place in the task's folder; without one, the image is not labelled"""

UNLABELLED: dict[str, Labels] = {
    name: kind.model_validate({"folder": name})
    for name, kind in (
        ("depth", Depth),
        ("normals", Normals),
        ("edge", Edge),
        ("saliency", Saliency),
        ("human_parts", HumanParts),
    )
}


def place(config: Config) -> str:
    """The resolved folder of a config."""
    with looked_up(config.data):
        return (
            str(as_written(config.data)) if config.data and as_written(config.data).is_dir() else ""
        )


def tasks_in(config: Config) -> tuple[str, ...]:
    """The described tasks whose folders are there, or if there is no such folder yet all of them, so that the images can be
    checked. None if the description cannot be used, which `load` explains.
    """
    if not (root := place(config)):
        return ()
    try:
        labels = _labels(_described(Path(root)))
    except DataError:
        return ()
    with looked_up(root):
        return tuple(
            name for name, one in labels.items() if (Path(root) / one.folder).is_dir()
        ) or tuple(labels)


def load(config: Config) -> Dataset:
    """The data set. DataError for what is wrong with the description and for links that lead out of the folder."""
    root = _folder(config)
    description = _described(root)
    title, labels = description.title or root.name, _labels(description)
    tasks = chosen({name: one.task() for name, one in labels.items()}, config, title)
    try:
        pool, validation, warnings = _find(root, description, [task.name for task in tasks])
    except DataError as error:
        raise DataError(f"{root / FILE}: {error}") from None
    reading = json.dumps(
        {
            task.name: labels[task.name].model_dump(mode="json", exclude_defaults=True)
            for task in tasks
        },
        sort_keys=True,
    )
    return Dataset(
        NAME, title, str(root), tasks, pool, validation, description.note, warnings, reading
    )


def write_missing(config: Config) -> Path | None:
    """Write a first guess of tasks.yaml where there is none. DataError if there is nothing to guess from."""
    root = _folder(config)
    with looked_up(config.data):
        return None if (root / FILE).exists() or (root / FILE).is_symlink() else write_guess(root)


def _find(
    root: Path, description: Description, tasks: Sequence[str]
) -> tuple[Photographs, Photographs, tuple[str, ...]]:
    """Pool, validation, warnings. Each folder is listed once."""
    images = _tree(root, description, IMAGE)
    keys, warnings = _ids(images)
    *splits, odd = divide(root, description, keys)
    trees, kinds = {IMAGE: images}, {IMAGE: Kind(description.images, IMAGES, read_upright)}
    for name in tasks:
        labels = _labels(description)[name]
        trees[name] = (
            _tree(root, description, name)
            if description.labels
            else Tree(root / labels.folder, "", {}, ())
        )
        kinds[name] = Kind(labels.folder, labels.endings, labels.read)
        warnings += _compared(f"tasks.{name}.folder", trees[name], images)
    if empty := [
        f"{name} ({_labels(description)[name].folder})" for name in tasks if not trees[name].files
    ]:
        missing = (
            f"there are no PNG or NPY files yet for {', '.join(empty)}"
            if description.labels
            else f"{FILE} names no labels"
        )
        warnings.append(
            f"tasks: {missing}; images can be checked without, a run needs some labels in pool and validation"
        )
    pool, validation = (
        Photographs(
            ids,
            kinds,
            {what: _listed(tree, ids, keys, kinds[what]) for what, tree in trees.items()},
            upright_size,
        )
        for ids in splits
    )
    return pool, validation, (*warnings, *odd)


def _tree(root: Path, description: Description, what: str) -> Tree:
    """The files of the images or of a task, without those of the others that share its folder."""
    places = {IMAGE: (description.images, description.suffix, IMAGES)} | {
        name: (labels.folder, labels.suffix, labels.endings)
        for name, labels in description.labels.items()
    }
    folder, suffix, endings = places[what]
    key = "images" if what == IMAGE else f"tasks.{what}.folder"
    stay_inside(root / folder, root)
    if not (root / folder).is_dir():
        if what != IMAGE and not (root / folder).exists():
            return Tree(root / folder, suffix, {}, ())  # labels may be yet to come
        raise DataError(f"{key}: there is no folder {folder}")
    others = {other for other, _, _ in places.values()} - {folder}
    longer = {
        end for other, end, _ in places.values() if other == folder and len(end) > len(suffix)
    }
    return list_tree(root, folder, endings, suffix, not_in=others, not_with=longer)


def _labels(description: Description) -> dict[str, Labels]:
    """Task -> its labels. Where none is described, tasks without a label, since every check and run is of some tasks: those
    that need no more than a folder, which is not looked into.
    """
    bare = {name: kind for name, kind in UNLABELLED.items() if kind.folder != description.images}
    return description.labels or bare


def _ids(images: Tree) -> tuple[dict[str, str], list[str]]:
    """Id -> key, and a warning about names that cannot be ids. DataError for doubled ids."""
    if not images.files:
        raise DataError(f"images: there are no images ({', '.join(IMAGES)}) in {images.folder}")
    keys: dict[str, str] = {}
    doubled = [f"{first} and {second}" for first, second in images.doubled]
    for key, path in images.files.items():
        if (first := keys.setdefault(name_of(key), key)) != key:
            doubled.append(f"{images.files[first]} and {path}")
    if doubled:
        raise DataError(
            f"images: {some(doubled)} would have the same id; rename or delete one of them, or give a `suffix` that "
            f"only the images have"
        )
    odd = [one for one in keys if not is_plain(one)]
    warnings = (
        [
            f"images: {len(odd)} names cannot be ids and are left out: {some([repr(one) for one in odd])}"
        ]
        if odd
        else []
    )
    return {one: keys[one] for one in sorted(set(keys) - set(odd))}, warnings


def _compared(key: str, labels: Tree, images: Tree) -> list[str]:
    """What is odd about the labels of a task; DataError if there are some and not one of them belongs to an image."""
    strange = sorted(path for name, path in labels.files.items() if name not in images.files)
    if strange and len(strange) == len(labels.files):
        names = f"such as {strange[0]} for {next(iter(images.files.values()))}"
        raise DataError(
            f"{key}: no file in {labels.folder} belongs to an image, {names}; a label has the path of its image, up "
            f"to `suffix` and ending"
        )
    warnings = [f"{key}: {len(strange)} files have no image: {some(strange)}"] if strange else []
    if labels.doubled:
        pairs = [f"{first}, not {second}" for first, second in labels.doubled]
        warnings.append(
            f"{key}: {len(pairs)} images have two files, of which one is taken: {some(pairs)}"
        )
    return warnings


def _listed(tree: Tree, ids: Sequence[str], keys: Mapping[str, str], kind: Kind) -> Listed:
    """The files of some ids. Where there is none, the path at which one would be expected."""
    found = [tree.files.get(keys.get(one, one)) for one in ids]
    paths = tuple(
        tree.folder / (path or f"{keys.get(one, one)}{tree.suffix}{kind.endings[0]}")
        for one, path in zip(ids, found, strict=True)
    )
    return Listed(tree.folder, paths, tuple(path is not None for path in found))


def _described(root: Path) -> Description:
    stay_inside(root / FILE, root)
    try:
        return read_description(root / FILE)
    except (
        AttributeError,
        LookupError,
    ) as error:  # of the YAML reader, for values such as `!!int ""`
        raise DataError(
            f"{root / FILE} is no YAML: a value is not of the kind that its !! says ({error})"
        ) from None


def _folder(config: Config) -> Path:
    """The folder that was given, or DataError with the way out."""
    if not config.data:
        raise DataError(
            "data: name the folder of the data set; it holds images, labels and tasks.yaml"
        )
    if not (text := place(config)):
        raise DataError(
            f"data: there is no folder {as_written(config.data)}; name the folder that holds images and labels"
        )
    return Path(text)


FOLDER = Source(
    NAME, TITLE, LAYOUT, tuple(Tasks.model_fields), place, tasks_in, load, write_missing
)
