"""Rooms: rendered indoor scenes with exact labels of six tasks, bundled with the program.

They are read as any folder with a tasks.yaml is.
"""

import re
from dataclasses import replace

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source
from mtal.datasets.folder import folder
from mtal.locations import ASSETS, COMMAND

NAME, TITLE = "rooms", "Rooms (bundled)"
BUNDLED = ASSETS / "rooms"
WALK = re.compile(r"(.+)_\d+$")  # an id is the room and the frame, such as living012_03
LAYOUT = f"""\
Needs no folder: the images come with mtal.
`data` may name another folder that `{COMMAND} rooms` made."""


def locate(config: Config) -> str:
    """The resolved folder, "" if it is missing. ConfigError if it may not be read."""
    return folder.locate(_with_folder(config))


def tasks_in(config: Config) -> tuple[str, ...]:
    """The tasks with labels: all six of the bundled images."""
    return folder.tasks_in(_with_folder(config))


def load(config: Config) -> Dataset:
    """Load the data set. DataError if the images are missing or another folder is unusable."""
    if not config.data and not BUNDLED.is_dir():
        raise DataError(
            f"{BUNDLED} is missing; get the program anew, or make the images with `{COMMAND} rooms`"
        )
    rooms = folder.load(_with_folder(config))
    ids = (*rooms.pool.ids, *rooms.validation.ids)
    walks = {name: match.group(1) for name in ids if (match := WALK.match(name))}
    return replace(rooms, name=NAME, sequences=walks or None)


def _with_folder(config: Config) -> Config:
    """The config with the bundled folder where it names none."""
    return config if config.data else config.model_copy(update={"data": str(BUNDLED)})


ROOMS = Source(NAME, TITLE, LAYOUT, folder.FOLDER.task_names, locate, tasks_in, load)
