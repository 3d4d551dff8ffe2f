"""Where the folder of a data set lies: the config says so, or a variable, or it is at its usual place beside app.py."""
import os
from dataclasses import dataclass
from pathlib import Path

from mtal.config import Config
from mtal.datasets.dataset import DataError
from mtal.datasets.listing import some

ROOT = Path(__file__).parents[2]                            # the folder of app.py; relative folders count from here


def as_written(text: str) -> Path:
    """The resolved path that somebody means: absolute, from the home folder with `~/`, or from the folder of app.py."""
    return (Path.home() / text[2:] if text.startswith("~/") else ROOT / text).resolve()


@dataclass(frozen=True)
class Home:
    """How the folder of one kind of data set is called and known."""
    title: str                                              # as in Source
    mark: str                                               # the folder's own name; data/<mark> is its usual place
    variable: str                                           # environment variable that may name it
    lists: str                                              # the folder in it that holds train.txt and val.txt

    def find(self) -> Path | None:
        """The folder that the variable names, or data/<mark> beside app.py."""
        places = [self._inside(text) for text in (os.environ.get(self.variable, ""), f"data/{self.mark}") if text]
        return next((folder for folder in places if folder.is_dir()), None)

    def place(self, config: Config) -> str:
        """The resolved folder of a config, "" if there is none."""
        folder = self._inside(config.data) if config.data else self.find()
        return str(folder) if folder and folder.is_dir() else ""

    def folder(self, config: Config) -> Path:
        """The resolved folder, which has lists of ids, or DataError with the way out."""
        text = self.place(config)
        if not text:
            raise DataError(self._not_found(config.data))
        folder = Path(text)
        if not (folder / self.lists).is_dir():
            there = some(sorted(path.name for path in folder.iterdir())) or "nothing"
            raise DataError(f"{folder} has no folder {self.lists} with train.txt and val.txt (it holds {there}); `data` must be "
                            f"an {self.mark} folder or hold one")
        return folder

    def _not_found(self, data: str) -> str:
        if data:
            return f"data: there is no folder {self._inside(data)}; give the folder that holds {self.lists}, images and labels"
        named = os.environ.get(self.variable)
        tried = f"{self.variable} names {named}, which is no folder," if named else f"{self.variable} is not set"
        return (f"no {self.title} images found: {tried} and there is no {ROOT / 'data' / self.mark}; set `data` to the "
                f"{self.mark} folder")

    def _inside(self, text: str) -> Path:
        """A folder as people write it -> the resolved folder <mark> in it, or itself."""
        folder = as_written(text)
        inner = folder / self.mark
        return inner.resolve() if inner.is_dir() and not (folder / self.lists).is_dir() else folder
