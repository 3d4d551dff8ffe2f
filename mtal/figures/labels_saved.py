"""How much a line saves against a reference on the way to one value: a mark with its interval per line."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import INK, bars_px, figure, literal, look

BOUNDS = {
    "<=": "triangle-left-open",
    ">=": "triangle-right-open",
}  # a share at most, or at least, so large


def savings(rows: pd.DataFrame, axis: str, view: str) -> go.Figure:
    """Columns: title, strategy, variant, share, low, high (all in %; NaN where unknown), censor, note. Drawn from top to bottom.

    A share that is only a bound is an open triangle that points to where the true one lies, without an interval.
    """
    drawn = figure(axis, "", view, height_px=bars_px(len(rows)))
    drawn.add_vline(x=0, line={"width": 2, "color": INK})
    for place, row in enumerate(rows.itertuples(index=False)):
        style = look(str(row.strategy), int(str(row.variant)))
        share, low, high = (float(str(value)) for value in (row.share, row.low, row.high))
        bound = BOUNDS.get(str(row.censor))
        whole = bound is None and np.isfinite(low) and np.isfinite(high)
        drawn.add_scatter(
            x=[share],
            y=[place],
            mode="markers",
            showlegend=False,
            marker={
                "symbol": bound or style.symbol,
                "size": 13 if bound else 11,
                "color": style.colour,
            },
            cliponaxis=False,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, high - share)],
                "arrayminus": [max(0.0, share - low)],
                "color": style.colour,
                "thickness": 2,
            }
            if whole
            else None,
            hovertemplate=f"{literal(str(row.title))}<br>{row.note}<extra></extra>",
        )
    drawn.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        showgrid=False,
        range=[len(rows) - 0.5, -0.7],
        ticktext=[literal(str(title)) for title in rows["title"]],
    )
    return drawn
