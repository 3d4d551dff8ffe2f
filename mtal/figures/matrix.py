"""Lines held against each other: a square of numbers, row against column."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import figure, literal

MOST_TEXT = 12  # columns, up to which the numbers stand in the cells
ROW_PX, FRAME_PX = 34, 190


def square(
    values: pd.DataFrame,
    top: float,
    unit: str,
    view: str,
    *,
    weak: pd.DataFrame | None = None,
    words: pd.DataFrame | None = None,
    texts: pd.DataFrame | None = None,
) -> go.Figure:
    """`values`: rows x columns, NaN for no number; colours from 0 to `top`. `weak`: cells that are greyed, since too little
    stands behind them; `words`: what is told of a cell under the pointer; `texts`: what stands in it, else its number; `unit`: at
    the bar of colours."""
    drawn = figure("", "", view, height_px=FRAME_PX + ROW_PX * len(values))
    grey = (
        np.zeros(values.shape, bool)
        if weak is None
        else weak.reindex_like(values).fillna(False).to_numpy(bool)
    )
    shown = values.to_numpy(float)
    told = values.map(lambda value: f"{value:.2f}" if np.isfinite(value) else "–").to_numpy()
    if texts is not None:
        told = np.where(
            np.isfinite(shown),
            texts.reindex_like(values).map(lambda text: literal(str(text))).to_numpy(),
            "–",
        )
    hover = (
        told
        if words is None
        else words.reindex_like(values).map(lambda text: literal(str(text))).to_numpy()
    )
    common = {
        "x": [literal(str(name)) for name in values.columns],
        "y": [literal(str(name)) for name in values.index],
        "xgap": 2,
        "ygap": 2,
        "customdata": hover,
        "hovertemplate": "%{y}<br>against %{x}<br>%{customdata}<extra></extra>",
    }
    if len(values.columns) <= MOST_TEXT:
        common["texttemplate"] = (
            "%{text}"  # each text in one of both traces: two at one place blur it
        )
    drawn.add_heatmap(
        text=np.where(grey, "", told),
        z=np.where(grey, np.nan, shown),
        zmin=0,
        zmax=max(top, 1e-9),
        colorscale="Cividis",
        colorbar={"title": {"text": unit, "side": "right"}, "thickness": 12},
        **common,
    )
    if grey.any():
        drawn.add_heatmap(
            text=np.where(grey, told, ""),
            z=np.where(grey, 0.0, np.nan),
            showscale=False,
            colorscale=[[0, "#b8bcc2"], [1, "#b8bcc2"]],
            **common,
        )
    drawn.update_xaxes(side="top", tickangle=-35, showgrid=False)
    drawn.update_yaxes(autorange="reversed", showgrid=False)
    return drawn
