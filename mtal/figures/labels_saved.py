"""The share of labels that lines save against a reference: a mark with its interval per line."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import INK, bars_px, figure, literal, look

BOUNDS = {"<=": "triangle-left-open", ">=": "triangle-right-open"}  # at most, at least


def labels_saved_chart(rows: pd.DataFrame, axis: str, view: str) -> go.Figure:
    """Draw the share of labels that each line saves, from top to bottom.

    rows: columns title, strategy, variant, share, low, high (all in %; NaN where unknown), censor,
    note. A share that is only a bound becomes an open triangle that points towards the true one,
    without an interval.
    axis: title of the axis.
    view: zoom stays while it is the same.
    """
    chart = figure(axis, "", view, height_px=bars_px(len(rows)))
    chart.add_vline(x=0, line={"width": 2, "color": INK})
    for position, row in enumerate(rows.itertuples(index=False)):
        style = look(str(row.strategy), int(str(row.variant)))
        share, low, high = (float(str(value)) for value in (row.share, row.low, row.high))
        bound = BOUNDS.get(str(row.censor))
        interval = None
        if bound is None and np.isfinite(low) and np.isfinite(high):
            interval = {
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, high - share)],
                "arrayminus": [max(0.0, share - low)],
                "color": style.colour,
                "thickness": 2,
            }
        chart.add_scatter(
            x=[share],
            y=[position],
            mode="markers",
            showlegend=False,
            marker={
                "symbol": bound or style.symbol,
                "size": 13 if bound else 11,
                "color": style.colour,
            },
            cliponaxis=False,
            error_x=interval,
            hovertemplate=f"{literal(str(row.title))}<br>{row.note}<extra></extra>",
        )
    chart.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        showgrid=False,
        range=[len(rows) - 0.5, -0.7],
        ticktext=[literal(str(title)) for title in rows["title"]],
    )
    return chart
