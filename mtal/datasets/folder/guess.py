"""A first guess of tasks.yaml from what lies in a folder. Every guess says why, so that a person can see where it is wrong."""

import os
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import FILE
from mtal.datasets.folder.file_tree import Tree, list_tree, name_of
from mtal.datasets.folder.guess_layout import (
    DISPARITY,
    PHOTOGRAPHS,
    POOL,
    VALIDATION,
    WORDS,
    Place,
    find_images,
    find_labels,
    sub_folders,
    task_of,
    words_of,
)
from mtal.datasets.folder.guess_sampling import look_at
from mtal.datasets.folder.guess_task import Guess, by_content, quoted, suits, written
from mtal.datasets.readers.file_lists import read_ids, some

HEAD = """\
# A first guess, made from the names of folders and a few files. None of it is certain: read the reasons, change what is
# wrong, and check again.
"""


def write_guess(folder: Path) -> Path:
    """Write tasks.yaml. DataError if there are no images, or if there is a tasks.yaml: it is never changed."""
    text = first_guess(folder)
    path = folder / FILE
    try:
        _publish(path, text)
    except FileExistsError:
        raise DataError(
            f"there is a {path} already; delete it if you want a first guess instead"
        ) from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be written ({error.strerror}); write it yourself, a first guess is: {text}"
        ) from None
    return path


