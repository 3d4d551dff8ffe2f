"""How well signals rank the unlabelled images by their true loss, in one table or over the cycles.

Columns of the frames, as `Run.quality` and `Run.qualities` give them: signal, version, task,
joined, rho, low, high, n, and for the latter cycle.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures.style import INK, figure

LOSS = "loss"  # the multi-task loss, where a task's name could stand
LOSS_TITLE = "Multi-task loss"
AXIS = "Rank correlation with the true loss (Spearman's ρ)"
SCALE = [(0.0, "#D55E00"), (0.5, "#f4f4f4"), (1.0, "#0072B2")]  # Okabe-Ito vermilion, blue
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#808080")
SYMBOLS = (
    *("circle", "square", "diamond", "triangle-up", "cross", "x"),
    *("star", "hexagon", "bowtie", "pentagon", "hourglass"),
)
DASHES = ("solid", "dash", "dot", "longdash", "dashdot")
ROW_PX, FRAME_PX = 30, 110
SPREAD = 0.5  # of a cycle, over which its lines stand side by side
Joined = Literal["mean", "max"]


def quality_heatmap(
    frame: pd.DataFrame, tasks: Mapping[str, str], view: str, joined: Joined = "mean"
) -> go.Figure:
    """Draw rho as colour and text: a row per version, a column per task and the multi-task loss.

    frame: several rows of a cell (cycles, runs) are averaged; a cell without a number is empty and
    says so when pointed at.
    tasks: name -> title, in order.
    view: zoom stays while it is the same.
    joined: how the tasks of a version became one number for the multi-task loss.
    """
    columns = {**tasks, LOSS: LOSS_TITLE}
    rows = frame[frame["task"].isin(list(columns)) & frame["joined"].isin(["", joined])]
    names = list(dict.fromkeys(zip(rows["signal"], rows["version"], strict=True)))
    cells = {
        (name, task): rows[
            (rows["signal"] == name[0]) & (rows["version"] == name[1]) & (rows["task"] == task)
        ]
        for name in names
        for task in columns
    }
    z = [[_mean(cells[name, task]["rho"]) for task in columns] for name in names]
    chart = figure("", "", view, FRAME_PX + ROW_PX * len(names))
    chart.add_heatmap(
        z=z,
        x=list(columns.values()),
        y=[version for _, version in names],
        zmin=-1,
        zmax=1,
        zmid=0,
        colorscale=SCALE,
        text=[[f"{rho:.2f}" if np.isfinite(rho) else "" for rho in row] for row in z],
        texttemplate="%{text}",
        xgap=2,
        ygap=2,
        customdata=[[_hover(cells[name, task]) for task in columns] for name in names],
        hoverongaps=True,
        hovertemplate="%{y}, %{x}<br>%{customdata}<extra></extra>",
        colorbar={"title": {"text": "ρ"}, "tickvals": [-1, -0.5, 0, 0.5, 1], "thickness": 12},
    )
    chart.update_yaxes(autorange="reversed", showgrid=False, title_text="Signal")
    chart.update_xaxes(side="top", showgrid=False, title_text=AXIS)
    return chart


def quality_curve(
    frame: pd.DataFrame, task: str, title: str, view: str, joined: Joined = "mean"
) -> go.Figure:
    """Draw rho per cycle with its 95 % interval, a line per version that has a number.

    frame: of one run.
    task: a name, or "loss" for the multi-task loss.
    title: of the task, for the axis.
    view: zoom stays while it is the same.
    joined: as in `quality_heatmap`.
    """
    rows = _measured(frame[(frame["task"] == task) & frame["joined"].isin(["", joined])])
    chart = figure("Cycle", f"Spearman's ρ, {title}", f"{view}/{task}")
    lines = list(rows.groupby(["signal", "version"], sort=False))
    for index, ((_, version), line) in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        shift = SPREAD * ((index + 0.5) / len(lines) - 0.5)  # so that intervals do not overlap
        chart.add_scatter(
            x=line["cycle"] + shift,
            y=line["rho"],
            name=str(version),
            mode="lines+markers",
            line={"color": colour, "dash": DASHES[index % len(DASHES)], "width": 2},
            marker={"symbol": SYMBOLS[index % len(SYMBOLS)], "size": 9, "color": colour},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": line["high"] - line["rho"],
                "arrayminus": line["rho"] - line["low"],
                "thickness": 1,
                "width": 3,
                "color": colour,
            },
            customdata=line[["cycle", "low", "high", "n"]],
            hovertemplate=f"{version}, cycle %{{customdata[0]}}: %{{y:.2f}}<br>"
            "95 %: %{customdata[1]:.2f} to %{customdata[2]:.2f}, "
            "%{customdata[3]} images<extra></extra>",
        )
    chart.add_hline(y=0, line={"color": INK, "width": 1})
    chart.update_yaxes(range=[-1.05, 1.05])
    chart.update_xaxes(dtick=1)
    return chart


def _measured(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose rho is a number."""
    return rows[np.isfinite(rows["rho"].astype(float))]


def _mean(values: pd.Series) -> float:
    """Average the values that are finite; NaN for none."""
    array = values.to_numpy(dtype=float)
    finite = array[np.isfinite(array)]
    return float(finite.mean()) if len(finite) else float("nan")


def _hover(cell: pd.DataFrame) -> str:
    """Say what a number rests on: its interval and images, or the correlations that it averages."""
    rows = _measured(cell)
    if rows.empty:
        return "no number: measured not at all, the same for all images, or fewer than four images"
    if len(rows) == 1:
        row = rows.iloc[0]
        interval = f"95 %: {row['low']:.2f} to {row['high']:.2f}"
        return f"ρ {row['rho']:.2f}, {interval}<br>{row['n']} unlabelled images"
    rho, images = rows["rho"], rows["n"]
    return (
        f"mean of n={len(rows)}: ρ {_mean(rho):.2f}, from {rho.min():.2f} to {rho.max():.2f}<br>"
        f"{images.min()} to {images.max()} unlabelled images each"
    )
