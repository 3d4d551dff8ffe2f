"""Charts of a data folder's check: which image has a label for which task, and what the labels hold."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures import style

SPLIT_COLOURS = {
    "pool": "#0072B2",
    "validation": "#E69F00",
}  # Okabe-Ito; the pattern says the same without colour
SPLIT_PATTERNS = {"pool": "", "validation": "/"}
# No label, labelled, label without a valid pixel, label broken, image broken: told apart by brightness too.
STATE_COLOURS = ("#c9ced4", "#0072B2", "#7fc4ee", "#E69F00", "#A02C00")
STATE_ORDER = (4, 3, 2, 0, 1)  # of a column that stands for many images, from its top
ROW_PX, FRAME_PX = 26, 90
MOST_COLUMNS, PARTS = 200, 10  # of the map; how many levels a column of many images has
MAP_ROW_PX, MAP_FRAME_PX, ROW_SHARE = 30, 96, 0.85  # the rest is the gap to the next row


def coverage(rows: pd.DataFrame) -> go.Figure:
    """Share of images with a label, a bar per task and split. Columns used: task, split, images, labelled."""
    made = style.figure("Images with a label (%)", "", "coverage", FRAME_PX + ROW_PX * len(rows))
    for split, part in rows.groupby("split", sort=False):
        share = 100 * part["labelled"] / part["images"].clip(lower=1)
        made.add_bar(
            y=part["task"],
            x=share,
            orientation="h",
            name=str(split),
            marker=_marker(str(split)),
            textposition="outside",
            text=[
                f"{labelled:,} of {images:,}"
                for labelled, images in zip(part["labelled"], part["images"], strict=True)
            ],
            hovertemplate="%{y}, %{fullData.name}: %{text} images<extra></extra>",
        )
    made.update_xaxes(
        range=[0, 130], tickvals=[0, 25, 50, 75, 100]
    )  # room for the words after a full bar
    made.update_yaxes(autorange="reversed")
    return made


def coverage_map(
    states: np.ndarray, ids: Sequence[str], tasks: Sequence[str], titles: Sequence[str], split: str
) -> go.Figure:
    """(N, T) states of images in their order, a row per task. `titles` say what the states 0, 1, ... mean.

    Above MOST_COLUMNS images a column stands for several and is filled like a bar: every state that occurs gets a level at least.
    """
    parts, cuts = _columns(len(ids))
    levels, hover = np.full((len(tasks) * (parts + 1), len(cuts) - 1), np.nan), []
    for row, task in enumerate(tasks):
        counts = _counts(states[:, row], cuts, len(titles))
        levels[row * (parts + 1) : (row + 1) * (parts + 1) - 1] = _levels(counts, parts)
        told = [
            f"{_range(ids, cuts, place)}<br>{escape(task)}: {_told(counts[place], titles)}"
            for place in range(len(cuts) - 1)
        ]
        hover += [told] * parts + [[""] * len(told)]
    height = MAP_FRAME_PX + MAP_ROW_PX * len(tasks)
    made = style.figure(f"{len(ids):,} {split} images in their order", "", f"map {split}", height)
    edges = [
        row + ROW_SHARE * level / parts for row in range(len(tasks)) for level in range(parts + 1)
    ]
    made.add_heatmap(
        z=levels,
        x=np.array(cuts) + 0.5,
        y=[*edges, len(tasks)],
        text=hover,
        hoverinfo="text",
        showscale=False,
        zmin=-0.5,
        zmax=len(titles) - 0.5,
        colorscale=_steps(),
        xgap=1 if len(ids) <= MOST_COLUMNS // 2 else 0,
    )
    for state in np.unique(states):
        made.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=titles[state],
            marker={"symbol": "square", "size": 12, "color": STATE_COLOURS[state]},
        )
    made.update_layout(showlegend=True)  # also where all is of one state
    made.update_yaxes(
        range=[len(tasks), 0],
        tickvals=[row + ROW_SHARE / 2 for row in range(len(tasks))],
        ticktext=list(tasks),
        showgrid=False,
    )
    made.update_xaxes(showgrid=False, range=[0.5, len(ids) + 0.5])
    return made


def classes(rows: pd.DataFrame, axis: str, view: str) -> go.Figure:
    """A bar per class and split, the most frequent first. Columns used: class, split, percent."""
    order = rows.groupby("class")["percent"].max().sort_values(ascending=False).index
    made = _bars(rows, "class", axis, view)
    made.update_xaxes(
        type="category",
        tickmode="linear",
        tickangle=-60,
        categoryorder="array",
        categoryarray=list(order),
    )
    return made  # every class is named


def ways(rows: pd.DataFrame, view: str) -> go.Figure:
    """Where normals point. Columns used: way, split, percent."""
    return _bars(rows, "way", "Valid pixels (%)", view)


def histogram(rows: pd.DataFrame, axis: str, share: str, view: str, logarithmic: bool) -> go.Figure:
    """How often values occur. Columns used: low, high (of a bin), split, percent."""
    made = style.figure(axis, share, view)
    for split, part in rows.groupby("split", sort=False):
        edges, colour = [*part["low"], part["high"].iloc[-1]], SPLIT_COLOURS[str(split)]
        made.add_scatter(
            x=edges,
            y=[*part["percent"], part["percent"].iloc[-1]],
            name=str(split),
            mode="lines",
            fill="tozeroy",
            line={
                "shape": "hv",
                "color": colour,
                "width": 2,
                "dash": "dash" if split == "validation" else "solid",
            },
            fillcolor=style.faint(colour, 0.18),
            customdata=[*part["high"], part["high"].iloc[-1]],
            hovertemplate="%{x:.3g} to %{customdata:.3g}: %{y:.2f} %<extra>%{fullData.name}</extra>",
        )
    made.update_yaxes(rangemode="tozero")
    if logarithmic:
        made.update_xaxes(
            type="log",
            tickvals=[value * 10.0**power for power in range(-3, 4) for value in (1, 2, 5)],
            tickformat="~g",
        )
    return made


def _bars(rows: pd.DataFrame, column: str, axis: str, view: str) -> go.Figure:
    made = style.figure("", axis, view)
    for split, part in rows.groupby("split", sort=False):
        made.add_bar(
            x=part[column],
            y=part["percent"],
            name=str(split),
            marker=_marker(str(split)),
            hovertemplate="%{x}, %{fullData.name}: %{y:.2f} %<extra></extra>",
        )
    return made


def _marker(split: str) -> dict[str, object]:
    return {
        "color": SPLIT_COLOURS.get(split, style.INK),
        "pattern": {"shape": SPLIT_PATTERNS.get(split, "x")},
    }


def _columns(images: int) -> tuple[int, list[int]]:
    """Levels of a column, and where columns begin and end."""
    columns = min(images, MOST_COLUMNS)
    return (1 if images <= MOST_COLUMNS else PARTS), [
        images * place // max(columns, 1) for place in range(columns + 1)
    ]


def _counts(states: np.ndarray, cuts: Sequence[int], kinds: int) -> np.ndarray:
    """(columns, kinds) images in each state."""
    column = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    return np.bincount(column * kinds + states, minlength=(len(cuts) - 1) * kinds).reshape(
        -1, kinds
    )


def _levels(counts: np.ndarray, parts: int) -> np.ndarray:
    """(columns, kinds) -> (parts, columns) states: shares rounded, but whatever occurs gets a level."""
    wanted = np.where(
        counts > 0, np.maximum(1, np.round(parts * counts / counts.sum(axis=1, keepdims=True))), 0
    ).astype(int)
    if parts > 1:  # the most frequent state gives or takes what rounding left over
        wanted[np.arange(len(counts)), counts.argmax(axis=1)] += parts - wanted.sum(axis=1)
    levels = [np.repeat(STATE_ORDER, row[list(STATE_ORDER)]) for row in wanted]
    return np.array(levels).reshape(len(counts), parts).T


def _steps() -> list[tuple[float, str]]:
    """A colour scale that jumps from state to state."""
    ends = np.linspace(0, 1, len(STATE_COLOURS) + 1)
    return [
        (float(end), colour)
        for place, colour in enumerate(STATE_COLOURS)
        for end in ends[place : place + 2]
    ]


def _range(ids: Sequence[str], cuts: Sequence[int], place: int) -> str:
    first, last = cuts[place], cuts[place + 1] - 1
    one = f"<b>{escape(ids[first])}</b>"
    return (
        one if first == last else f"{one} to <b>{escape(ids[last])}</b>, {last - first + 1} images"
    )


def _told(counts: np.ndarray, titles: Sequence[str]) -> str:
    found = [(int(number), title) for number, title in zip(counts, titles, strict=True) if number]
    return (
        found[0][1]
        if len(found) == 1 and found[0][0] == 1
        else ", ".join(f"{number} {title}" for number, title in found)
    )
