"""Exporter: a format that a cycle's selection can be written in."""
from collections.abc import Callable
from dataclasses import dataclass

from mtal.config import ConfigError
from mtal.runs.run import Run


class ExportError(ConfigError):
    """There is nothing to export, or not in this format; the message says why and is fit for a person."""


@dataclass(frozen=True)
class Exporter:
    """One format. `write` gives the same bytes for the same run folder, so that exports can be compared."""
    name: str                                               # on the command line
    title: str                                              # on screen
    file: str                                               # end of a file's name, after run and cycle: "selection.csv"
    mime: str
    about: str                                              # what is in it and whom it is for, one sentence
    write: Callable[[Run, int], bytes]                      # run, cycle; ExportError
