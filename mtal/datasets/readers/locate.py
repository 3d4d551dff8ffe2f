"""Where a data set is: where the config or a variable says, or in data/ beside app.py."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import DataError
from mtal.datasets.readers.file_lists import abbreviate, find_files, read_ids
from mtal.locations import USER_FOLDER

ALTERNATIVES = (
    "or take the bundled rooms: --set dataset=rooms, "
    "or any folder: --set dataset=folder --set data=DIR"
)


def resolve_user_path(text: str) -> Path:
    """Resolve a path as users write it: absolute, with `~/`, or relative to app.py's folder."""
    return (Path.home() / text[2:] if text.startswith("~/") else USER_FOLDER / text).resolve()


@contextmanager
def path_errors(text: str) -> Iterator[None]:
    """Turn the errors of a path that cannot be accessed into a ConfigError that names `text`.

    Such paths are forbidden, too long, or links in a circle.
    """
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
class DatasetLocation:
    """How to find the folder, or the single file, of one kind of data set."""

    title: str  # as in Source
    basename: str  # of the folder or file; data/<basename> is the default location
    variable: str  # environment variable that may name the folder or file
    lists: str = ""  # sub-folder that holds train.txt and val.txt; "" for a file
    other_names: tuple[str, ...] = ()  # further relative paths to try in a folder

    def find(self) -> Path | None:
        """Find the data set where the variable says, or in data/ beside app.py."""
        names = (self.basename, *self.other_names)
        for text in (os.environ.get(self.variable, ""), *(f"data/{name}" for name in names)):
            # A path that cannot be accessed counts as absent: pages ask before users choose one.
            with suppress(ConfigError):
                path = self._resolve(text) if text else None
                if path:
                    return path
        return None

    def locate(self, config: Config) -> str:
        """The resolved path of the configured folder or file, "" if there is none.

        ConfigError if the path cannot be accessed.
        """
        path = self._resolve(config.data) if config.data else self.find()
        return str(path or "")

    def require(self, config: Config) -> Path:
        """The resolved path of the configured folder or file; DataError if there is none."""
        path = self.locate(config)
        if not path:
            raise DataError(self._not_found(config.data))
        return Path(path)

    def require_folder(self, config: Config) -> Path:
        """The resolved folder; DataError if there is none or it has no lists of ids."""
        folder = self.require(config)
        with path_errors(str(folder)):
            if not (folder / self.lists).is_dir():
                names = abbreviate(sorted(path.name for path in folder.iterdir())) or "nothing"
                raise DataError(
                    f"{folder} has no folder {self.lists} with train.txt and val.txt "
                    f"(it holds {names}); `data` must be an {self.basename} folder or hold one, "
                    f"{ALTERNATIVES}"
                )
        return folder

    def existing_folders(self, config: Config, names: Iterable[str]) -> frozenset[str]:
        """Those of `names` that are sub-folders of the configured folder."""
        root = self.locate(config)
        if not root:
            return frozenset()
        with path_errors(root):
            return frozenset(name for name in names if (Path(root) / name).is_dir())

    def read_ids(self, root: Path, split: str) -> tuple[str, ...]:
        """Read the ids of a split, "train" or "val". `root` must be resolved.

        DataError for a broken list, and for links that lead out of `root`.
        """
        return read_ids(find_files(root, self.lists, (split,), (".txt",)).paths[0])

    def _not_found(self, data: str) -> str:
        """The message for a data set that is not there, by what `data` says."""
        if data and self.lists:
            return (
                f"data: there is no folder {resolve_user_path(data)}; "
                f"give the folder that holds {self.lists}, images and labels, {ALTERNATIVES}"
            )
        if data:
            return (
                f"data: there is no file {resolve_user_path(data)} and no {self.basename} in it; "
                f"give the file or its folder, {ALTERNATIVES}"
            )
        value = os.environ.get(self.variable)
        if value:
            variable = f"{self.variable} names {value}, where there is none,"
        else:
            variable = f"{self.variable} is not set"
        wanted = f"the {self.basename} folder" if self.lists else "the file"
        return (
            f"no {self.title} images found: {variable} and there is no "
            f"{USER_FOLDER / 'data' / self.basename}; set `data` to {wanted}, {ALTERNATIVES}"
        )

    def _resolve(self, text: str) -> Path | None:
        """Resolve what users name to the folder or file itself, which may also lie in it."""
        with path_errors(text):
            path = resolve_user_path(text)
            if self.lists and (path / self.lists).is_dir():
                return path
            inside = [(path / name).resolve() for name in (self.basename, *self.other_names)]
            for candidate in (*inside, path):
                if candidate.is_dir() if self.lists else candidate.is_file():
                    return candidate
            return None
