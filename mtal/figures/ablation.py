"""An ablation: a metric at the last budget per value of a setting, beside the paper's numbers."""

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import INK, LABELLED, figure, literal, printed_axis

SYMBOLS = ("circle", "square", "diamond", "triangle-up")
COLOURS = (LABELLED, "#D55E00", "#009E73", "#CC79A7")


def per_value(rows: pd.DataFrame, axis: str, view: str, numeric: str = "") -> go.Figure:
    """Draw the mean and spread of a metric per value of a setting.

    rows: columns value (of the setting), line (of several settings in one chart, else ""), mean,
    spread (NaN at n = 1), n, published (NaN where the paper prints none; on an axis of their own,
    since its networks lie far off).
    axis: title of the metric.
    view: zoom stays while it is the same.
    numeric: title of a horizontal axis of numbers; "" for values that are words.
    """
    chart = figure(numeric, axis, view, height_px=300)
    for index, (name, line) in enumerate(rows.groupby("line", sort=False)):
        words = line["value"].astype(str).map(literal)
        chart.add_scatter(
            x=line["value"].astype(float) if numeric else words,
            y=line["mean"],
            name=literal(str(name)) or "measured here",
            mode="lines+markers" if numeric else "markers",
            error_y={"type": "data", "array": line["spread"].fillna(0), "thickness": 2, "width": 6},
            marker={
                "symbol": SYMBOLS[index % len(SYMBOLS)],
                "size": 11,
                "color": COLOURS[index % len(COLOURS)],
            },
            customdata=line["n"],
            hovertemplate="%{x}: %{y:.4g}, n=%{customdata}<extra></extra>",
        )
    printed = rows.dropna(subset="published")
    if len(printed):
        chart.add_scatter(
            x=printed["value"].astype(str).map(literal),
            y=printed["published"],
            name="published (NYUD, n not printed)",
            mode="markers",
            yaxis="y2",
            marker={"symbol": "diamond-open", "size": 12, "color": INK, "line": {"width": 2}},
            hovertemplate="published, %{x}: %{y}<extra></extra>",
        )
        chart.update_layout(yaxis2=printed_axis(axis))
    if numeric:
        chart.update_xaxes(type="log", tickvals=sorted(rows["value"].astype(float).unique()))
    else:
        chart.update_xaxes(type="category")
    chart.update_layout(showlegend=True)
    return chart
