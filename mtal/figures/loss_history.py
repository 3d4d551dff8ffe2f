"""What became of one image once its labels were bought: a small chart per value over cycles, with before and after apart.

Plain HTML: a dozen charts of plotly would hold the browser for a second. Only the line is a picture.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd

from mtal.figures.style import INK, LABELLED, PICKED

LOOKS = {False: ("when it was picked", PICKED, "◇"), True: ("after training on it", LABELLED, "●")}
MOST_TICKS = 6


class Panel(NamedTuple):
    """One small chart. `column`: of the rows; `unit`: of its values."""

    title: str
    column: str
    unit: str


def over_cycles(rows: pd.DataFrame, panels: Sequence[Panel]) -> str:
    """HTML, a line over cycles per panel. Columns of rows: cycle, learned (bool), those of the panels; NaN is left out."""
    key = "".join(
        f'<span><b style="color:{colour}" aria-hidden="true">{sign}</b> {words}</span>'
        for words, colour, sign in LOOKS.values()
    )
    return (
        f'<div class="cycles"><p>{key}</p>{"".join(_chart(rows, panel) for panel in panels)}</div>'
    )


def top_of(values: np.ndarray) -> float:
    """The next number of one figure that is 1, 2, 4, 5 or 8 times a power of ten: the end of an axis from 0."""
    highest = float(np.max(values, initial=0))
    if highest <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(highest))
    return next(
        float(step * power) for step in (1, 2, 4, 5, 8, 10) if step * power >= highest * (1 - 1e-9)
    )


def _chart(rows: pd.DataFrame, panel: Panel) -> str:
    known = rows[np.isfinite(rows[panel.column].astype(float))]
    values, cycles = known[panel.column].to_numpy(float), known["cycle"].to_numpy(int)
    top, first, last = top_of(values), int(rows["cycle"].min()), int(rows["cycle"].max())
    x, y = 100 * (cycles - first) / max(1, last - first), 100 - 100 * np.clip(values / top, 0, 1)
    told = ", ".join(
        f"cycle {cycle} {value:.3g}" for cycle, value in zip(cycles, values, strict=True)
    )
    unit = f" ({escape(panel.unit)})" if panel.unit else ""
    marks = "".join(
        _mark(*place, panel.unit)
        for place in zip(x, y, cycles, values, known["learned"], strict=True)
    )
    heights = "".join(
        f'<span class="y" style="top:{100 - 100 * share:.0f}%">{share * top:g}</span>'
        for share in (1, 0.5, 0)
    )
    return (
        f'<figure><figcaption>{escape(panel.title)}{unit}</figcaption><div class="plot">{heights}{_numbers(first, last)}'
        f'<img src="{_line(x, y)}" alt="{escape(f"{panel.title}: {told}")}">{marks}</div></figure>'
    )


def _line(x: np.ndarray, y: np.ndarray) -> str:
    """The address of a picture of the line alone, to be stretched over the plot."""
    points = " ".join(f"{one:.2f},{other:.2f}" for one, other in zip(x, y, strict=True))
    return "data:image/svg+xml," + quote(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="1.5" vector-effect="non-scaling-stroke"/></svg>'
    )


def _mark(x: float, y: float, cycle: int, value: float, learned: bool, unit: str) -> str:
    words, colour, sign = LOOKS[bool(learned)]
    return (
        f'<i style="left:{x:.2f}%;top:{y:.2f}%;color:{colour}" '
        f'title="{escape(f"cycle {cycle}, {words}: {value:.3g} {unit}".strip())}">{sign}</i>'
    )


def _numbers(first: int, last: int) -> str:
    """The number under each cycle; of many, some."""
    shown = range(first, last + 1, max(1, -(-(last - first) // MOST_TICKS)))
    return "".join(
        f'<span class="x" style="left:{100 * (cycle - first) / max(1, last - first):.2f}%">'
        f"{'cycle ' * (cycle == first)}{cycle}</span>"
        for cycle in shown
    )
