"""An ablation redrawn: a metric at the last budget per value of a setting, the paper's number beside it."""

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import INK, LABELLED, figure, literal, printed_axis

SYMBOLS = ("circle", "square", "diamond", "triangle-up")
COLOURS = (LABELLED, "#D55E00", "#009E73", "#CC79A7")


def per_value(rows: pd.DataFrame, axis: str, view: str, numeric: str = "") -> go.Figure:
    """Columns: value (of the setting), line (several settings in one chart, else ""), mean, spread (NaN at n = 1), n, published
    (NaN where the paper prints none; on an axis of their own, since other networks lie far off). `numeric`: title of a horizontal
    axis of numbers, "" for words."""
    drawn = figure(numeric, axis, view, height_px=300)
    for place, (line, one) in enumerate(rows.groupby("line", sort=False)):
        x = one["value"].astype(float) if numeric else one["value"].astype(str).map(literal)
        drawn.add_scatter(
            x=x,
            y=one["mean"],
            name=literal(str(line)) or "measured here",
            mode="lines+markers" if numeric else "markers",
            error_y={"type": "data", "array": one["spread"].fillna(0), "thickness": 2, "width": 6},
            marker={
                "symbol": SYMBOLS[place % len(SYMBOLS)],
                "size": 11,
                "color": COLOURS[place % len(COLOURS)],
            },
            customdata=one["n"],
            hovertemplate="%{x}: %{y:.4g}, n=%{customdata}<extra></extra>",
        )
    printed = rows.dropna(subset="published")
    if len(printed):
        drawn.add_scatter(
            x=printed["value"].astype(str).map(literal),
            y=printed["published"],
            name="published (NYUD, n not printed)",
            mode="markers",
            yaxis="y2",
            marker={"symbol": "diamond-open", "size": 12, "color": INK, "line": {"width": 2}},
            hovertemplate="published, %{x}: %{y}<extra></extra>",
        )
        drawn.update_layout(yaxis2=printed_axis(axis))
    if numeric:
        drawn.update_xaxes(type="log", tickvals=sorted(rows["value"].astype(float).unique()))
    else:
        drawn.update_xaxes(type="category")
    drawn.update_layout(showlegend=True)
    return drawn
