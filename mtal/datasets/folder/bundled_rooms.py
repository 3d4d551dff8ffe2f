"""Rooms: rendered indoor scenes with exact labels of six tasks, bundled with the program.

They are read as any folder with a tasks.yaml is.
"""

from dataclasses import replace

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source
from mtal.datasets.folder import folder
from mtal.locations import ASSETS, COMMAND

NAME, TITLE = "rooms", "Rooms (bundled)"
BUNDLED = ASSETS / "rooms"
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
    return replace(folder.load(_with_folder(config)), name=NAME)


def _with_folder(config: Config) -> Config:
    """The config with the bundled folder where it names none."""
    return config if config.data else config.model_copy(update={"data": str(BUNDLED)})


ROOMS = Source(NAME, TITLE, LAYOUT, folder.FOLDER.task_names, locate, tasks_in, load)
