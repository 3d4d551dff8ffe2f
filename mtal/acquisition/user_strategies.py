"""Strategies of users: files `<name>.py` with `STRATEGY = Strategy(...)` in a folder of their own.

Such a file is the user's code and runs with the rights of whoever started mtal. Only files directly
in the folder are read.
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
WAY_OUT = f"Correct the file or remove it; `{COMMAND} strategies --check FILE` tries it"


@dataclass(frozen=True)
class UserStrategyFile:
    """A file as it was read: this source is what runs."""

    path: Path
    source: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of the source, in hexadecimal."""
        return sha256(self.source).hexdigest()

    def strategy(self) -> Strategy:
        """Load the strategy and try every rule. ConfigError names the first one that it breaks."""
        return _load_checked(self, tuple(RULES))


def user_strategies_folder() -> Path:
    """The folder of user strategies: MTAL_STRATEGIES, or `strategies/` beside `app.py`."""
    return Path(os.environ.get(VARIABLE) or USER_FOLDER / "strategies").absolute()


def user_strategy_files() -> list[Path]:
    """List the files that should hold a strategy; names that begin with . or _ are left out."""
    folder = user_strategies_folder()
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("*.py") if path.name[0] not in "._")


def user_strategy_file(name: str) -> UserStrategyFile | None:
    """Read the file of a strategy; None if it is built in or there is none.

    ConfigError if the file cannot be read or is a link out of its folder.
    """
    if name in STRATEGIES:
        return None
    for path in user_strategy_files():
        if path.stem == name:
            return read_in_folder(path)
    return None


def all_strategies() -> dict[str, Strategy]:
    """List the built-in strategies, then those of user files that can be loaded."""
    return STRATEGIES | _load_user_strategies()[0]


def unusable_files() -> dict[Path, str]:
    """List the user files that give no strategy: file -> why, and the way out."""
    return _load_user_strategies()[1]


def find_strategy(name: str) -> Strategy:
    """Find a strategy, built in or of a user file.

    ConfigError if there is none of this name, or if its file is broken or breaks a rule.
    """
    file = user_strategy_file(name)
    return file.strategy() if file else find(all_strategies(), name, "strategy")


def read_in_folder(path: Path) -> UserStrategyFile:
    """Read a file of the folder.

    ConfigError if it cannot be read or is a link out of the folder, whose target could change
    unnoticed.
    """
    if path.resolve().parent != user_strategies_folder().resolve():
        raise ConfigError(f"{path} is a link out of its folder. Put the file itself there")
    return read(path)


def read(path: Path) -> UserStrategyFile:
    """Read any file. ConfigError if it cannot be read."""
    try:
        return UserStrategyFile(path, path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=64)
def load(file: UserStrategyFile) -> Strategy:
    """Execute a file and return its STRATEGY, without trying the contract.

    ConfigError if it has the name of a built-in strategy, cannot be executed, or holds no strategy
    of its own name.
    """
    name = file.path.stem
    if name in STRATEGIES:
        raise ConfigError(f"{file.path} has the name of a built-in strategy. Rename it")
    module = ModuleType(f"own_strategy.{name}")
    sys.modules[module.__name__] = module  # dataclasses look up their module there
    try:
        exec(compile(file.source, str(file.path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"{file.path}{_line(error, file.path)} ends with {type(error).__name__}: {error}. "
            f"{WAY_OUT}"
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
def _load_checked(file: UserStrategyFile, rules: tuple[str, ...]) -> Strategy:
    """Load a strategy that keeps the rules. ConfigError names the first one that it breaks."""
    strategy = load(file)
    for rule in rules:
        message = broken(strategy, rule)
        if message:
            raise ConfigError(
                f"strategy: {file.path} breaks the rule “{rule}”: it {message}. {WAY_OUT}"
            )
    return strategy


def _load_user_strategies() -> tuple[dict[str, Strategy], dict[Path, str]]:
    """Load all user files: name -> strategy, and file -> what is wrong with it."""
    usable: dict[str, Strategy] = {}
    wrong: dict[Path, str] = {}
    for path in user_strategy_files():
        try:
            usable[path.stem] = _load_checked(read_in_folder(path), DECLARED)
        except ConfigError as error:
            wrong[path] = str(error)
    return usable, wrong


def _line(error: BaseException, path: Path) -> str:
    """`, line 3,`: where in the file the error happened, "" if it was elsewhere."""
    if isinstance(error, SyntaxError):
        number = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        numbers = [frame.lineno for frame in frames if frame.filename == str(path)]
        number = numbers[-1] if numbers else None
    return f", line {number}," if number else ""
