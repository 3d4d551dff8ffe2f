"""Losses of one image over the cycles, before and after training on its labels.

Plain HTML, a small chart per value: a dozen charts of plotly would block the browser for a second.
Only the line is a picture.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd

from mtal.figures.style import INK, LABELLED, PICKED

LOOKS = {  # whether the network had learned the image -> text, colour, sign
    False: ("when it was picked", PICKED, "◇"),
    True: ("after training on it", LABELLED, "●"),
}
MOST_TICKS = 6


class Panel(NamedTuple):
    """One small chart: of a column of the rows, whose values have a unit."""

    title: str
    column: str
    unit: str


def over_cycles(rows: pd.DataFrame, panels: Sequence[Panel]) -> str:
    """Draw a line over cycles per panel, as HTML.

    Columns of `rows`: cycle, learned (bool), and those of the panels, whose NaN are left out.
    """
    legend = "".join(
        f'<span><b style="color:{colour}" aria-hidden="true">{sign}</b> {words}</span>'
        for words, colour, sign in LOOKS.values()
    )
    charts = "".join(_chart(rows, panel) for panel in panels)
    return f'<div class="cycles"><p>{legend}</p>{charts}</div>'


def top_of(values: np.ndarray) -> float:
    """Choose the end of an axis from 0: the next 1, 2, 4, 5 or 8 times a power of ten."""
    highest = float(np.max(values, initial=0))
    if highest <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(highest))
    ends = [float(step * power) for step in (1, 2, 4, 5, 8, 10)]
    return next(end for end in ends if end >= highest * (1 - 1e-9))


def _chart(rows: pd.DataFrame, panel: Panel) -> str:
    measured = rows[np.isfinite(rows[panel.column].astype(float))]
    values, cycles = measured[panel.column].to_numpy(float), measured["cycle"].to_numpy(int)
    top, first, last = top_of(values), int(rows["cycle"].min()), int(rows["cycle"].max())
    x = 100 * (cycles - first) / max(1, last - first)
    y = 100 - 100 * np.clip(values / top, 0, 1)
    points = zip(x, y, cycles, values, measured["learned"], strict=True)
    marks = "".join(_mark(*point, panel.unit) for point in points)
    ticks = "".join(
        f'<span class="y" style="top:{100 - 100 * share:.0f}%">{share * top:g}</span>'
        for share in (1, 0.5, 0)
    )
    pairs = zip(cycles, values, strict=True)
    texts = ", ".join(f"cycle {cycle} {value:.3g}" for cycle, value in pairs)
    alt = escape(f"{panel.title}: {texts}")
    unit = f" ({escape(panel.unit)})" if panel.unit else ""
    return (
        f"<figure><figcaption>{escape(panel.title)}{unit}</figcaption>"
        f'<div class="plot">{ticks}{_cycle_ticks(first, last)}'
        f'<img src="{_line(x, y)}" alt="{alt}">{marks}</div></figure>'
    )


def _line(x: np.ndarray, y: np.ndarray) -> str:
    """Draw the line alone, to be stretched over the plot: the address of a picture."""
    points = " ".join(f"{across:.2f},{down:.2f}" for across, down in zip(x, y, strict=True))
    return "data:image/svg+xml," + quote(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )


def _mark(x: float, y: float, cycle: int, value: float, learned: bool, unit: str) -> str:
    """Draw one point as HTML, with a title that tells its value.

    x, y: in percent of the plot, from its upper left; learned: as in LOOKS; unit: of the value.
    """
    words, colour, sign = LOOKS[bool(learned)]
    return (
        f'<i style="left:{x:.2f}%;top:{y:.2f}%;color:{colour}" '
        f'title="{escape(f"cycle {cycle}, {words}: {value:.3g} {unit}".strip())}">{sign}</i>'
    )


def _cycle_ticks(first: int, last: int) -> str:
    """Number the cycles below the plot, of many cycles only some."""
    ticks = []
    for cycle in range(first, last + 1, max(1, -(-(last - first) // MOST_TICKS))):
        left = 100 * (cycle - first) / max(1, last - first)
        text = f"cycle {cycle}" if cycle == first else str(cycle)
        ticks.append(f'<span class="x" style="left:{left:.2f}%">{text}</span>')
    return "".join(ticks)
