"""One look for all figures: a template, and a fixed colour, marker and dash per strategy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal
from zlib import crc32

import plotly.graph_objects as go

from mtal.analysis.lines import Level

INK, GRID = "#7a7f87", "rgba(128,128,128,0.22)"  # greys that can be read on white and on black
PICKED, LABELLED = "#D55E00", "#0072B2"  # states of an image: vermilion and blue of Okabe and Ito
OPEN = "#9a9a9a"
HEIGHT_PX = 360
Drawing = dict[str, Any]  # a figure as plotly's JSON has it, unchecked; `go.Figure` takes it

Dash = Literal["solid", "dot", "dash", "longdash", "dashdot", "longdashdot"]


@dataclass(frozen=True)
class Look:
    """How a strategy is drawn everywhere. `width` in pixels."""

    colour: str  # "#rrggbb", of Okabe and Ito's palette or grey
    symbol: str
    dash: Dash
    width: float = 2


LOOKS = {  # the paper's seven first: a colour each
    "ours": Look("#D55E00", "star", "solid", 3.5),  # thicker: the method that is examined
    "random": Look("#808080", "circle", "dot"),
    "core-set": Look("#0072B2", "square", "dash"),
    "rbal": Look("#E69F00", "diamond", "longdash"),
    "ll4al": Look("#56B4E9", "triangle-up", "dashdot"),
    "partal": Look("#CC79A7", "cross", "longdashdot"),
    "equal": Look("#009E73", "triangle-down", "dash"),
    "equal-ss": Look("#009E73", "triangle-left", "dot"),
    "equal-de": Look("#009E73", "triangle-right", "longdash"),
    "equal-sn": Look("#009E73", "diamond-tall", "dashdot"),
    "equal-ed": Look("#009E73", "diamond-wide", "longdashdot"),
    "equal-hps": Look("#009E73", "star-square", "solid"),
    "equal-se": Look("#009E73", "star-triangle-up", "dot"),
    "entropy-diversity": Look("#D55E00", "triangle-ne", "dash"),
    "trust-weighted": Look("#CC79A7", "star-diamond", "solid", 3),
    "coverage": Look("#0072B2", "hexagon2", "solid"),
    "clue": Look("#0072B2", "triangle-nw", "longdash"),
    "entropy": Look("#E69F00", "x", "dot"),
    "margin": Look("#E69F00", "star-triangle-down", "dashdot"),
    "badge": Look("#0072B2", "hourglass", "longdashdot"),
    "typiclust": Look("#56B4E9", "pentagon", "longdash"),
    "probcover": Look("#56B4E9", "hexagon", "dot"),
    "bald": Look("#CC79A7", "bowtie", "dash"),
}
SPARE = (  # for strategies of users
    Look("#009E73", "octagon", "dashdot"),
    Look("#56B4E9", "hexagram", "solid"),
    Look("#E69F00", "triangle-sw", "dash"),
    Look("#CC79A7", "octagon", "dot"),
    Look("#0072B2", "hexagram", "longdash"),
)
# Seven symbols and four dashes, without a common divisor: 28 variants of a strategy look different.
VARIANT_SYMBOLS = (
    *("circle-open", "square-open", "diamond-open", "triangle-up-open"),
    *("cross-open", "x-open", "pentagon-open"),
)
VARIANT_DASHES: tuple[Dash, ...] = ("dash", "dot", "longdash", "dashdot")

TEMPLATE = {
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 13},
        "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
        "hovermode": "closest",
        "hoverlabel": {"align": "left"},
        "xaxis": {
            "gridcolor": GRID,
            "zeroline": False,
            "automargin": True,
            "title": {"standoff": 8, "font": {"size": 13}},
        },
        "yaxis": {
            "gridcolor": GRID,
            "zeroline": False,
            "automargin": True,
            "title": {"standoff": 8, "font": {"size": 13}},
        },
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0},
    }
}


def look(strategy: str, variant: int = 0) -> Look:
    """Look up how a strategy is drawn.

    Variants 1, 2, ... keep its colour; symbol and dash tell runs with other settings apart.
    """
    own_look = LOOKS.get(strategy) or SPARE[crc32(strategy.encode()) % len(SPARE)]
    if variant == 0:
        return own_look
    index = variant - 1
    return replace(
        own_look,
        symbol=VARIANT_SYMBOLS[index % len(VARIANT_SYMBOLS)],
        dash=VARIANT_DASHES[index % len(VARIANT_DASHES)],
    )


def faint(colour: str, opacity: float) -> str:
    """Make `#rrggbb` transparent. opacity 0..1."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def hatched(colour: str | list[str], shape: str | list[str]) -> dict[str, object]:
    """Marker of bars with a pattern over the colour, for readers who cannot tell colours apart."""
    return {
        "color": colour,
        "pattern": {"shape": shape, "fillmode": "overlay", "fgopacity": 0.5, "size": 6},
    }


def literal(text: str) -> str:
    """Escape a text of users or of files (titles, settings); figures read tags and links in it."""
    return escape(text, quote=False)


def bars_px(number: int) -> int:
    """Height of a figure with `number` bars below each other, with room for the title below."""
    return max(150, 90 + 30 * number)


def printed_axis(title: str) -> dict[str, Any]:
    """An axis at the right for published numbers. `title`: of the axis at the left."""
    return {
        "overlaying": "y",
        "side": "right",
        "tickmode": "auto",
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "title": {"text": literal(f"published: {title}")},
    }


def figure(x: str, y: str, view: str, height_px: int = HEIGHT_PX) -> go.Figure:
    """An empty figure with axis titles. Zoom and hidden lines stay while `view` is the same."""
    return go.Figure(drawing(x, y, view, height_px))


def drawing(
    x: str,
    y: str,
    view: str,
    height_px: int = HEIGHT_PX,
    traces: Sequence[Mapping[str, Any]] = (),
    levels: Sequence[Level] = (),
) -> Drawing:
    """A figure as plotly's JSON, for what is drawn often.

    Nothing is checked, which would take three quarters of the time that a figure needs.

    x, y: titles of the axes.
    view: zoom and hidden lines stay while it is the same.
    height_px: of the figure.
    traces: as plotly's JSON.
    levels: horizontal lines; dotted with a title, thin without.
    """
    dotted, thin = {"color": INK, "dash": "dot", "width": 2}, {"color": INK, "width": 1}
    return {
        "data": list(traces),
        "layout": {
            "template": TEMPLATE,
            "height": height_px,
            "uirevision": view,
            "xaxis": {"title": {"text": literal(x)}},
            "yaxis": {"title": {"text": literal(y)}},
            "shapes": [
                {
                    "type": "line",
                    "xref": "x domain",
                    "x0": 0,
                    "x1": 1,
                    "y0": level.value,
                    "y1": level.value,
                    "line": dotted if level.title else thin,
                }
                for level in levels
            ],
            "annotations": [
                {
                    "text": literal(level.title),
                    "xref": "x domain",
                    "x": 1,
                    "xanchor": "right",
                    "y": level.value,
                    "yanchor": "top",
                    "showarrow": False,
                }
                for level in levels
                if level.title
            ],
        },
    }
