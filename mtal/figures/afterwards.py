"""What became of one image once its labels were bought: a small chart per value over cycles, with before and after apart."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

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
    """A line over cycles per panel. Columns of rows: cycle, learned (bool), those of the panels; NaN is left out.

    Made of plain values in one go: `make_subplots` takes half a second for a dozen charts.
    """
    high = max(1, -(-len(panels) // A_ROW))
    traces = [trace for place, panel in enumerate(panels) for trace in _traces(rows, panel, place)]
    axes = {name: axis for place, panel in enumerate(panels) for name, axis in _axes(panel, place, high).items()}
    titles = [{"text": panel.title, "showarrow": False, "xref": f"x{_number(place)} domain", "yref": f"y{_number(place)} domain",
               "x": 0, "xanchor": "left", "y": 1.03, "yanchor": "bottom", "font": {"size": 14}}
              for place, panel in enumerate(panels)]
    return go.Figure({"data": traces, "layout": {
        "template": TEMPLATE, "height": 70 + HEIGHT_PX * high, "uirevision": view, "margin": {"t": 60}, "annotations": titles,
        "legend": {"y": 1.0, "yanchor": "bottom", "yref": "container", "itemclick": False}, **axes}})


def _number(place: int) -> str:
    """Plotly calls the first axis x, the second x2."""
    return str(place + 1) if place else ""


def _traces(rows: pd.DataFrame, panel: Panel, place: int) -> list[dict[str, object]]:
    """The line, the marks before and the marks after."""
    where = {"xaxis": f"x{_number(place)}", "yaxis": f"y{_number(place)}", "type": "scatter"}
    known = rows[np.isfinite(rows[panel.column].astype(float))]
    found: list[dict[str, object]] = [where | {
        "x": known["cycle"].to_numpy(), "y": known[panel.column].to_numpy(), "mode": "lines",
        "line": {"color": INK, "width": 1.5}, "hoverinfo": "skip", "showlegend": False}]
    for learned, (words, colour, symbol) in LOOKS.items():
        some = known[known["learned"] == learned]
        found.append(where | {
            "x": some["cycle"].to_numpy(), "y": some[panel.column].to_numpy(), "mode": "markers", "name": words,
            "legendgroup": words, "showlegend": place == 0,
            "marker": {"size": 10, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
            "hovertemplate": f"cycle %{{x}}, {words}<br>%{{y:.3g}} {panel.unit}<extra></extra>"})
    return found


def _axes(panel: Panel, place: int, high: int) -> dict[str, dict[str, object]]:
    """Where the chart lies, in shares of the figure."""
    row, column = divmod(place, A_ROW)
    width, gap = (1 - 0.07 * (A_ROW - 1)) / A_ROW, 0.28 / high
    height = (1 - gap * (high - 1)) / high
    left, top = column * (width + 0.07), 1 - row * (height + gap)
    number = _number(place)
    return {f"xaxis{number}": {"domain": [left, left + width], "anchor": f"y{number}", "dtick": 1, "showgrid": False,
                               "title": {"text": "cycle", "standoff": 2}},
            f"yaxis{number}": {"domain": [max(0, top - height), top], "anchor": f"x{number}", "rangemode": "tozero",
                               "title": {"text": panel.unit}}}
