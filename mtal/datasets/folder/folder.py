"""Any folder as a data set: its tasks.yaml says where images and labels are and what they mean."""

import json
from pathlib import Path

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, select_tasks
from mtal.datasets.folder.description import FILE, Description, TaskSpecs, read_description
from mtal.datasets.folder.file_matching import find_splits
from mtal.datasets.folder.guess import write_guess
from mtal.datasets.readers.file_lists import check_inside
from mtal.datasets.readers.locate import path_errors, resolve_user_path

NAME, TITLE = "folder", "My own folder"
LAYOUT = """\
FOLDER/
  tasks.yaml           says where files are and what they mean; `check` writes a first guess:
    images: images       photographs, sub-folders allowed (.jpg .jpeg .png .webp)
    splits: {pool: pool.txt, validation: validation.txt}
                         or sub-folders of the images, or {validation: {percent: 20}}
    tasks:
      semseg: {folder: semseg, classes: [wall, floor], ignore: [255]}
                         class ids in PNG; or `values`, or `colours`
      depth: {folder: depth, scale: 0.001}
                         16-bit PNG or NPY, metres = value * scale, 0 = not measured
      normals: {folder: normals}
                         NPY, or PNG with n = 2 v / 255 - 1; flip: [y, z] for other axes
      edge: {folder: edge}                    0 and 1, or 0 and 255
      saliency: {folder: saliency}            as for edge
      human_parts: {folder: human_parts}      0 background, 1..6 parts, 255 ignored
  images/a/b.jpg       its id is a__b
  semseg/a/b.png       a label has the path of its image; without a file, it is not labelled"""


def locate(config: Config) -> str:
    """The resolved folder of a config, "" if there is none. ConfigError if it may not be read."""
    if not config.data:
        return ""
    with path_errors(config.data):
        path = resolve_user_path(config.data)
        return str(path) if path.is_dir() else ""


def tasks_in(config: Config) -> tuple[str, ...]:
    """The described tasks whose folders exist; all of them if no folder exists yet.

    No task if the description cannot be used; `load` explains that. ConfigError if a folder may
    not be looked at.
    """
    root = locate(config)
    if not root:
        return ()
    try:
        specs = _read_description(Path(root)).labels_or_defaults
    except DataError:
        return ()
    with path_errors(root):
        existing = [name for name, spec in specs.items() if (Path(root) / spec.folder).is_dir()]
    return tuple(existing or specs)


def load(config: Config) -> Dataset:
    """Load the data set.

    DataError for an unusable description and for links that lead out of the folder, ConfigError
    for a task that is not described.
    """
    root = _needed_folder(config)
    description = _read_description(root)
    title, specs = description.title or root.name, description.labels_or_defaults
    tasks = select_tasks({name: spec.task() for name, spec in specs.items()}, config, title)
    try:
        pool, validation, warnings = find_splits(root, description, [task.name for task in tasks])
    except DataError as error:
        raise DataError(f"{root / FILE}: {error}") from None
    settings = {
        task.name: specs[task.name].model_dump(mode="json", exclude_defaults=True) for task in tasks
    }
    return Dataset(
        NAME,
        title,
        str(root),
        tasks,
        pool,
        validation,
        note=description.note,
        warnings=tuple(warnings),
        label_settings=json.dumps(settings, sort_keys=True),
    )


def write_missing(config: Config) -> Path | None:
    """Write a first guess of tasks.yaml and return its path; None if there is a tasks.yaml.

    DataError if there are no images to guess from.
    """
    root = _needed_folder(config)
    with path_errors(config.data):
        path = root / FILE
        return None if path.exists() or path.is_symlink() else write_guess(root)


def _read_description(root: Path) -> Description:
    check_inside(root / FILE, root)
    return read_description(root / FILE)


def _needed_folder(config: Config) -> Path:
    """The resolved folder of a config, or DataError that says what to do."""
    if not config.data:
        raise DataError(
            "data: name the folder of the data set; it holds images, labels and tasks.yaml"
        )
    folder = locate(config)
    if not folder:
        raise DataError(
            f"data: there is no folder {resolve_user_path(config.data)}; name the folder that "
            f"holds images and labels"
        )
    return Path(folder)


FOLDER = Source(
    NAME, TITLE, LAYOUT, tuple(TaskSpecs.model_fields), locate, tasks_in, load, write_missing
)
