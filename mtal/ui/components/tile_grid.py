"""Tiles of pool images as one piece of HTML: picture, overlay, rank, score, and what people decided. No widget per tile.

A tile is a link with an address of its own; a plain click is taken by `opening.listen`, which does not load the page anew.
"""

from html import escape
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from mtal.analysis.numbers import figures
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED
from mtal.runs.reviews.reviewed_batch import AUTO, REFILL
from mtal.runs.store.run import Run
from mtal.ui.components.batch_table import WAITS
from mtal.ui.image_routes import picture_url, thumb_url

SIGNS = {
    ACCEPTED: ("✓", "accepted"),
    REJECTED: ("✕", "rejected"),
    REFILL: ("↻", "refill"),
    AUTO: ("", ""),
    "": ("", ""),
    WAITS: ("✓", "accepted, waits for a place"),
}  # decision -> sign, word


def grid(
    run: Run,
    cycle: int,
    rows: pd.DataFrame,
    drawn: set[int],
    overlay: str = "",
    target: str = "batch",
) -> str:
    """A list of tiles. rows: as `picks.described`; drawn: images with pictures; overlay: name of a picture to lay over each,
    "" for none; target: the page that a tile opens."""
    tiles = [
        _tile(run, cycle, int(image), row, overlay if int(image) in drawn else "", overlay, target)
        for image, row in zip(rows.index, rows.to_dict("records"), strict=True)
    ]
    return f'<ul class="tiles" role="list">{"".join(tiles)}</ul>'


def stack(run: Run, cycle: int, image: int, overlay: str, base: str = "") -> str:
    """An image with a picture laid over it; `base`: name of the picture below, the thumbnail without one."""
    if base:
        below = picture_url(run, cycle, image, base)
    elif run.thumbnail(run.facts.pool[image]).exists():
        below = thumb_url(run, image)
    else:
        return '<span class="stack empty">no thumbnail</span>'
    over = (
        f'<img class="over" src="{escape(picture_url(run, cycle, image, overlay))}" alt="">'
        if overlay
        else ""
    )
    return f'<span class="stack"><img class="below" src="{escape(below)}" alt="">{over}</span>'


def marked(image: int | None, opacity: int) -> str:
    """Style of what changes without the tiles: which one is looked at, and how much of an overlay is seen (percent)."""
    ring = "outline: 4px solid var(--primary-color, #0072B2); outline-offset: 1px;"
    of_one = f'[data-image="{image}"] .stack {{ {ring} }}' if image is not None else ""
    return f"<style>.stack .over {{ opacity: {opacity / 100:g}; }} {of_one}</style>"


def _tile(
    run: Run, cycle: int, image: int, row: dict[Any, Any], overlay: str, wanted: str, target: str
) -> str:
    name, decision = str(row["id"]), str(row.get("decision", ""))
    lines = [
        _numbers(row),
        f"for {row['bought']} only" if row.get("bought") else "",
        str(row.get("also", "")),
        "not drawn" if wanted and not overlay else "",
    ]
    sign, word = SIGNS[decision]
    by = f" · {row['who']}" if row.get("who") and decision not in {AUTO, REFILL, ""} else ""
    state = (
        f'<small class="state"><i aria-hidden="true">{sign}</i> {escape(word + by)}</small>'
        if word
        else ""
    )
    note = (
        f'<small class="note"><i aria-hidden="true">✎</i> {escape(str(row["note"]))}</small>'
        if row.get("note")
        else ""
    )
    head = f"{int(row['rank'])} · {name}" if row.get("rank") else name
    told = ", ".join(part for part in (head, *lines, word + by, str(row.get("note", ""))) if part)
    query = urlencode({"run": run.name, "cycle": cycle, "sample": name})
    small = "".join(f"<small>{escape(line)}</small>" for line in lines if line)
    return (
        f'<li class="tile {escape(decision)}" data-image="{image}"><a href="{target}?{escape(query)}" '
        f'data-open="{escape(name)}" data-target="{target}" title="{escape(_when(row, told))}" aria-label="{escape(told)}">'
        f"{stack(run, cycle, image, overlay)}<b>{escape(head)}</b>{small}{state}{note}</a></li>"
    )


def _numbers(row: dict[Any, Any]) -> str:
    """Score and driving task."""
    score = float(row.get("score", np.nan))
    return " · ".join(
        [
            *([figures(score)] if np.isfinite(score) else []),
            *([str(row["driver"])] if row.get("driver") else []),
        ]
    )


def _when(row: dict[Any, Any], told: str) -> str:
    return (
        f"{told}, {str(row['when']).replace('T', ' ').removesuffix('Z')} UTC"
        if row.get("when")
        else told
    )
