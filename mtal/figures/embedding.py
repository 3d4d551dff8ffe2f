"""The pool in two dimensions. A point carries its image's position in `customdata`; never its place in the trace."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import LABELLED, OPEN, PICKED, figure

WEBGL_FROM = 1000                                           # below, SVG is fast enough and needs no WebGL
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
    """Coloured by a number (cividis), still shaped by state. Columns as in `by_state`, and `column`; NaN is drawn grey."""
    drawn = _map(view)
    known = points[column].to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    for state, (name, _colour, symbol, size) in STATES.items():
        rows = points[points["state"] == state]
        number = rows[column].to_numpy(dtype=float)
        blank = not np.isfinite(number).any()               # labelled images have no score
        drawn.add_trace(_points(rows, len(points), f"{name} ({len(rows)}{', no value' if blank and len(rows) else ''})", {
            "symbol": symbol, "size": size, **({"color": OPEN, "opacity": 0.35} if blank else {
                "color": number, "colorscale": "Cividis", "cmin": low, "cmax": high, "opacity": 0.9,
                "showscale": state == "open", "colorbar": {"title": {"text": title}, "thickness": 14}})}))
    return drawn


def _map(view: str) -> go.Figure:
    drawn = figure("", "", view, height_px=600)
    drawn.update_xaxes(showticklabels=False, showgrid=False)
    drawn.update_yaxes(showticklabels=False, showgrid=False, scaleanchor="x")   # a distance is the same in both directions
    drawn.update_layout(dragmode="lasso", legend={"itemsizing": "constant"})
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
