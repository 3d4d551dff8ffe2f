"""What became of one image once its labels were bought: a small chart per value over cycles, with before and after apart."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mtal.figures.style import INK, LABELLED, PICKED, TEMPLATE

A_ROW = 4                                                   # charts side by side
HEIGHT_PX = 190                                             # of a row of charts
LOOKS = {False: ("when it was picked", PICKED, "diamond-open"), True: ("after training on it", LABELLED, "circle")}


class Panel(NamedTuple):
    """One small chart. `column`: of the rows; `unit`: at its vertical axis."""
    title: str
    column: str
    unit: str


def over_cycles(rows: pd.DataFrame, panels: Sequence[Panel], view: str) -> go.Figure:
    """A line over cycles per panel. Columns of rows: cycle, learned (bool), those of the panels; NaN is left out."""
    high, wide = max(1, -(-len(panels) // A_ROW)), min(A_ROW, max(1, len(panels)))
    drawn = make_subplots(high, wide, subplot_titles=[panel.title for panel in panels], vertical_spacing=0.28 / high,
                          horizontal_spacing=0.07)
    for place, panel in enumerate(panels):
        row, column = 1 + place // A_ROW, 1 + place % A_ROW
        known = rows[np.isfinite(rows[panel.column].astype(float))]
        drawn.add_scatter(x=known["cycle"], y=known[panel.column], mode="lines", line={"color": INK, "width": 1.5},
                          hoverinfo="skip", showlegend=False, row=row, col=column)
        for learned, (words, colour, symbol) in LOOKS.items():
            some = known[known["learned"] == learned]
            drawn.add_scatter(
                x=some["cycle"], y=some[panel.column], mode="markers", name=words, legendgroup=words, showlegend=place == 0,
                marker={"size": 10, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
                hovertemplate=f"cycle %{{x}}, {words}<br>%{{y:.3g}} {panel.unit}<extra></extra>", row=row, col=column)
        drawn.update_yaxes(title_text=panel.unit, rangemode="tozero", row=row, col=column)
        drawn.update_xaxes(title_text="cycle", row=row, col=column)
    drawn.update_xaxes(dtick=1, showgrid=False, title_standoff=2)
    drawn.update_layout(template=TEMPLATE, height=70 + HEIGHT_PX * high, uirevision=view, margin={"t": 60},
                        legend={"y": 1.0, "yanchor": "bottom", "yref": "container", "itemclick": False})
    return drawn
