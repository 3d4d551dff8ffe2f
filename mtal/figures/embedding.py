"""The pool in two dimensions. A point carries its image's position in `customdata`; never its place in the trace."""

from collections.abc import Sequence

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
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#8a7a00",
)  # Okabe and Ito; their yellow is darker
SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "x",
    "pentagon",
    "triangle-down",
    "hexagon",
    "star",
    "bowtie",
    "hourglass",
)
FAINT = (
    NONE,
    OTHER,
    "neither",
    "not labelled",
    "no score",
    "none",
)  # groups that are the ground for the others


def states(pool: pd.DataFrame) -> np.ndarray:
    """(N,) state of each image as text. Columns used: labelled, picked."""
    return np.where(pool["picked"], "picked", np.where(pool["labelled"], "labelled", "open"))


def by_state(points: pd.DataFrame) -> Groups:
    """The states as groups."""
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
    """Every drawn image as a point. Columns of `points`, a row per pool image: x, y, image (position), id, state, rank, score.

    `drawn`: positions, all without it. `view`: zoom stays while it does. `zoom`: x0, x1, y0, y1 to begin with.
    """
    rows = points if drawn is None else points.iloc[drawn]
    kind = go.Scattergl if webgl and len(rows) >= WEBGL_FROM else go.Scatter
    made = _map(points, view, zoom)
    totals = {name: len(at) for name, at, _ in _looks(points, colouring)}
    for name, at, marker in _looks(rows, colouring):
        total = totals.get(name, 0)
        told = f"{total:,}" if len(at) == total else f"{len(at):,} of {total:,}"
        made.add_trace(_points(kind, rows.iloc[at], f"{name} ({told})", marker))
    return made


