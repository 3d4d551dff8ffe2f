"""Charts that are tables, with a bar or a dot and a text in each row, as plain HTML.

A figure of plotly blocks the browser for 0.1 s: too long when stepping from image to image.
"""

from html import escape
from math import isfinite, log10

import pandas as pd

PERCENT_TICKS = (0, 25, 50, 75, 100)


def task_bars(rows: pd.DataFrame) -> str:
    """Draw bars of one image from top to bottom, as percentiles of the pool: comparable over units.

    Columns: label, percentile (0..100), text (the value with its unit), kind ("task" for s_k,
    "member" for m_{k,l}), speaks (bool: the member that gave the task's score, or the task that
    gave the image's score).
    """
    columns = (rows[name] for name in ("label", "percentile", "text", "kind", "speaks"))
    body = "".join(
        f'<tr class="{kind}{" speaks" if speaks else ""}"><th scope="row">{escape(label)}</th>'
        f'<td class="track"><i style="width:{_percent(percentile)}"></i></td>'
        f"<td>{escape(text)}{' ◀' if speaks else ''}</td></tr>"
        for label, percentile, text, kind, speaks in zip(*columns, strict=True)
    )
    ticks = _ticks({str(tick): float(tick) for tick in PERCENT_TICKS})
    return (
        '<table class="rows bars"><thead><tr><th scope="col"></th><th scope="col" class="track">'
        f"Percentile among the unlabelled pool (%){ticks}</th>"
        f'<th scope="col">value, percentile</th></tr></thead><tbody>{body}</tbody></table>'
    )


def rank_dots(rules: pd.DataFrame, own_rank: int, picked: int, free: int) -> str:
    """Draw the rank of one image under other rules: dots on a logarithmic axis, with the cut-off.

    rules: columns rule, rank (1 = first; 0 = none, so no dot), picked (bool).
    own_rank: in the run, 0 if there is none.
    picked: how many images the run picked.
    free: how many images were ranked.
    """
    body = "".join(
        f'<tr class="{"in" if taken else "out"}"><th scope="row">{escape(rule)}</th>'
        f'<td class="track">{_dot(rank, taken, free)}</td><td>{_outcome(rank, taken)}</td></tr>'
        for rule, rank, taken in zip(rules["rule"], rules["rank"], rules["picked"], strict=True)
    )
    lines = {"cut": (f"cut-off: {picked:,} picked", rank_position(picked + 0.5, free))}
    if own_rank:
        lines["own"] = (f"in this run: {own_rank:,}", rank_position(own_rank, free))
    marks = "".join(_mark(name, text, position) for name, (text, position) in lines.items())
    style = ";".join(f"--{name}:{_percent(position)}" for name, (_, position) in lines.items())
    powers = [10**exponent for exponent in range(int(log10(max(free, 10))) + 1)]
    ticks = _ticks({f"{power:,}": rank_position(power, free) for power in powers})
    return (
        f'<table class="rows dots" style="{style}"><thead><tr><th scope="col"></th>'
        '<th scope="col" class="track">Rank (logarithmic; 1 is labelled first)'
        f'<div class="marks">{marks}</div>{ticks}</th>'
        f'<th scope="col">rank</th></tr></thead><tbody>{body}</tbody></table>'
    )


def rank_position(rank: float, free: int) -> float:
    """Position of a rank on the axis: 0 (rank 1) to 100 (the last of `free`, at least 10)."""
    return min(100.0, 100 * log10(max(rank, 1)) / log10(max(free, 10)))


def _mark(name: str, text: str, position: float) -> str:
    """Label a line of the axis, at the side where there is room."""
    side = " left" if position > 50 else ""
    return f'<span class="{name}{side}" style="left:{_percent(position)}">{escape(text)}</span>'


def _dot(rank: int, picked: bool, free: int) -> str:
    if not rank:
        return ""
    sign = "●" if picked else "✕"
    return f'<i style="left:{_percent(rank_position(rank, free))}">{sign}</i>'


def _outcome(rank: int, picked: bool) -> str:
    words = "would be picked" if picked else "would not"
    return f"{rank:,}, {words}" if rank else f"{words}; ranks only its picks"


def _ticks(positions: dict[str, float]) -> str:
    ticks = "".join(
        f'<span style="left:{_percent(position)}">{text}</span>'
        for text, position in positions.items()
    )
    return f'<div class="ticks" aria-hidden="true">{ticks}</div>'


def _percent(share: float) -> str:
    """A length in CSS; 0 for what was not measured."""
    return f"{share:.2f}%" if isfinite(share) else "0"
