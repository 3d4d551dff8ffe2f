"""What became of one image once its labels were bought: a value per cycle, with the cycles that had learned from it marked."""
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import LABELLED, PICKED, figure


def over_cycles(rows: pd.DataFrame, column: str, unit: str, view: str) -> go.Figure:
    """A line over cycles. Columns: cycle, learned (bool), and `column`; cycles where nothing was measured are left out."""
    known = rows[np.isfinite(rows[column].astype(float))] if column in rows else rows.head(0)
    drawn = figure("Cycle", unit, view, height_px=190)
    drawn.add_scatter(
        x=known["cycle"], y=known.get(column, []), mode="lines+markers", showlegend=False,
        line={"color": LABELLED, "width": 2},
        marker={"size": 10, "color": [LABELLED if learned else PICKED for learned in known["learned"]],
                "symbol": ["circle" if learned else "diamond-open" for learned in known["learned"]], "line": {"width": 2}},
        customdata=["after training on it" if learned else "before, when it was picked" for learned in known["learned"]],
        hovertemplate=f"cycle %{{x}}, %{{customdata}}<br>%{{y:.3g}} {unit}<extra></extra>")
    drawn.update_xaxes(dtick=1, showgrid=False)
    drawn.update_yaxes(rangemode="tozero")
    return drawn
