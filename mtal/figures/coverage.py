"""Distance of the unlabelled images to the labelled ones, cycle by cycle."""

import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import figure

HEIGHT_PX = 300
LINES = {  # column -> name, colour, symbol
    "most": ("largest", "#D55E00", "triangle-up"),
    "p95": ("95th percentile", "#0072B2", "square"),
    "median": ("median", "#009E73", "circle"),
}
SHIFT = {"before": -0.16, "after": 0.16}  # along the axis, in cycles


def coverage_chart(rows: pd.DataFrame, view: str) -> go.Figure:
    """Draw a short line per cycle and measure, from before to after the batch.

    Columns of `rows`: cycle, when, median, p95, most.
    """
    chart = figure(
        "Cycle: before → after its batch", "Distance to the nearest labelled image", view, HEIGHT_PX
    )
    cycles = sorted(rows["cycle"].unique())
    for column, (name, colour, symbol) in LINES.items():
        x: list[float | None] = []
        y: list[float | None] = []
        symbols, text = [], []
        for number in cycles:
            for when, shift in SHIFT.items():
                values = rows.loc[(rows["cycle"] == number) & (rows["when"] == when), column]
                for value in values:
                    x.append(number + shift)
                    y.append(float(value))
                    symbols.append(f"{symbol}-open" if when == "before" else symbol)
                    text.append(f"cycle {number}, {when} the batch<br>{name}: {value:.3g}")
            x.append(None)  # no line from cycle to cycle: their embeddings differ
            y.append(None)
            symbols.append(symbol)
            text.append("")
        chart.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="lines+markers",
            text=text,
            hovertemplate="%{text}<extra></extra>",
            line={"color": colour, "width": 2.5},
            marker={"color": colour, "symbol": symbols, "size": 9},
        )
    chart.update_xaxes(tickvals=cycles, ticktext=[str(number) for number in cycles])
    chart.update_yaxes(rangemode="tozero")
    return chart
