"""A first guess of tasks.yaml from the files in a folder.

Every guess says why, so that a person can see where it is wrong.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import FILE
from mtal.datasets.folder.file_tree import list_tree
from mtal.datasets.folder.guess_layout import (
    DISPARITY_WORDS,
    PHOTOGRAPHS,
    LabelFolder,
    find_image_folder,
    find_label_folders,
    sub_folders,
    task_named,
    words_of,
)
from mtal.datasets.folder.guess_sampling import LabelSample, sample_labels
from mtal.datasets.folder.guess_splits import guess_splits
from mtal.datasets.folder.guess_task import Guess, guess_keys, suits, task_of_values, yaml_text
from mtal.datasets.readers.file_lists import abbreviate

HEAD = """\
# A first guess, made from the names of folders and a few files. None of it is certain: read the
# reasons, change what is wrong, and check again.
"""
NO_TASKS = """\
# No labels were recognised. The images can be checked like this; a run needs some labels. Put them
# into a folder of their own, with the names of their images, and say here what they are, such as
#   tasks:
#     depth: {folder: depth, scale: 0.001}
tasks: {}"""


def write_guess(folder: Path) -> Path:
    """Write tasks.yaml and return its path.

    DataError if there are no images, and if there is a tasks.yaml, which is never changed.
    """
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
            f"{path} cannot be written ({error.strerror}); write it yourself, a first guess is: "
            f"{text}"
        ) from None
    return path


def _publish(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, never over another: FileExistsError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        try:
            path.hardlink_to(temporary)  # unlike a rename it replaces nothing
        except OSError:  # such as exFAT, which has no links: claim the name, then fill it
            path.touch(exist_ok=False)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def first_guess(folder: Path) -> str:
    """The text of a tasks.yaml with a reason beside each guess. Reads a few label files.

    DataError if there are no images, or if the folder cannot be listed.
    """
    root = folder.resolve()
    children = sub_folders(root)
    images = find_image_folder(root, children)
    label_folders = find_label_folders(root, images, children)
    suffixes = Counter(labels.image_suffix for labels in label_folders)
    image_suffix = suffixes.most_common(1)[0][0] if suffixes else ""
    class_names = _class_names(root)
    guesses = [_guess(labels, image_suffix, class_names) for labels in label_folders]
    lines = []
    if root.name.isprintable() and root.name:
        lines.append(f"title: {yaml_text(root.name)}")
    image_folder = images.folder.relative_to(root).as_posix()
    lines.append(f"images: {yaml_text(image_folder)}   # {len(images.files)} pictures")
    used = {images.folder, *(root / labels.folder for labels in label_folders)}
    unused = _unused(root, used, children)
    if unused:
        lines.append(
            f"# not used: {abbreviate(unused)}; put them into the folder of the images if they "
            f"belong to them"
        )
    if image_suffix:
        lines.append(
            f"suffix: {yaml_text(image_suffix)}   # image names end in it, label names do not"
        )
    lines += guess_splits(root, images, image_suffix)
    lines += _task_lines(guesses)
    return HEAD + "\n".join(lines) + "\n"


def _unused(root: Path, used: set[Path], children: Iterable[str]) -> list[str]:
    """The sub-folders that hold photographs and are used neither for images nor for labels."""
    texts: list[str] = []
    if root in used:
        return texts
    for name in children:
        if any(path.is_relative_to(root / name) for path in used):
            continue
        files = list_tree(root, name, PHOTOGRAPHS).files
        if files:
            texts.append(f"{name} ({len(files)} pictures)")
    return texts


def _guess(labels: LabelFolder, image_suffix: str, class_names: Sequence[str]) -> Guess:
    """What the labels of a folder may be, from its name and from some files."""
    sample = sample_labels(labels.paths)
    if sample is None:
        return Guess("", labels.folder, labels.suffix, "none of its files can be read")
    reason = _reason_to_leave_out(labels, image_suffix, sample)
    if reason:
        return Guess("", labels.folder, labels.suffix, reason)
    named = task_named(_last_name(labels))
    task = named or task_of_values(sample)
    reason, lines = guess_keys(task, sample, bool(named), class_names)
    return Guess(task, labels.folder, labels.suffix, reason, lines)


def _reason_to_leave_out(labels: LabelFolder, image_suffix: str, sample: LabelSample) -> str:
    """Why a folder of labels cannot be used; "" if it can be."""
    name = _last_name(labels)
    task = task_named(name)
    if labels.image_suffix != image_suffix:
        return f"its names go with those of images without {labels.image_suffix!r}"
    if words_of(name) & DISPARITY_WORDS:
        return (
            "disparities are depth with `inverse: N`, metres = N / value, and N is nowhere in the "
            "files"
        )
    if task == "depth" and sample.kind == "8-bit grey":
        return "8-bit files: add `scale: metres per step` to use them as depth"
    if task and not suits(task, sample):
        return f"called {name}, but its {sample.kind} files cannot be {task} labels"
    if not task and not task_of_values(sample):
        return f"{sample.kind} files whose meaning is not clear"
    return ""


def _last_name(labels: LabelFolder) -> str:
    return labels.folder.split("/")[-1]


def _class_names(root: Path) -> tuple[str, ...]:
    """The lines of classes.txt, each once; none if there is no such file that may be read."""
    path = root / "classes.txt"
    if path.is_symlink():
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return ()
    names = [line.strip() for line in lines]
    return tuple(dict.fromkeys(name for name in names if name and name.isprintable()))


def _task_lines(guesses: Iterable[Guess]) -> list[str]:
    """The lines of tasks.yaml about tasks, each task once; what was left out is a comment."""
    lines: list[str] = []
    folders: dict[str, str] = {}  # task -> folder
    left_out: list[str] = []
    for guess in guesses:
        if not guess.task:
            left_out.append(f"  # {guess.folder}: left out, {guess.reason}")
        elif guess.task in folders:
            reason = f"{guess.task} is {folders[guess.task]} already"
            left_out.append(f"  # {guess.folder}: left out, {reason}")
        else:
            folders[guess.task] = guess.folder
            lines.append(f"  {guess.task}:   # {guess.reason}")
            lines.append(f"    folder: {yaml_text(guess.folder)}")
            if guess.suffix:
                lines.append(f"    suffix: {yaml_text(guess.suffix)}")
            lines += [f"    {line}" for line in guess.lines]
    return ["tasks:", *lines, *left_out] if lines else [NO_TASKS, *left_out]
