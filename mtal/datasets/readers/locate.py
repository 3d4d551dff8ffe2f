"""Where a data set lies: the config says so, or a variable, or it is at its usual place beside app.py."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import DataError
from mtal.datasets.readers.file_lists import find_files, read_ids, some
from mtal.locations import USER_FOLDER

OTHERS = "or take the bundled rooms: --set dataset=rooms, or any folder: --set dataset=folder --set data=DIR"


def as_written(text: str) -> Path:
    """The resolved path that somebody means: absolute, from the home folder with `~/`, or from the folder of app.py."""
    return (Path.home() / text[2:] if text.startswith("~/") else USER_FOLDER / text).resolve()


@contextmanager
def looked_up(text: str) -> Iterator[None]:
    """ConfigError that names the text where the path that it means cannot be looked at: forbidden, too long, round in circles."""
    try:
        yield
    except (ConfigError, DataError):
        raise
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(
            f"data: {text!r} cannot be looked at ({reason}); name a folder that may be read"
        ) from None


@dataclass(frozen=True)
class Home:
    """How the folder of one kind of data set, or the file that it is, is called and known."""

    title: str  # as in Source
    mark: str  # the own name of the folder or file; data/<mark> is its usual place
    variable: str  # environment variable that may name it
    lists: str = ""  # the folder in it that holds train.txt and val.txt; "" for a file
    also: tuple[str, ...] = ()  # where else in a folder it may lie

    def find(self) -> Path | None:
        """What the variable names, or data/<mark> beside app.py."""
        for text in (
            os.environ.get(self.variable, ""),
            *(f"data/{name}" for name in (self.mark, *self.also)),
        ):
            with suppress(ConfigError):  # nobody chose it: pages look here before anything is named
                if text and (found := self._inside(text)):
                    return found
        return None

    def place(self, config: Config) -> str:
        """The resolved folder or file of a config, "" if there is none."""
        return str((self._inside(config.data) if config.data else self.find()) or "")

    def needed(self, config: Config) -> Path:
        """The same, or DataError with the way out."""
        if not (text := self.place(config)):
            raise DataError(self._not_found(config.data))
        return Path(text)

    def folder(self, config: Config) -> Path:
        """The resolved folder, which has lists of ids, or DataError with the way out."""
        folder = self.needed(config)
        with looked_up(str(folder)):
            if not (folder / self.lists).is_dir():
                there = some(sorted(path.name for path in folder.iterdir())) or "nothing"
                raise DataError(
                    f"{folder} has no folder {self.lists} with train.txt and val.txt (it holds {there}); `data` must "
                    f"be an {self.mark} folder or hold one, {OTHERS}"
                )
        return folder

    def holds(self, config: Config, folders: Iterable[str]) -> frozenset[str]:
        """Those of some folders that are there."""
        place = self.place(config)
        with looked_up(place):
            return frozenset(name for name in folders if place and (Path(place) / name).is_dir())

    def ids(self, root: Path, split: str) -> tuple[str, ...]:
        """The list of a split: "train" or "val". `root` resolved. DataError for links that lead out of it."""
        return read_ids(find_files(root, self.lists, (split,), (".txt",)).paths[0])

    def _not_found(self, data: str) -> str:
        if data and self.lists:
            return (
                f"data: there is no folder {as_written(data)}; give the folder that holds {self.lists}, images and labels, "
                f"{OTHERS}"
            )
        if data:
            return f"data: there is no file {as_written(data)} and no {self.mark} in it; give the file or its folder, {OTHERS}"
        named = os.environ.get(self.variable)
        tried = (
            f"{self.variable} names {named}, where there is none,"
            if named
            else f"{self.variable} is not set"
        )
        return (
            f"no {self.title} images found: {tried} and there is no {USER_FOLDER / 'data' / self.mark}; set `data` to "
            f"{f'the {self.mark} folder' if self.lists else 'the file'}, {OTHERS}"
        )

    def _inside(self, text: str) -> Path | None:
        """A place as people write it -> the resolved folder or file, which is that place or lies in it; None if there is none."""
        with looked_up(text):
            path = as_written(text)
            if self.lists and (path / self.lists).is_dir():
                return path
            tried = (*((path / name).resolve() for name in (self.mark, *self.also)), path)
            return next(
                (one for one in tried if (one.is_dir() if self.lists else one.is_file())), None
            )
