"""How well signals rank the unlabelled images by their true loss: all of them in one table of colours, or over the cycles.

Frames as `Run.quality` and `Run.qualities` give them: signal, version, task, joined, rho, low, high, n, and cycle for the latter.
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
SCALE = [
    (0.0, "#D55E00"),
    (0.5, "#f4f4f4"),
    (1.0, "#0072B2"),
]  # Okabe-Ito vermilion and blue: told apart by everybody
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#808080")
SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "x",
    "star",
    "hexagon",
    "bowtie",
    "pentagon",
    "hourglass",
)
DASHES = ("solid", "dash", "dot", "longdash", "dashdot")
ROW_PX, FRAME_PX = 30, 110
APART = 0.5  # of a cycle: over so much its lines stand side by side
Joined = Literal["mean", "max"]


def quality_heatmap(
    frame: pd.DataFrame, tasks: Mapping[str, str], view: str, joined: Joined = "mean"
) -> go.Figure:
    """A row per version, a column per task and one for the multi-task loss; rho as colour from -1 to 1 and as text.

    `tasks`: name -> title, in order. `joined`: how a version's tasks became one number for the multi-task loss. Several rows of
    a cell (cycles, runs) are averaged. A cell without a number is empty, and says so when pointed at.
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
    drawn = figure("", "", view, FRAME_PX + ROW_PX * len(names))
    drawn.add_heatmap(
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
        customdata=[[_told(cells[name, task]) for task in columns] for name in names],
        hoverongaps=True,
        hovertemplate="%{y}, %{x}<br>%{customdata}<extra></extra>",
        colorbar={"title": {"text": "ρ"}, "tickvals": [-1, -0.5, 0, 0.5, 1], "thickness": 12},
    )
    drawn.update_yaxes(autorange="reversed", showgrid=False, title_text="Signal")
    drawn.update_xaxes(side="top", showgrid=False, title_text=AXIS)
    return drawn


def quality_curve(
    frame: pd.DataFrame, task: str, title: str, view: str, joined: Joined = "mean"
) -> go.Figure:
    """One task of one run: rho per cycle with its 95 % interval, a line per version. Versions without a number have no line.

    `task` may be "loss", the multi-task loss; `joined` as in `quality_heatmap`; `title` of the task, for the axis.
    """
    rows = frame[
        (frame["task"] == task)
        & frame["joined"].isin(["", joined])
        & np.isfinite(frame["rho"].astype(float))
    ]
    drawn = figure("Cycle", f"Spearman's ρ, {title}", f"{view}/{task}")
    lines = list(rows.groupby(["signal", "version"], sort=False))
    for place, ((_, version), line) in enumerate(lines):
        colour = COLOURS[place % len(COLOURS)]
        aside = APART * (
            (place + 0.5) / len(lines) - 0.5
        )  # so that intervals of one cycle do not cover each other
        drawn.add_scatter(
            x=line["cycle"] + aside,
            y=line["rho"],
            name=str(version),
            mode="lines+markers",
            line={"color": colour, "dash": DASHES[place % len(DASHES)], "width": 2},
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9, "color": colour},
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
            hovertemplate=f"{version}, cycle %{{customdata[0]}}: %{{y:.2f}}<br>95 %: %{{customdata[1]:.2f}} to "
            "%{customdata[2]:.2f}, %{customdata[3]} images<extra></extra>",
        )
    drawn.add_hline(y=0, line={"color": INK, "width": 1})
    drawn.update_yaxes(range=[-1.05, 1.05])
    drawn.update_xaxes(dtick=1)
    return drawn


def _mean(values: pd.Series) -> float:
    """Of those that are there; NaN for none."""
    known = values.to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")


def _told(cell: pd.DataFrame) -> str:
    """What stands behind a number: its interval and images, or how many correlations it is the mean of."""
    known = cell[np.isfinite(cell["rho"].astype(float))]
    if known.empty:
        return "no number: measured not at all, the same for all images, or fewer than four images"
    if len(known) == 1:
        one = known.iloc[0]
        return f"ρ {one['rho']:.2f}, 95 %: {one['low']:.2f} to {one['high']:.2f}<br>{one['n']} unlabelled images"
    return (
        f"mean of n={len(known)}: ρ {_mean(known['rho']):.2f}, from {known['rho'].min():.2f} to {known['rho'].max():.2f}<br>"
        f"{known['n'].min()} to {known['n'].max()} unlabelled images each"
    )
