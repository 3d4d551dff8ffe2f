"""Learning curves: a metric against the budget, a line per strategy and variant, over its seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mtal.analysis.lines import AXES, Level, Line
from mtal.figures.style import HEIGHT_PX, Drawing, Look, drawing, faint, literal, look, printed_axis

BAND_OPACITY = 0.18
FEW = 3  # lines up to which bands have that opacity: more lines overlap
LEGEND_PX = 14  # height of a line of the legend, where there are many
Group = Mapping[str, np.ndarray]  # columns cycle, x, mean, spread, n of one group
Trace = dict[str, Any]  # as plotly's JSON


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
    """Draw the curves of one task: means with bands.

    mean: a row per group and point; columns group, cycle, x, mean, spread (half of the band), n.
    Where n = 1 there is no band.
    lines: a Line per group.
    x: one of AXES.
    axis: title of y, with unit and direction.
    view: zoom and hidden lines stay while it is the same.
    band: what the spread is.
    seeds: columns group, seed, x, value; drawn as thin lines where a group has several seeds.
    published: columns method, strategy, labelled_percent, mean, spread; only drawn where x is
    "percent".
    published_apart: on an axis of their own.
    legend: whether there is one.
    full: what runs on all labels reach.
    zero: a line at 0, for values that are differences.
    """
    printed = []
    if published is not None and x == "percent":
        printed = _published(published)
    groups = mean["group"].nunique()
    opacity = BAND_OPACITY * min(1, FEW / max(1, groups))
    courses = {} if seeds is None else _courses(seeds)
    traces: list[Trace] = []
    for name, rows in mean.groupby("group", sort=False).indices.items():
        line = lines[str(name)]
        style, title = look(line.strategy, line.variant), literal(line.title)
        columns = ("cycle", "x", "mean", "spread", "n")
        group = {column: mean[column].to_numpy()[rows] for column in columns}
        if group["n"].max() > 1:
            if str(name) in courses:
                traces.append(_seeds(courses[str(name)], style, title))
            traces.append(_band(group, style, title, band, opacity))
        traces += _mean(group, style, title, band)
    traces += [{**trace, "yaxis": "y2" if published_apart else "y"} for trace in printed]
    in_legend = groups + len(printed) if legend else 0
    height_px = HEIGHT_PX + LEGEND_PX * max(0, in_legend - 4)
    levels = [*full, Level("", 0.0)] if zero else full
    chart = drawing(AXES[x], axis, f"{view}/{x}", height_px, traces, levels)
    chart["layout"]["showlegend"] = legend
    if printed and published_apart:
        chart["layout"]["yaxis2"] = printed_axis(axis)
    return chart


def _courses(seeds: pd.DataFrame) -> dict[str, np.ndarray]:
    """Group -> (points, 3) of seed, x and value, seed by seed, with a row of NaN in between."""
    rows = seeds.sort_values(["seed", "x"], kind="stable")
    values = rows[["seed", "x", "value"]].to_numpy(float)
    courses = {}
    for name, indices in rows.groupby("group", sort=False).indices.items():
        course = values[indices]
        ends = np.flatnonzero(np.diff(course[:, 0])) + 1  # where the next seed begins
        courses[str(name)] = np.insert(course, ends, np.nan, axis=0)
    return courses


def _seeds(course: np.ndarray, style: Look, title: str) -> Trace:
    """One trace with gaps: a trace per seed would double the time of a figure."""
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


def _band(group: Group, style: Look, title: str, band: str, opacity: float) -> Trace:
    """The area of mean ± spread, where there are several seeds."""
    several = group["n"] > 1
    x, mean, spread = (group[column][several] for column in ("x", "mean", "spread"))
    return {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([mean + spread, (mean - spread)[::-1]]),
        "name": f"{title} ± {band}",
        "legendgroup": title,
        "showlegend": False,
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": faint(style.colour, opacity),
        "hoverinfo": "skip",
    }


def _mean(group: Group, style: Look, title: str, band: str) -> list[Trace]:
    """The line of means.

    Points with fewer seeds than others are a trace of their own: open marks on a dotted line that
    joins the rest.
    """
    low, high = int(group["n"].min()), int(group["n"].max())
    few = group["n"] < high
    count = f"n={high}" if low == high else f"n={low}–{high}"
    spread = [
        f"{spread:.3g}" if n > 1 else "none, one seed"
        for spread, n in zip(group["spread"], group["n"], strict=True)
    ]
    shared = {
        "type": "scatter",
        "x": group["x"],
        "legendgroup": title,
        "mode": "lines+markers",
        "customdata": np.column_stack([group["cycle"], group["n"], spread]),
        "hovertemplate": f"{title}<br>%{{x:.5g}}: %{{y:.4g}}<br>cycle %{{customdata[0]}}, "
        f"n=%{{customdata[1]}}, {band} %{{customdata[2]}}<extra></extra>",
    }
    with_band = f", band: {band}" if high > 1 else ""
    line = {
        **shared,
        "y": np.where(few, np.nan, group["mean"]),
        "name": f"{title} ({count}{with_band})",
        "line": {"color": style.colour, "dash": style.dash, "width": style.width},
        "marker": {"symbol": style.symbol, "size": 9, "color": style.colour},
    }
    if not few.any():
        return [line]
    few_or_next_to = few | np.append(few[1:], False) | np.append(False, few[:-1])
    fewer_seeds = {
        **shared,
        "y": np.where(few_or_next_to, group["mean"], np.nan),
        "name": f"{title}, fewer seeds",
        "showlegend": False,
        "line": {"color": style.colour, "dash": "dot", "width": 1.5},
        "marker": {
            "symbol": f"{style.symbol.removesuffix('-open')}-open",
            "size": np.where(few, 9, 0),
            "color": style.colour,
        },
    }
    return [line, fewer_seeds]


def _published(rows: pd.DataFrame) -> list[Trace]:
    """Dashed lines with open marks and error bars, one per method."""
    traces = []
    for method, values in rows.groupby("method", sort=False):
        style = look(values["strategy"].iloc[0])
        traces.append(
            {
                "type": "scatter",
                "x": values["labelled_percent"].to_numpy(),
                "y": values["mean"].to_numpy(),
                "name": f"published: {method}",
                "mode": "lines+markers",
                "line": {"color": faint(style.colour, 0.8), "dash": "dash", "width": 1.5},
                "marker": {"symbol": f"{style.symbol}-open", "size": 7, "color": style.colour},
                "error_y": {
                    "type": "data",
                    "array": values["spread"].to_numpy(),
                    "thickness": 1,
                    "width": 2,
                    "color": faint(style.colour, 0.6),
                },
                "hovertemplate": f"published: {method}<br>%{{x}} %: %{{y}} ± "
                "%{error_y.array:.3g}<extra></extra>",
            }
        )
    return traces
