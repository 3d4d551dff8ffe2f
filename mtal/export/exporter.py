"""Exporter: a format for the batch of a cycle, a set that somebody chose, or a run's start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mtal.config import ConfigError
from mtal.runs.store.run import Run


class ExportError(ConfigError):
    """There is nothing to export, or not in this format; the message tells a person why."""


Which = TypeVar("Which")  # a cycle's number, a set's id, or None for the start


@dataclass(frozen=True)
class Exporter(Generic[Which]):
    """One format.

    `write` gives the same bytes for the same run and decisions, so that exports can be compared.
    """

    name: str  # on the command line
    title: str  # on screen
    file: str  # end of a file's name, after what it is of: "selection.csv"
    mime: str
    about: str  # what is in it and whom it is for, one sentence
    write: Callable[[Run, Which], bytes]  # ExportError
