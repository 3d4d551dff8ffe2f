"""The pool in two dimensions. A point carries its image's position in `customdata`; never its place in the trace."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import LABELLED, OPEN, PICKED, figure

WEBGL_FROM = 1000                                           # below, SVG is fast enough and needs no WebGL
HEIGHT_PX = 540                                             # the whole map on a small screen
TICKS = [0, 25, 50, 75, 100]                                # percentiles named beside the colours
STATES = {                                                  # state -> name, colour, symbol, size; drawn in this order
    "open": ("not labelled", OPEN, "circle", 6),
    "labelled": ("labelled before", LABELLED, "square", 7),
    "picked": ("picked in this cycle", PICKED, "star", 11),
}


def states(pool: pd.DataFrame) -> np.ndarray:
    """(N,) state of each image as text. Columns used: labelled, picked."""
    return np.where(pool["picked"], "picked", np.where(pool["labelled"], "labelled", "open"))


def by_state(points: pd.DataFrame, view: str) -> go.Figure:
    """Coloured and shaped by state. Columns: x, y, image (position in the pool), id, state, rank, score."""
    drawn = _map(view)
    for state, (name, colour, symbol, size) in STATES.items():
        rows = points[points["state"] == state]
        drawn.add_trace(_points(rows, len(points), f"{name} ({len(rows)})", {
            "color": colour, "symbol": symbol, "size": size, "opacity": 0.6 if state == "open" else 0.95,
            "line": {"width": 0.5, "color": "rgba(255,255,255,0.7)"}}))
    return drawn


def by_value(points: pd.DataFrame, column: str, title: str, view: str) -> go.Figure:
    """Coloured by the rank of a number (cividis), still shaped by state. Columns as in `by_state`, and `column`; NaN is grey.

    By rank, since a few far values would leave one colour to all others; the bar says which values stand at which place.
    """
    drawn = _map(view)
    places = 100 * points[column].astype(float).rank(pct=True)
    known = points[column].astype(float).dropna()
    ticks = [f"{value:.3g}" for value in known.quantile([at / 100 for at in TICKS])] if len(known) else []
    for state, (name, _colour, symbol, size) in STATES.items():
        rows = points[points["state"] == state]
        place = places[rows.index]
        blank = place.isna().all()                          # labelled images have no score
        drawn.add_trace(_points(rows, len(points), f"{name} ({len(rows)}{', no value' if blank and len(rows) else ''})", {
            "symbol": symbol, "size": size, **({"color": OPEN, "opacity": 0.35} if blank else {
                "color": place.to_numpy(), "colorscale": "Cividis", "cmin": 0, "cmax": 100, "opacity": 0.9,
                "showscale": state == "open",
                "colorbar": {"title": {"text": f"{title}<br>(by rank)"}, "thickness": 14, "tickvals": TICKS,
                             "ticktext": ticks}})}))
    return drawn


def _map(view: str) -> go.Figure:
    drawn = figure("", "", view, HEIGHT_PX)
    drawn.update_xaxes(showticklabels=False, showgrid=False)
    drawn.update_yaxes(showticklabels=False, showgrid=False, scaleanchor="x")   # a distance is the same in both directions
    drawn.update_layout(dragmode="lasso", legend={"itemsizing": "constant", "yanchor": "top", "y": 0})    # the tools are on top
    return drawn


def _points(rows: pd.DataFrame, count: int, name: str, marker: dict[str, object]) -> go.Scatter | go.Scattergl:
    kind = go.Scatter if count < WEBGL_FROM else go.Scattergl
    hover = [f"{name} (no. {image})<br>{_standing(state, rank, score)}"
             for name, image, state, rank, score in zip(rows["id"], rows["image"], rows["state"], rows["rank"], rows["score"],
                                                        strict=True)]
    return kind(x=rows["x"].to_numpy(np.float32), y=rows["y"].to_numpy(np.float32), mode="markers", name=name, marker=marker,
                customdata=rows["image"].to_numpy(np.int32), text=hover, hovertemplate="%{text}<extra></extra>")


def _standing(state: str, rank: int, score: float) -> str:
    if state == "labelled":
        return "labelled before"
    known = f", score {score:.3g}" if np.isfinite(score) else ""
    return f"picked {rank}.{known}" if state == "picked" else f"rank {rank}{known}"