def _publish(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, and never in the place of another: FileExistsError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        beside.write_text(text, encoding="utf-8")
        try:
            path.hardlink_to(beside)  # unlike a rename it replaces nothing
        except OSError:  # such as exFAT, which has no links: claim the name, then fill it
            path.touch(exist_ok=False)
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def first_guess(folder: Path) -> str:
    """The text of a tasks.yaml with a reason beside each guess. Reads a few label files; DataError if there are no images."""
    root = folder.resolve()
    children = sub_folders(root)
    images = find_images(root, children)
    places = find_labels(root, images, children)
    image_suffix = (
        Counter(place.image_suffix for place in places).most_common(1)[0][0] if places else ""
    )
    guesses = [_guess(place, image_suffix, _class_names(root)) for place in places]
    lines = [f"title: {quoted(root.name)}"] if root.name.isprintable() and root.name else []
    lines.append(f"images: {quoted(_name(images, root))}   # {len(images.files)} pictures")
    unused = (
        []
        if images.folder == root
        else _unused(root, {images.folder, *(root / place.folder for place in places)}, children)
    )
    lines += (
        [
            f"# not used: {some(unused)}; put them into the folder of the images if they belong to them"
        ]
        if unused
        else []
    )
    if image_suffix:
        lines.append(
            f"suffix: {quoted(image_suffix)}   # what the images' names end in, and the labels' names do not"
        )
    lines += _splits(root, images, image_suffix)
    return HEAD + "\n".join([*lines, *_tasks(guesses)]) + "\n"


def _unused(root: Path, used: set[Path], children: Iterable[str]) -> list[str]:
    """Folders that hold photographs and are not those of the images or of labels."""
    others = [
        name for name in children if not any(path.is_relative_to(root / name) for path in used)
    ]
    return [
        f"{name} ({len(files)} pictures)"
        for name in others
        if (files := list_tree(root, name, PHOTOGRAPHS).files)
    ]


def _guess(place: Place, image_suffix: str, classes: tuple[str, ...]) -> Guess:
    """What the labels of a folder may be, from its name and from some files."""
    name = place.folder.split("/")[-1]
    task = task_of(name)
    found = look_at(place.paths)
    if found is None:
        return Guess("", place.folder, place.suffix, "none of its files can be read")
    if place.image_suffix != image_suffix:
        return Guess(
            "",
            place.folder,
            place.suffix,
            f"its names go with those of images without {place.image_suffix!r}",
        )
    if words_of(name) & DISPARITY:
        return Guess(
            "",
            place.folder,
            place.suffix,
            "disparities are depth with `inverse: N`, metres = N / value, and N is "
            "nowhere in the files",
        )
    if task in WORDS and not suits(task, found):
        return Guess(
            "",
            place.folder,
            place.suffix,
            f"called {name}, but it holds {found.kind} files that are no {task}",
        )
    named = task in WORDS
    task = task if named else by_content(found)
    if not task:
        return Guess(
            "", place.folder, place.suffix, f"{found.kind} files whose meaning is not clear"
        )
    return written(task, place.folder, place.suffix, found, named, classes)


def _class_names(root: Path) -> tuple[str, ...]:
    """The lines of classes.txt, if there is one."""
    path = root / "classes.txt"
    try:
        lines = (
            ()
            if path.is_symlink()
            else path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        )
    except OSError:  # there is none, or it may not be read
        return ()
    return tuple(
        dict.fromkeys(line.strip() for line in lines if line.strip().isprintable() and line.strip())
    )


def _splits(root: Path, images: Tree, image_suffix: str) -> list[str]:
    """Lists that fit the images, else sub-folders, else a draw."""
    ids = {name_of(key.removesuffix(image_suffix)) for key in images.files}
    lists = {
        path.stem.lower(): path
        for place in (".", "splits", "gt_sets", "lists")
        for path in sorted((root / place).glob("*.txt"))
        if _lists(path, ids)
    }
    inside = _name(images, root)
    folders = {
        name.lower(): name if inside == "." else f"{inside}/{name}"
        for name in sub_folders(images.folder)
        if any(path.startswith(f"{name}/") for path in images.files.values())
    }
    for found, what in (
        ({stem: path.relative_to(root).as_posix() for stem, path in lists.items()}, "list"),
        (folders, "folder"),
    ):
        validation = next((name for name in VALIDATION if name in found), None)
        if validation is not None:
            pool = next((name for name in POOL if name in found), None)
            unused = [
                found[name]
                for name in found
                if name in POOL + VALIDATION and name not in (pool, validation)
            ]
            lines = [
                "splits:",
                f"  validation: {quoted(found[validation])}   # the {what} of that name",
            ]
            if pool is not None:
                lines.insert(1, f"  pool: {quoted(found[pool])}   # the {what} of that name")
                lines += [f"  # not used: {some(unused)}"] if unused else []
            return lines
    return [
        "splits:",
        "  validation: {percent: 20, seed: 0}   # there are no lists and no folders: drawn by hashes of names",
    ]


def _lists(path: Path, ids: set[str]) -> bool:
    """Whether a text lists ids of images."""
    try:
        return not path.is_symlink() and not ids.isdisjoint(read_ids(path))
    except DataError:
        return False


def _tasks(guesses: Iterable[Guess]) -> list[str]:
    """The tasks, each once, and what was left out as comments."""
    lines: list[str] = []
    taken: dict[str, str] = {}
    left: list[str] = []
    for one in guesses:
        if not one.task or one.task in taken:
            left.append(
                f"  # {one.folder}: left out, "
                + (f"{one.task} is {taken[one.task]} already" if one.task else one.why)
            )
            continue
        taken[one.task] = one.folder
        lines += [f"  {one.task}:   # {one.why}", f"    folder: {quoted(one.folder)}"]
        lines += [f"    suffix: {quoted(one.suffix)}"] if one.suffix else []
        lines += [f"    {line}" for line in one.lines]
    if not lines:
        return [
            "# No labels were recognised. The images can be checked like this; a run needs some labels. Put them into a",
            "# folder of their own, with the names of their images, and say here what they are, such as",
            "#   tasks:",
            "#     depth: {folder: depth, scale: 0.001}",
            "tasks: {}",
            *left,
        ]
    return ["tasks:", *lines, *left]


def _name(images: Tree, root: Path) -> str:
    return images.folder.relative_to(root).as_posix()
