"""The pool as a map in two dimensions. `customdata` of a point is the position of its image."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.colour_by import NONE, OTHER, Colouring, Groups, Values
from mtal.figures.style import GRID, INK, LABELLED, OPEN, PICKED, figure

WEBGL_FROM = 1000  # below, SVG is fast enough and needs no WebGL
SVG_UP_TO = 5000  # above, only WebGL draws points fast enough
MOST_DRAWN = 20_000  # above, a part of the points is drawn
PICKS_ON_PICTURE = 1000  # more would slow it down
CELLS = 100  # per direction, of the picture for browsers without WebGL
HEIGHT_PX = 560  # the whole map on a small screen
TICKS = [0, 25, 50, 75, 100]  # percentiles named beside the colours
STATES = {  # state -> name, colour, symbol, size; drawn in this order
    "open": ("not labelled", OPEN, "circle", 6),
    "labelled": ("labelled before", LABELLED, "square", 7),
    "picked": ("picked in this cycle", PICKED, "star", 11),
}
SIZES = {state: size for state, (_name, _colour, _symbol, size) in STATES.items()}
# Of Okabe and Ito, whose yellow is darker here.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8a7a00")
SYMBOLS = (
    *("circle", "square", "diamond", "triangle-up", "cross", "x"),
    *("pentagon", "triangle-down", "hexagon", "star", "bowtie", "hourglass"),
)
# Groups that are the background of the others.
FAINT = (NONE, OTHER, "neither", "not labelled", "no score", "none")


class Layer(NamedTuple):
    """One trace: its name, the rows of its points, and plotly's marker."""

    name: str
    rows: np.ndarray
    marker: dict[str, Any]


def states(pool: pd.DataFrame) -> np.ndarray:
    """Name the state of each image: (N,) texts. Columns that are used: labelled, picked."""
    picked, labelled = pool["picked"].to_numpy(bool), pool["labelled"].to_numpy(bool)
    return np.select([picked, labelled], ["picked", "labelled"], "open")


def by_state(points: pd.DataFrame) -> Groups:
    """Group the points by state."""
    names = {state: name for state, (name, *_look) in STATES.items()}
    codes = np.select([points["state"] == state for state in STATES], range(len(STATES)))
    return Groups("state", codes, tuple(names.values()))


def draw_map(
    points: pd.DataFrame,
    colouring: Colouring,
    view: str,
    drawn: np.ndarray | None = None,
    webgl: bool = True,
    zoom: Sequence[float] | None = None,
) -> go.Figure:
    """Draw images as points.

    points: a row per pool image, with the columns x, y, image (position), id, state, rank, score.
    colouring: a group or a value per pool image.
    view: zoom stays while it is the same.
    drawn: positions of the images to draw; None for all.
    webgl: whether the browser has it.
    zoom: x0, x1, y0, y1 to begin with.
    """
    rows = points if drawn is None else points.iloc[drawn]
    kind = go.Scattergl if webgl and len(rows) >= WEBGL_FROM else go.Scatter
    chart = _map(points, view, zoom)
    totals = {layer.name: len(layer.rows) for layer in _layers(points, colouring)}
    for layer in _layers(rows, colouring):
        name = f"{layer.name} ({_part(len(layer.rows), totals.get(layer.name, 0))})"
        chart.add_trace(_points(kind, rows.iloc[layer.rows], name, layer.marker))
    return chart


