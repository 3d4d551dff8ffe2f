"""Charts that are tables: a bar or a dot in each row, with its words. Plain HTML, so it is there as fast as a text.

Figures of plotly hold the browser for some 0.1 s each: too long where one steps from image to image.
"""

from html import escape
from math import isfinite, log10

import pandas as pd

PERCENT_TICKS = (0, 25, 50, 75, 100)


def task_bars(rows: pd.DataFrame) -> str:
    """Bars of one image, all on the pool's percentile so that tasks of different units stand side by side.

    Columns: label, percentile (0..100), text (the value with its unit), kind ("task" for s_k, "member" for m_{k,l}),
    speaks (the member that gave the task score, or the task that gave the image's score). Drawn from top to bottom.
    """
    columns = (rows[name] for name in ("label", "percentile", "text", "kind", "speaks"))
    drawn = "".join(
        f'<tr class="{kind}{" speaks" if speaks else ""}"><th scope="row">{escape(label)}</th>'
        f'<td class="track"><i style="width:{_percent(percentile)}"></i></td>'
        f"<td>{escape(text)}{' ◀' if speaks else ''}</td></tr>"
        for label, percentile, text, kind, speaks in zip(*columns, strict=True)
    )
    return (
        '<table class="rows bars"><thead><tr><th scope="col"></th><th scope="col" class="track">'
        f"Percentile among the unlabelled pool (%){_ticks({str(tick): float(tick) for tick in PERCENT_TICKS})}</th>"
        f'<th scope="col">value, percentile</th></tr></thead><tbody>{drawn}</tbody></table>'
    )


def rank_dots(rules: pd.DataFrame, own_rank: int, picked: int, free: int) -> str:
    """Where one image would stand under other rules: a dot each on a logarithmic axis of ranks, with the cut-off.

    Columns: rule, rank (1 = first; 0 = none, so no dot), picked (bool). `own_rank`: in the run, 0 if there is none;
    `picked`: how many the run took; `free`: how many images were ranked.
    """
    drawn = "".join(
        f'<tr class="{"in" if taken else "out"}"><th scope="row">{escape(rule)}</th>'
        f'<td class="track">{_dot(rank, taken, free)}</td><td>{_outcome(rank, taken)}</td></tr>'
        for rule, rank, taken in zip(rules["rule"], rules["rank"], rules["picked"], strict=True)
    )
    lines = {"cut": (f"cut-off: {picked:,} picked", place_of(picked + 0.5, free))}
    if own_rank:
        lines["own"] = (f"in this run: {own_rank:,}", place_of(own_rank, free))
    marks = "".join(
        f'<span class="{name}{" left" if place > 50 else ""}" style="left:{_percent(place)}">{escape(text)}</span>'
        for name, (text, place) in lines.items()
    )
    places = ";".join(f"--{name}:{_percent(place)}" for name, (_, place) in lines.items())
    decades = {
        f"{10**power:,}": place_of(10**power, free)
        for power in range(int(log10(max(free, 10))) + 1)
    }
    return (
        f'<table class="rows dots" style="{places}"><thead><tr><th scope="col"></th><th scope="col" class="track">Rank '
        f'(logarithmic; 1 is labelled first)<div class="marks">{marks}</div>{_ticks(decades)}</th>'
        f'<th scope="col">rank</th></tr></thead><tbody>{drawn}</tbody></table>'
    )


def place_of(rank: float, free: int) -> float:
    """Where a rank stands on the axis, 0 (rank 1) to 100 (the last of `free`, at least 10)."""
    return min(100.0, 100 * log10(max(rank, 1)) / log10(max(free, 10)))


def _dot(rank: int, picked: bool, free: int) -> str:
    return (
        f'<i style="left:{_percent(place_of(rank, free))}">{"●" if picked else "✕"}</i>'
        if rank
        else ""
    )


def _outcome(rank: int, picked: bool) -> str:
    words = "would be picked" if picked else "would not"
    return f"{rank:,}, {words}" if rank else f"{words}; ranks only its picks"


def _ticks(places: dict[str, float]) -> str:
    return (
        '<div class="ticks" aria-hidden="true">'
        + "".join(
            f'<span style="left:{_percent(place)}">{text}</span>' for text, place in places.items()
        )
        + "</div>"
    )


def _percent(share: float) -> str:
    """For a style; what was not measured has no length."""
    return f"{share:.2f}%" if isfinite(share) else "0"
