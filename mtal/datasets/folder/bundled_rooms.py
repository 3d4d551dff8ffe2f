"""Rooms: rendered indoor scenes with exact labels of six tasks, bundled with the program; read as any folder (folder.py)."""

from dataclasses import replace

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source
from mtal.datasets.folder import folder
from mtal.locations import ASSETS, COMMAND

NAME, TITLE = "rooms", "Rooms (bundled)"
BUNDLED = ASSETS / "rooms"
LAYOUT = f"""\
Needs no folder: the images are in assets/rooms. `data` may name another folder that `{COMMAND} rooms` made."""


def place(config: Config) -> str:
    """The resolved folder."""
    return folder.place(_there(config))


def tasks_in(config: Config) -> tuple[str, ...]:
    """All six."""
    return folder.tasks_in(_there(config))


def load(config: Config) -> Dataset:
    """The data set."""
    if not config.data and not BUNDLED.is_dir():
        raise DataError(
            f"{BUNDLED} is missing; get the program anew, or make the images with `{COMMAND} rooms`"
        )
    return replace(folder.load(_there(config)), name=NAME)


def _there(config: Config) -> Config:
    return config if config.data else config.model_copy(update={"data": str(BUNDLED)})


ROOMS = Source(NAME, TITLE, LAYOUT, folder.FOLDER.task_names, place, tasks_in, load)
