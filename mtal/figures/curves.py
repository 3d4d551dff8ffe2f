"""Learning curves: a metric against what was labelled, a line per strategy and variant, mean and band over its seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mtal.analysis.lines import AXES, Level, Line
from mtal.figures.style import HEIGHT_PX, Drawing, Look, drawing, faint, literal, look, printed_axis

BAND, FEW = 0.18, 3  # opacity of a band; lines up to which it holds: more lie on each other
LEGEND_PX = 14  # height that a line takes in the legend, where there are many


def learning_curve(
    mean: pd.DataFrame,
    lines: Mapping[str, Line],
    x: str,
    axis: str,
    view: str,
    *,
    band: str = "std",
    seeds: pd.DataFrame | None = None,
    published: pd.DataFrame | None = None,
    published_apart: bool = False,
    legend: bool = True,
    full: Sequence[Level] = (),
    zero: bool = False,
) -> Drawing:
    """One task. `mean`: a row per group and point, columns group, cycle, x, mean, spread (half of the band), n; where n = 1 there
    is no band. `lines`: a Line per group; `x`: one of AXES; `axis`: title of y, with unit and direction; `band`: what it is.

    `seeds`: columns group, seed, x, value, drawn as thin lines where a group has several. `published`: columns method, strategy,
    labelled_percent, mean, spread; only drawn where x is a percentage. `published_apart`: on an axis of their own. `full`: what
    runs on all labels reach. `zero`: a line at 0, where the values are differences.
    """
    number, printed = (
        mean["group"].nunique(),
        [] if published is None or x != "percent" else _published(published),
    )
    opacity, shown = BAND * min(1, FEW / max(1, number)), number + len(printed) if legend else 0
    courses, traces = {} if seeds is None else _courses(seeds), []
    for group, place in mean.groupby("group", sort=False).indices.items():
        line, one = (
            lines[str(group)],
            {name: mean[name].to_numpy()[place] for name in ("cycle", "x", "mean", "spread", "n")},
        )
        style, title = look(line.strategy, line.variant), literal(line.title)
        if one["n"].max() > 1:
            if str(group) in courses:
                traces.append(_seeds(courses[str(group)], style, title))
            traces.append(_band(one, style, title, band, opacity))
        traces += _mean(one, style, title, band)
    traces += [{**trace, "yaxis": "y2" if published_apart else "y"} for trace in printed]
    drawn = drawing(
        AXES[x],
        axis,
        f"{view}/{x}",
        HEIGHT_PX + LEGEND_PX * max(0, shown - 4),
        traces,
        [*full, *([Level("", 0.0)] if zero else [])],
    )
    drawn["layout"]["showlegend"] = legend
    if printed and published_apart:
        drawn["layout"]["yaxis2"] = printed_axis(axis)
    return drawn


def _courses(seeds: pd.DataFrame) -> dict[str, np.ndarray]:
    """Group -> (points, 3) of seed, x and value, seed by seed, with a row of NaN between two."""
    rows = seeds.sort_values(["seed", "x"], kind="stable")
    values, found = rows[["seed", "x", "value"]].to_numpy(float), {}
    for group, place in rows.groupby("group", sort=False).indices.items():
        one = values[place]
        found[str(group)] = np.insert(one, np.flatnonzero(np.diff(one[:, 0])) + 1, np.nan, axis=0)
    return found


def _seeds(course: np.ndarray, style: Look, title: str) -> dict[str, Any]:
    """One trace with gaps: a trace for each seed would double the time of a figure."""
    return {
        "type": "scatter",
        "x": course[:, 1],
        "y": course[:, 2],
        "name": f"{title}, seeds",
        "legendgroup": title,
        "showlegend": False,
        "mode": "lines",
        "line": {"color": faint(style.colour, 0.55), "width": 1},
        "customdata": course[:, 0],
        "hovertemplate": f"{title}, seed %{{customdata}}<br>%{{x:.5g}}: %{{y:.4g}}<extra></extra>",
    }


def _band(
    one: Mapping[str, np.ndarray], style: Look, title: str, band: str, opacity: float
) -> dict[str, Any]:
    """`one`: columns of `mean`, of one group. Only where there are several seeds."""
    several = one["n"] > 1
    x, upper, lower = (
        one["x"][several],
        (one["mean"] + one["spread"])[several],
        (one["mean"] - one["spread"])[several],
    )
    return {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([upper, lower[::-1]]),
        "name": f"{title} ± {band}",
        "legendgroup": title,
        "showlegend": False,
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": faint(style.colour, opacity),
        "hoverinfo": "skip",
    }


def _mean(
    one: Mapping[str, np.ndarray], style: Look, title: str, band: str
) -> list[dict[str, Any]]:
    """The line; and where some points have fewer seeds than others, these apart: open, on a dotted line that joins the rest."""
    low, high = int(one["n"].min()), int(one["n"].max())
    few = one["n"] < high
    count = f"n={high}" if low == high else f"n={low}–{high}"
    spread = [
        f"{spread:.3g}" if n > 1 else "none, one seed"
        for spread, n in zip(one["spread"], one["n"], strict=True)
    ]
    shared = {
        "type": "scatter",
        "x": one["x"],
        "legendgroup": title,
        "mode": "lines+markers",
        "customdata": np.column_stack([one["cycle"], one["n"], spread]),
        "hovertemplate": f"{title}<br>%{{x:.5g}}: %{{y:.4g}}<br>cycle %{{customdata[0]}}, n=%{{customdata[1]}}, "
        f"{band} %{{customdata[2]}}<extra></extra>",
    }
    line = {
        **shared,
        "y": np.where(few, np.nan, one["mean"]),
        "name": f"{title} ({count}{f', band: {band}' if high > 1 else ''})",
        "line": {"color": style.colour, "dash": style.dash, "width": style.width},
        "marker": {"symbol": style.symbol, "size": 9, "color": style.colour},
    }
    if not few.any():
        return [line]
    beside = few | np.append(few[1:], False) | np.append(False, few[:-1])
    return [
        line,
        {
            **shared,
            "y": np.where(beside, one["mean"], np.nan),
            "name": f"{title}, fewer seeds",
            "showlegend": False,
            "line": {"color": style.colour, "dash": "dot", "width": 1.5},
            "marker": {
                "symbol": f"{style.symbol.removesuffix('-open')}-open",
                "size": np.where(few, 9, 0),
                "color": style.colour,
            },
        },
    ]


def _published(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Dashed lines with open marks and error bars."""
    traces = []
    for method, one in rows.groupby("method", sort=False):
        style = look(one["strategy"].iloc[0])
        traces.append(
            {
                "type": "scatter",
                "x": one["labelled_percent"].to_numpy(),
                "y": one["mean"].to_numpy(),
                "name": f"published: {method}",
                "mode": "lines+markers",
                "line": {"color": faint(style.colour, 0.8), "dash": "dash", "width": 1.5},
                "marker": {"symbol": f"{style.symbol}-open", "size": 7, "color": style.colour},
                "error_y": {
                    "type": "data",
                    "array": one["spread"].to_numpy(),
                    "thickness": 1,
                    "width": 2,
                    "color": faint(style.colour, 0.6),
                },
                "hovertemplate": f"published: {method}<br>%{{x}} %: %{{y}} ± %{{error_y.array:.3g}}<extra></extra>",
            }
        )
    return traces
