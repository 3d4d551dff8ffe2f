"""Lines compared with each other: a square of numbers, row against column."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import figure, literal

MOST_TEXT = 12  # columns up to which the numbers stand in the cells
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
    """Draw numbers as colours and texts, row against column.

    values: rows x columns, NaN for no number.
    top: the end of the colour scale, which begins at 0.
    unit: title of the colour scale.
    view: zoom stays while it is the same.
    weak: bool, cells that are greyed since they rest on too little.
    words: what is said of a cell under the pointer; None for what stands in it.
    texts: what stands in a cell; None for its number.
    """
    chart = figure("", "", view, height_px=FRAME_PX + ROW_PX * len(values))
    numbers = values.to_numpy(float)
    grey = np.zeros(values.shape, bool)
    if weak is not None:
        grey = weak.reindex_like(values).fillna(False).to_numpy(bool)
    if texts is None:
        in_cells = values.map(
            lambda value: f"{value:.2f}" if np.isfinite(value) else "–"
        ).to_numpy()
    else:
        in_cells = np.where(np.isfinite(numbers), _literals(texts, values), "–")
    hover = in_cells if words is None else _literals(words, values)
    common = {
        "x": [literal(str(name)) for name in values.columns],
        "y": [literal(str(name)) for name in values.index],
        "xgap": 2,
        "ygap": 2,
        "customdata": hover,
        "hovertemplate": "%{y}<br>against %{x}<br>%{customdata}<extra></extra>",
    }
    if len(values.columns) <= MOST_TEXT:
        common["texttemplate"] = "%{text}"
    chart.add_heatmap(
        text=np.where(grey, "", in_cells),  # each text is in one trace only: two would blur
        z=np.where(grey, np.nan, numbers),
        zmin=0,
        zmax=max(top, 1e-9),
        colorscale="Cividis",
        colorbar={"title": {"text": unit, "side": "right"}, "thickness": 12},
        **common,
    )
    if grey.any():
        chart.add_heatmap(
            text=np.where(grey, in_cells, ""),
            z=np.where(grey, 0.0, np.nan),
            showscale=False,
            colorscale=[[0, "#b8bcc2"], [1, "#b8bcc2"]],
            **common,
        )
    chart.update_xaxes(side="top", tickangle=-35, showgrid=False)
    chart.update_yaxes(autorange="reversed", showgrid=False)
    return chart


def _literals(texts: pd.DataFrame, values: pd.DataFrame) -> np.ndarray:
    """Texts in the order of `values`, such that the figure takes no signs for tags."""
    return texts.reindex_like(values).map(lambda text: literal(str(text))).to_numpy()