def draw_density(points: pd.DataFrame, view: str, zoom: Sequence[float] | None = None) -> go.Figure:
    """Draw how many images lie in each cell, for browsers without WebGL; picks remain points.

    Its size does not grow with the pool. Arguments as of `draw_map`.
    """
    x_edges, y_edges = (
        np.linspace(points[name].min(), points[name].max(), CELLS + 1) for name in ("x", "y")
    )
    counts = np.histogram2d(points["y"], points["x"], bins=(y_edges, x_edges))[0]
    chart = _map(points, view, zoom)
    chart.add_heatmap(
        x=_middles(x_edges),
        y=_middles(y_edges),
        z=np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan),
        colorscale="Cividis",
        text=counts.astype(int),
        hovertemplate="%{text} images here<extra></extra>",
        colorbar={
            "title": {"text": "images<br>per place"},
            "thickness": 14,
            "tickvals": [0, 1, 2, 3],
            "ticktext": ["1", "10", "100", "1000"],
        },
    )
    picks = points[points["state"] == "picked"]
    step = max(1, -(-len(picks) // PICKS_ON_PICTURE))
    shown = picks.iloc[::step]  # a figure without points has no lasso
    name, colour, symbol, size = STATES["picked"]
    marker = {"color": colour, "symbol": symbol, "size": size}
    chart.add_trace(_points(go.Scatter, shown, f"{name} ({_part(len(shown), len(picks))})", marker))
    return chart


def _part(number: int, total: int) -> str:
    """`1,200`, or `1,000 of 1,200` where not all are drawn."""
    return f"{number:,}" if number == total else f"{number:,} of {total:,}"


def _layers(rows: pd.DataFrame, colouring: Colouring) -> list[Layer]:
    """Divide the rows among the traces of a colouring."""
    if isinstance(colouring, Values):
        return _by_value(rows, colouring)
    codes = colouring.codes[rows["image"].to_numpy()]
    if colouring.title == "state":
        return _by_state(codes)
    layers = []
    strong = [name for name in colouring.names if name not in FAINT]
    faint = [name for name in colouring.names if name in FAINT]
    sizes = rows["state"].map(SIZES).to_numpy(np.uint8)
    for name in [*faint, *strong]:  # the background first
        members = np.flatnonzero(codes == colouring.names.index(name))
        if name in strong:
            index = strong.index(name)
            colour, symbol = COLOURS[index % len(COLOURS)], SYMBOLS[index % len(SYMBOLS)]
            marker = _solid(colour, symbol, sizes[members] + np.uint8(1), 0.9)
        else:
            marker = _solid(OPEN, "circle", sizes[members], 0.45)
        layers.append(Layer(name, members, marker))
    return layers


def _by_state(codes: np.ndarray) -> list[Layer]:
    """A layer per state. codes (n,): index in STATES."""
    layers = []
    for code, (state, (name, colour, symbol, size)) in enumerate(STATES.items()):
        marker = _solid(colour, symbol, size, 0.6 if state == "open" else 0.95)
        layers.append(Layer(name, np.flatnonzero(codes == code), marker))
    return layers


def _by_value(rows: pd.DataFrame, colouring: Values) -> list[Layer]:
    """A layer per state, coloured by the percentile of the value; without a value grey.

    By percentile, since a few far values would leave one colour to all others; the colour bar says
    which value stands at which percentile. Equal values have the lowest of their percentiles, so
    a class that most images lack has them all at the bottom.
    """
    values = pd.Series(colouring.values, dtype=float)  # of the whole pool
    percentiles = (100 * values.rank(method="min", pct=True)).to_numpy(np.float32)
    percentile = percentiles[rows["image"].to_numpy()]
    bar = {"showscale": True, "colorbar": _colour_bar(values, colouring.axis)}
    layers = []
    for state, (name, _colour, symbol, size) in STATES.items():
        of_state = (rows["state"] == state).to_numpy()
        with_value = np.flatnonzero(of_state & ~np.isnan(percentile))
        without = np.flatnonzero(of_state & np.isnan(percentile))
        if len(without):  # such as labelled images, which have no score
            layers.append(Layer(f"{name}, no value", without, _solid(OPEN, symbol, size, 0.35)))
        if len(with_value) or not len(without):
            marker = {
                "symbol": symbol,
                "size": size,
                "opacity": 0.9,
                "color": percentile[with_value],
                "colorscale": "Cividis",
                "cmin": 0,
                "cmax": 100,
                **bar,
            }
            layers.append(Layer(name, with_value, marker))
            bar = {**bar, "showscale": False}  # one colour bar for all states
    return layers


def _colour_bar(values: pd.Series, axis: str) -> dict[str, Any]:
    """Name the values at the percentiles TICKS. values (N,), NaN for none."""
    ticks = []
    if values.notna().any():
        quantiles = values.dropna().quantile([tick / 100 for tick in TICKS])
        ticks = [f"{value:.3g}" for value in quantiles]
    return {
        "title": {"text": f"{axis}<br>(by rank)"},
        "thickness": 14,
        "tickvals": TICKS,
        "ticktext": ticks,
    }


def _solid(colour: str, symbol: str, size: object, opacity: float) -> dict[str, Any]:
    return {
        "color": colour,
        "symbol": symbol,
        "size": size,
        "opacity": opacity,
        "line": {"width": 0.5, "color": "rgba(255,255,255,0.7)"},
    }


def _map(points: pd.DataFrame, view: str, zoom: Sequence[float] | None) -> go.Figure:
    """An empty map that shows all points, or what `zoom` says."""
    chart = figure("", "", view, HEIGHT_PX)
    x_range, y_range = _range(points["x"]), _range(points["y"])
    if zoom:
        x_range, y_range = list(zoom[:2]), list(zoom[2:])
    chart.update_xaxes(showticklabels=False, showgrid=False, range=x_range)
    chart.update_yaxes(showticklabels=False, showgrid=False, range=y_range)
    chart.update_yaxes(scaleanchor="x")  # a distance is the same in both directions
    chart.update_layout(
        dragmode="lasso",
        legend={"itemsizing": "constant", "yanchor": "top", "y": 0},  # the tools are on top
        newselection={"line": {"color": INK, "width": 2}},
        activeselection={"fillcolor": GRID},
    )
    return chart


def _range(values: pd.Series) -> list[float]:
    """All values, with a margin."""
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 1
    return [low - margin, high + margin]


def _points(
    kind: type, rows: pd.DataFrame, name: str, marker: dict[str, Any]
) -> go.Scatter | go.Scattergl:
    columns = (
        rows[column].to_numpy().tolist() for column in ("id", "image", "state", "rank", "score")
    )
    hover = [
        f"{title} (no. {image})<br>{_rank(state, rank, score)}"
        for title, image, state, rank, score in zip(*columns, strict=True)
    ]
    trace: go.Scatter | go.Scattergl = kind(
        x=_float(rows["x"]),
        y=_float(rows["y"]),
        mode="markers",
        name=name,
        marker=marker,
        text=np.array(hover, object),
        customdata=rows["image"].to_numpy(np.int32),
        hovertemplate="%{text}<extra></extra>",
    )
    return trace


def _rank(state: str, rank: int, score: float) -> str:
    """Say where an image stands in the ranking."""
    if state == "labelled":
        return "labelled before"
    with_score = f", score {score:.3g}" if np.isfinite(score) else ""
    return f"picked {rank}.{with_score}" if state == "picked" else f"rank {rank}{with_score}"


def _float(values: pd.Series) -> np.ndarray:
    return values.to_numpy(np.float32)


def _middles(edges: np.ndarray) -> np.ndarray:
    return (edges[:-1] + edges[1:]) / 2
