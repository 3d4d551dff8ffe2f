"""Names that are looked up, and the error of a setting that cannot be used."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from mtal.errors import UserError

T = TypeVar("T")


class ConfigError(UserError):
    """A setting that cannot be used; the message names it and says what would be right."""


def find(kinds: Mapping[str, T], name: str, what: str) -> T:
    """Look up a name. ConfigError lists the names that exist; `what` says what they name."""
    if name not in kinds:
        raise ConfigError(
            f"no {what} called {name!r}{did_you_mean(name, kinds)}; there are {', '.join(kinds)}"
        )
    return kinds[name]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Say which of some names is close to one that does not exist; "" if none is."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
