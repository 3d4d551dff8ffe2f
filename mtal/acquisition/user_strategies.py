"""Strategies in files of one's own: `<name>.py` with `STRATEGY = Strategy(...)`, in a folder outside the program.

Such a file is the user's own code: it is run as it stands, with the rights of whoever started mtal. Only files that lie
directly in the folder are read.
"""

import os
import sys
import traceback
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from mtal.acquisition.contract import DECLARED, RULES, broken
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.config import ConfigError, find
from mtal.locations import COMMAND, USER_FOLDER

VARIABLE = "MTAL_STRATEGIES"
WAY_OUT = f"Mend the file or take it away; `{COMMAND} strategies --check FILE` tries it"


@dataclass(frozen=True)
class UserStrategyFile:
    """One file as it was read: what runs is this source."""

    path: Path
    source: bytes

    @property
    def sha256(self) -> str:
        """Of the file."""
        return sha256(self.source).hexdigest()

    def strategy(self) -> Strategy:
        """What it defines, once it kept every rule of the contract. ConfigError names the first that it breaks."""
        return _keeping(self, tuple(RULES))


def user_strategies_folder() -> Path:
    """`strategies/` beside `app.py`, unless the environment says otherwise."""
    return Path(os.environ.get(VARIABLE) or USER_FOLDER / "strategies").absolute()


def user_strategy_files() -> list[Path]:
    """The files that should hold a strategy; names that begin with . or _ are left to other uses."""
    folder = user_strategies_folder()
    return (
        sorted(path for path in folder.glob("*.py") if path.name[0] not in "._")
        if folder.is_dir()
        else []
    )


def user_strategy_file(name: str) -> UserStrategyFile | None:
    """The file of a strategy that is not built in; None if there is none. ConfigError if it cannot be read or is a link away."""
    path = next(
        (path for path in user_strategy_files() if path.stem == name and name not in STRATEGIES),
        None,
    )
    return read_in_folder(path) if path else None


def all_strategies() -> dict[str, Strategy]:
    """The built-in ones, then those of one's own files that can be loaded; `unusable` tells of the others."""
    return STRATEGIES | _own()[0]


def unusable() -> dict[Path, str]:
    """Own files that give no strategy -> why, and the way out."""
    return _own()[1]


def find_strategy(name: str) -> Strategy:
    """A strategy that is fit for use. ConfigError if there is none of this name, or if its file or its contract is broken."""
    own = user_strategy_file(name)
    return own.strategy() if own else find(all_strategies(), name, "strategy")


def read_in_folder(path: Path) -> UserStrategyFile:
    """A file of the folder; a link that leads out of it is refused, since what it shows can change unseen."""
    if path.resolve().parent != user_strategies_folder().resolve():
        raise ConfigError(f"{path} is a link out of its folder. Put the file itself there")
    return read(path)


def read(path: Path) -> UserStrategyFile:
    """Any file."""
    try:
        return UserStrategyFile(path, path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=64)
def defined(file: UserStrategyFile) -> Strategy:
    """What the file calls STRATEGY. ConfigError says what is wrong with the file; of the contract nothing is tried yet."""
    name = file.path.stem
    if name in STRATEGIES:
        raise ConfigError(
            f"{file.path} has the name of a strategy that mtal brings along. Rename it"
        )
    module = ModuleType(f"own_strategy.{name}")
    sys.modules[module.__name__] = module  # where dataclasses look for the module that they are in
    try:
        exec(compile(file.source, str(file.path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"{file.path}{_line(error, file.path)} ends with {type(error).__name__}: {error}. {WAY_OUT}"
        ) from error
    strategy = getattr(module, "STRATEGY", None)
    if not isinstance(strategy, Strategy):
        raise ConfigError(f"{file.path} has no STRATEGY = Strategy(...). {WAY_OUT}")
    if strategy.name != name:
        raise ConfigError(
            f"{file.path} holds a strategy called {strategy.name!r}. Give both the same name"
        )
    return strategy


@lru_cache(maxsize=64)
def _keeping(file: UserStrategyFile, rules: tuple[str, ...]) -> Strategy:
    strategy = defined(file)
    for rule in rules:
        if seen := broken(strategy, rule):
            raise ConfigError(
                f"strategy: {file.path} breaks the rule “{rule}”: it {seen}. {WAY_OUT}"
            )
    return strategy


def _own() -> tuple[dict[str, Strategy], dict[Path, str]]:
    """name -> strategy, and file -> what is wrong."""
    usable: dict[str, Strategy] = {}
    wrong: dict[Path, str] = {}
    for path in user_strategy_files():
        try:
            usable[path.stem] = _keeping(read_in_folder(path), DECLARED)
        except ConfigError as error:
            wrong[path] = str(error)
    return usable, wrong


def _line(error: BaseException, path: Path) -> str:
    """Where in the file it happened."""
    numbers = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    number = error.lineno if isinstance(error, SyntaxError) else numbers[-1] if numbers else None
    return f", line {number}," if number else ""
