"""Charts of a data folder's check: which images have labels, and what the labels hold."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mtal.figures import style

SPLIT_COLOURS = {"pool": "#0072B2", "validation": "#E69F00"}  # Okabe-Ito
SPLIT_PATTERNS = {"pool": "", "validation": "/"}
# No label, labelled, label without a valid pixel, label broken, image broken: they differ in
# brightness too.
STATE_COLOURS = ("#c9ced4", "#0072B2", "#7fc4ee", "#E69F00", "#A02C00")
STATE_ORDER = (4, 3, 2, 0, 1)  # in a column of several images, from its top
ROW_PX, FRAME_PX = 26, 90
MOST_COLUMNS = 200  # of the map; of more images a column stands for several
PARTS = 10  # levels of a column of several images
MAP_ROW_PX, MAP_FRAME_PX = 30, 96
ROW_SHARE = 0.85  # of the height of a row; the rest is the gap to the next one


def coverage(rows: pd.DataFrame) -> go.Figure:
    """Draw the share of images with a label, a bar per task and split.

    Columns of `rows` that are used: task, split, images, labelled.
    """
    chart = style.figure("Images with a label (%)", "", "coverage", FRAME_PX + ROW_PX * len(rows))
    for split, part in rows.groupby("split", sort=False):
        share = 100 * part["labelled"] / part["images"].clip(lower=1)
        counts = zip(part["labelled"], part["images"], strict=True)
        chart.add_bar(
            y=part["task"],
            x=share,
            orientation="h",
            name=str(split),
            marker=_marker(str(split)),
            textposition="outside",
            text=[f"{labelled:,} of {images:,}" for labelled, images in counts],
            hovertemplate="%{y}, %{fullData.name}: %{text} images<extra></extra>",
        )
    chart.update_xaxes(range=[0, 130], tickvals=[0, 25, 50, 75, 100])  # room for text after a bar
    chart.update_yaxes(autorange="reversed")
    return chart


def coverage_map(
    states: np.ndarray, ids: Sequence[str], tasks: Sequence[str], titles: Sequence[str], split: str
) -> go.Figure:
    """Draw the states of images in their order, a row per task.

    states: (N, T) int.
    ids: (N,) of the images.
    tasks: titles of the T rows.
    titles: of the states 0, 1, ...
    split: which images these are.

    Above MOST_COLUMNS images a column stands for several and is filled like a bar, with at least
    one level for every state that occurs.
    """
    parts, cuts = _columns(len(ids))
    levels = np.full((len(tasks) * (parts + 1), len(cuts) - 1), np.nan)
    hover: list[list[str]] = []
    for row, task in enumerate(tasks):
        counts = _counts(states[:, row], cuts, len(titles))
        levels[row * (parts + 1) : (row + 1) * (parts + 1) - 1] = _levels(counts, parts)
        texts = [
            f"{_images(ids, cuts, column)}<br>{escape(task)}: {_states(counts[column], titles)}"
            for column in range(len(cuts) - 1)
        ]
        gap = [""] * len(texts)
        hover += [texts] * parts + [gap]
    height = MAP_FRAME_PX + MAP_ROW_PX * len(tasks)
    chart = style.figure(f"{len(ids):,} {split} images in their order", "", f"map {split}", height)
    edges = [
        row + ROW_SHARE * level / parts for row in range(len(tasks)) for level in range(parts + 1)
    ]
    chart.add_heatmap(
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
        chart.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=titles[state],
            marker={"symbol": "square", "size": 12, "color": STATE_COLOURS[state]},
        )
    chart.update_layout(showlegend=True)  # also where all is of one state
    chart.update_yaxes(
        range=[len(tasks), 0],
        tickvals=[row + ROW_SHARE / 2 for row in range(len(tasks))],
        ticktext=list(tasks),
        showgrid=False,
    )
    chart.update_xaxes(showgrid=False, range=[0.5, len(ids) + 0.5])
    return chart


def classes(rows: pd.DataFrame, axis: str, view: str) -> go.Figure:
    """Draw a bar per class and split, the most frequent first, each with its name.

    Columns of `rows` that are used: class, split, percent.
    """
    order = rows.groupby("class")["percent"].max().sort_values(ascending=False).index
    chart = _bars(rows, "class", axis, view)
    chart.update_xaxes(
        type="category",
        tickmode="linear",
        tickangle=-60,
        categoryorder="array",
        categoryarray=list(order),
    )
    return chart


def directions(rows: pd.DataFrame, view: str) -> go.Figure:
    """Draw where normals point. Columns of `rows` that are used: way, split, percent."""
    return _bars(rows, "way", "Valid pixels (%)", view)


def histogram(rows: pd.DataFrame, axis: str, share: str, view: str, logarithmic: bool) -> go.Figure:
    """Draw how often values occur. Columns of `rows` that are used: low, high, split, percent.

    low, high: of a bin. axis, share: titles of the axes. view: zoom stays while it is the same.
    """
    chart = style.figure(axis, share, view)
    for split, part in rows.groupby("split", sort=False):
        edges = [*part["low"], part["high"].iloc[-1]]
        colour = SPLIT_COLOURS[str(split)]
        chart.add_scatter(
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
            hovertemplate="%{x:.3g} to %{customdata:.3g}: %{y:.2f} %"
            "<extra>%{fullData.name}</extra>",
        )
    chart.update_yaxes(rangemode="tozero")
    if logarithmic:
        chart.update_xaxes(
            type="log",
            tickvals=[value * 10.0**power for power in range(-3, 4) for value in (1, 2, 5)],
            tickformat="~g",
        )
    return chart


def _bars(rows: pd.DataFrame, column: str, axis: str, view: str) -> go.Figure:
    chart = style.figure("", axis, view)
    for split, part in rows.groupby("split", sort=False):
        chart.add_bar(
            x=part[column],
            y=part["percent"],
            name=str(split),
            marker=_marker(str(split)),
            hovertemplate="%{x}, %{fullData.name}: %{y:.2f} %<extra></extra>",
        )
    return chart


def _marker(split: str) -> dict[str, object]:
    return {
        "color": SPLIT_COLOURS.get(split, style.INK),
        "pattern": {"shape": SPLIT_PATTERNS.get(split, "x")},
    }


def _columns(images: int) -> tuple[int, list[int]]:
    """Divide the images into columns: the levels of a column, and where columns begin and end."""
    columns = min(images, MOST_COLUMNS)
    cuts = [images * column // max(columns, 1) for column in range(columns + 1)]
    return (1 if images <= MOST_COLUMNS else PARTS), cuts


def _counts(states: np.ndarray, cuts: Sequence[int], kinds: int) -> np.ndarray:
    """Count the images of each column in each state: (N,) -> (columns, kinds)."""
    columns = len(cuts) - 1
    column = np.repeat(np.arange(columns), np.diff(cuts))
    counts = np.bincount(column * kinds + states, minlength=columns * kinds)
    return counts.reshape(-1, kinds)


def _levels(counts: np.ndarray, parts: int) -> np.ndarray:
    """Share the levels of each column among its states: (columns, kinds) -> (parts, columns).

    Shares are rounded, but every state that occurs gets a level.
    """
    shares = counts / counts.sum(axis=1, keepdims=True)
    levels = np.where(counts > 0, np.maximum(1, np.round(parts * shares)), 0).astype(int)
    if parts > 1:  # the most frequent state absorbs the rounding
        levels[np.arange(len(counts)), counts.argmax(axis=1)] += parts - levels.sum(axis=1)
    states = [np.repeat(STATE_ORDER, row[list(STATE_ORDER)]) for row in levels]
    return np.array(states).reshape(len(counts), parts).T


def _steps() -> list[tuple[float, str]]:
    """A colour scale that jumps from state to state."""
    ends = np.linspace(0, 1, len(STATE_COLOURS) + 1)
    steps: list[tuple[float, str]] = []
    for index, colour in enumerate(STATE_COLOURS):
        steps += [(float(ends[index]), colour), (float(ends[index + 1]), colour)]
    return steps


def _images(ids: Sequence[str], cuts: Sequence[int], column: int) -> str:
    """Name the images of a column: its only one, or the first, the last and their number."""
    first, last = cuts[column], cuts[column + 1] - 1
    begin = f"<b>{escape(ids[first])}</b>"
    if first == last:
        return begin
    return f"{begin} to <b>{escape(ids[last])}</b>, {last - first + 1} images"


def _states(counts: np.ndarray, titles: Sequence[str]) -> str:
    """Say how many images are in each state; for a single image only the state."""
    pairs = zip(counts, titles, strict=True)
    occurring = [(int(number), title) for number, title in pairs if number]
    if len(occurring) == 1 and occurring[0][0] == 1:
        return occurring[0][1]
    return ", ".join(f"{number} {title}" for number, title in occurring)
