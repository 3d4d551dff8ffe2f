"""Training curves: the loss of one task over the steps, one cycle strong and the others faint."""

from math import log10

import numpy as np
import pandas as pd

from mtal.figures.style import INK, LABELLED, PICKED, Drawing, drawing, faint, literal

HEIGHT_PX = 260  # small: one of several panels
DOUBLING = log10(2)  # between ticks of a logarithmic axis
MOST_DOUBLINGS = 10  # on an axis; beyond, a tick per decade
LOG_RATIO = 3  # between the largest and the smallest loss, from which the axis is logarithmic
OPACITIES = (0.75, 0.3)  # of the other cycles, from the latest to the earliest


def training_curve(
    rows: pd.DataFrame, cycle: int, unit: str, view: str, ended: tuple[int, str] | None = None
) -> Drawing:
    """Draw a line per cycle: the running median; of the chosen cycle its points too.

    rows: of one task, as of `mtal.analysis.tables.training_curve.training_curve`.
    cycle: the chosen one.
    unit: of the loss, "" for none.
    view: zoom stays while it is the same.
    ended: step and reason, if the chosen cycle's training ended early.
    """
    others = [number for number in sorted(set(rows["cycle"])) if number != cycle]
    opacities = np.linspace(*OPACITIES, num=max(1, len(others)))[::-1]
    traces = [
        _line(rows[rows["cycle"] == number], unit, faint(INK, float(opacity)), width=1.25)
        for number, opacity in zip(others, opacities, strict=False)
    ]
    chosen = rows[rows["cycle"] == cycle]
    traces += [_points(chosen), _line(chosen, unit, LABELLED, width=2.5)]
    title = f"Training loss ({unit})" if unit else "Training loss"
    vertical = _log_axis(rows) if is_steep(rows) else {"type": "linear"}
    chart = drawing("Step", title, f"{view}/{vertical['type']}", HEIGHT_PX, traces)
    layout = chart["layout"]
    layout["xaxis"]["range"] = [0, int(rows["total"].max())]
    layout["yaxis"] |= vertical
    layout["showlegend"] = False
    layout["margin"] = {"l": 8, "r": 8, "t": 8, "b": 8}
    if ended is not None:
        _mark_end(layout, *ended)
    return chart


def is_steep(rows: pd.DataFrame) -> bool:
    """Whether the losses are positive and so far apart that a logarithmic axis shows more."""
    smoothed = rows["smoothed"]
    return bool(smoothed.min() > 0 and smoothed.max() >= LOG_RATIO * smoothed.min())


def _log_axis(rows: pd.DataFrame) -> Drawing:
    doublings = np.log2(rows["smoothed"].max() / rows["smoothed"].min())
    step = DOUBLING if doublings <= MOST_DOUBLINGS else 1
    return {"type": "log", "dtick": step, "tickformat": ".3~g"}


def _line(rows: pd.DataFrame, unit: str, colour: str, width: float) -> Drawing:
    name = f"cycle {rows['cycle'].iloc[0]}"
    return {
        "type": "scatter",
        "x": rows["step"].tolist(),
        "y": rows["smoothed"].tolist(),
        "name": name,
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "hovertemplate": f"{name}, step %{{x:,}}: %{{y:.3g}} {literal(unit)}<extra></extra>",
    }


def _points(rows: pd.DataFrame) -> Drawing:
    return {
        "type": "scatter",
        "x": rows["step"].tolist(),
        "y": rows["loss"].tolist(),
        "name": "as reported",
        "mode": "markers",
        "marker": {"color": faint(LABELLED, 0.35), "size": 4},
        "hoverinfo": "skip",
    }


def _mark_end(layout: Drawing, step: int, words: str) -> None:
    """Draw a vertical line where the training ended, with the reason beside it."""
    past_middle = step > layout["xaxis"]["range"][1] / 2
    layout["shapes"].append(
        {
            "type": "line",
            "yref": "y domain",
            "x0": step,
            "x1": step,
            "y0": 0,
            "y1": 1,
            "line": {"color": PICKED, "width": 2, "dash": "dash"},
        }
    )
    layout["annotations"].append(
        {
            "text": literal(f"{words}, step {step:,}"),
            "x": step,
            "yref": "y domain",
            "y": 1,
            "xanchor": "right" if past_middle else "left",
            "yanchor": "top",
            "showarrow": False,
        }
    )