def draw_density(points: pd.DataFrame, view: str, zoom: Sequence[float] | None = None) -> go.Figure:
    """The same as a picture of how many images lie where, of constant size: for browsers without WebGL. Columns as above."""
    across, up = (
        np.linspace(points[name].min(), points[name].max(), CELLS + 1) for name in ("x", "y")
    )
    counts = np.histogram2d(points["y"], points["x"], bins=(up, across))[0]
    made = _map(points, view, zoom)
    made.add_heatmap(
        x=_middles(across),
        y=_middles(up),
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
    shown = picks.iloc[
        :: -(-len(picks) // PICKS_ON_PICTURE) or 1
    ]  # some points there must be: pictures have no lasso
    name, colour, symbol, size = STATES["picked"]
    told = f"{len(shown):,}" if len(shown) == len(picks) else f"{len(shown):,} of {len(picks):,}"
    made.add_trace(
        _points(
            go.Scatter, shown, f"{name} ({told})", {"color": colour, "symbol": symbol, "size": size}
        )
    )
    return made


def _looks(
    rows: pd.DataFrame, colouring: Colouring
) -> list[tuple[str, np.ndarray, dict[str, object]]]:
    """Name, places in `rows` and marker of each trace."""
    if isinstance(colouring, Values):
        return _by_value(rows, colouring)
    codes, state = colouring.codes[rows["image"].to_numpy()], rows["state"]
    if colouring.title == "state":
        return [
            (
                name,
                np.flatnonzero(codes == at),
                _solid(colour, symbol, size, 0.6 if state == "open" else 0.95),
            )
            for at, (state, (name, colour, symbol, size)) in enumerate(STATES.items())
        ]
    found = []
    strong = [name for name in colouring.names if name not in FAINT]
    for name in sorted(colouring.names, key=lambda name: name not in FAINT):  # the ground first
        at = np.flatnonzero(codes == colouring.names.index(name))
        place = strong.index(name) if name in strong else 0
        look = (
            (COLOURS[place % len(COLOURS)], SYMBOLS[place % len(SYMBOLS)])
            if name in strong
            else (OPEN, "circle")
        )
        size = state.iloc[at].map(SIZES).to_numpy(np.uint8) + (name in strong)
        found.append((name, at, _solid(*look, size, 0.9 if name in strong else 0.45)))
    return found


def _by_value(
    rows: pd.DataFrame, colouring: Values
) -> list[tuple[str, np.ndarray, dict[str, object]]]:
    """Coloured by the rank of a number, still shaped by state; NaN is grey.

    By rank, since a few far values would leave one colour to all others; the bar says which values stand at which place. Equal
    values stand at the lowest of their places, so that a class which most images lack has them all at the bottom.
    """
    whole = pd.Series(colouring.values, dtype=float)
    places = (100 * whole.rank(method="min", pct=True)).to_numpy(np.float32)[
        rows["image"].to_numpy()
    ]
    ticks = (
        [f"{value:.3g}" for value in whole.dropna().quantile([at / 100 for at in TICKS])]
        if whole.notna().any()
        else []
    )
    found, has_bar = [], False
    for state, (name, _colour, symbol, size) in STATES.items():
        of_state = (rows["state"] == state).to_numpy()
        known, blank = (
            np.flatnonzero(of_state & ~np.isnan(places)),
            np.flatnonzero(of_state & np.isnan(places)),
        )
        if len(blank):  # labelled images, for one, have no score
            found.append((f"{name}, no value", blank, _solid(OPEN, symbol, size, 0.35)))
        if len(known) or not len(blank):
            bar = {
                "showscale": not has_bar,
                "colorbar": {
                    "title": {"text": f"{colouring.axis}<br>(by rank)"},
                    "thickness": 14,
                    "tickvals": TICKS,
                    "ticktext": ticks,
                },
            }
            has_bar = True
            found.append(
                (
                    name,
                    known,
                    {
                        "symbol": symbol,
                        "size": size,
                        "opacity": 0.9,
                        "color": places[known],
                        "colorscale": "Cividis",
                        "cmin": 0,
                        "cmax": 100,
                        **bar,
                    },
                )
            )
    return found


def _solid(colour: str, symbol: str, size: object, opacity: float) -> dict[str, object]:
    return {
        "color": colour,
        "symbol": symbol,
        "size": size,
        "opacity": opacity,
        "line": {"width": 0.5, "color": "rgba(255,255,255,0.7)"},
    }


def _map(points: pd.DataFrame, view: str, zoom: Sequence[float] | None) -> go.Figure:
    made = figure("", "", view, HEIGHT_PX)
    ends = list(zoom or ())
    for at, (name, change) in enumerate((("x", made.update_xaxes), ("y", made.update_yaxes))):
        low, high = float(points[name].min()), float(points[name].max())
        gap = 0.04 * (high - low) or 1
        change(
            showticklabels=False,
            showgrid=False,
            range=ends[2 * at : 2 * at + 2] or [low - gap, high + gap],
        )
    made.update_yaxes(scaleanchor="x")  # a distance is the same in both directions
    made.update_layout(
        dragmode="lasso",
        legend={"itemsizing": "constant", "yanchor": "top", "y": 0},  # the tools are on top
        newselection={"line": {"color": INK, "width": 2}},
        activeselection={"fillcolor": GRID},
    )
    return made


def _points(
    kind: type, rows: pd.DataFrame, name: str, marker: dict[str, object]
) -> go.Scatter | go.Scattergl:
    columns = (
        rows[column].to_numpy().tolist() for column in ("id", "image", "state", "rank", "score")
    )
    hover = np.array(
        [
            f"{title} (no. {image})<br>{_standing(state, rank, score)}"
            for title, image, state, rank, score in zip(*columns, strict=True)
        ],
        object,
    )
    made: go.Scatter | go.Scattergl = kind(
        x=_float(rows["x"]),
        y=_float(rows["y"]),
        mode="markers",
        name=name,
        marker=marker,
        text=hover,
        customdata=rows["image"].to_numpy(np.int32),
        hovertemplate="%{text}<extra></extra>",
    )
    return made


def _standing(state: str, rank: int, score: float) -> str:
    if state == "labelled":
        return "labelled before"
    known = f", score {score:.3g}" if np.isfinite(score) else ""
    return f"picked {rank}.{known}" if state == "picked" else f"rank {rank}{known}"


def _float(values: pd.Series) -> np.ndarray:
    return values.to_numpy(np.float32)


def _middles(edges: np.ndarray) -> np.ndarray:
    return (edges[:-1] + edges[1:]) / 2
