"""The blocks that a report is made of. They hold plain text; report.html makes HTML of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
import plotly.graph_objects as go
from plotly.io import to_html

from mtal.figures.style import Drawing

CONFIG = {"displaylogo": False, "responsive": True}


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    block: ClassVar[str] = "paragraph"
    text: str  # "" leaves the paragraph out
    kind: str = ""  # a class of report.css


@dataclass(frozen=True)
class Bullets:
    """A list of plain texts."""

    block: ClassVar[str] = "bullets"
    texts: Sequence[str]  # none leaves the list out


@dataclass(frozen=True)
class Cell:
    """A value of a table as text."""

    text: str
    number: bool


@dataclass(frozen=True)
class Table:
    """A data frame, whose first column names the rows."""

    block: ClassVar[str] = "table"
    frame: pd.DataFrame
    caption: str = ""

    def rows(self) -> list[list[Cell]]:
        """The rows as cells."""
        rows = self.frame.itertuples(index=False, name=None)
        return [[cell_of(value) for value in row] for row in rows]


@dataclass(frozen=True)
class Chart:
    """A figure with the numbers behind it."""

    block: ClassVar[str] = "chart"
    figure: go.Figure | Drawing
    title: str
    alt: str  # what it shows, for those who cannot see it
    numbers: Table
    key: str  # unique in the page

    def html(self) -> str:
        """The figure as plotly writes it, with every `<` of its texts as an escape of JSON."""
        return to_html(
            self.figure,
            full_html=False,
            include_plotlyjs=False,
            config=CONFIG,
            div_id=f"chart-{slug(self.key)}",
            default_height=f"{self.figure['layout']['height']}px",
            validate=False,
        )


@dataclass(frozen=True)
class Pair:
    """Two charts beside each other."""

    block: ClassVar[str] = "pair"
    charts: tuple[Chart, Chart]


Block = Paragraph | Bullets | Table | Chart | Pair


def cell_of(value: object) -> Cell:
    """Write a value of a table; floats get five significant digits."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(f"{value:.5g}" if isinstance(value, float) else str(value), number)


def is_empty(block: Block) -> bool:
    """Say whether there is nothing in it to be shown."""
    match block:
        case Paragraph(text=""):
            return True
        case Bullets(texts=texts):
            return not texts
        case _:
            return False


def slug(text: str) -> str:
    """Turn a text into an id of the page."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
