"""Tiles of pool images as one piece of HTML: image, overlay, rank, score and review.

A widget per tile would be slow. A tile is a link with an address of its own; a plain click is
taken by mtal/ui/batch/clicks.js, which does not load the page anew.
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

SIGNS = {  # decision -> sign, word
    ACCEPTED: ("✓", "accepted"),
    REJECTED: ("✕", "rejected"),
    REFILL: ("↻", "refill"),
    AUTO: ("", ""),
    "": ("", ""),
    WAITS: ("✓", "accepted, waits for a place"),
}


def grid(
    run: Run,
    cycle: int,
    rows: pd.DataFrame,
    drawn: set[int],
    overlay: str = "",
    target: str = "batch",
) -> str:
    """HTML list of tiles.

    run, cycle: where the images belong; rows: columns as of `batch_table.with_pool_columns`;
    drawn: images with pictures; overlay: name of the picture over each image, "" for none;
    target: page that a tile opens.
    """
    tiles = []
    for image, row in zip(rows.index, rows.to_dict("records"), strict=True):
        picture = overlay if int(image) in drawn else ""
        undrawn = bool(overlay) and not picture
        tiles.append(_tile(run, cycle, int(image), row, picture, undrawn, target))
    return f'<ul class="tiles" role="list">{"".join(tiles)}</ul>'


def stack(run: Run, cycle: int, image: int, overlay: str, base: str = "") -> str:
    """HTML of an image with a picture laid over it.

    run, cycle, image: which image; overlay: name of the picture on top, "" for none; base: name of
    the picture below, the thumbnail if "".
    """
    if base:
        below = picture_url(run, cycle, image, base)
    elif run.thumbnail(run.facts.pool[image]).exists():
        below = thumb_url(run, image)
    else:
        return '<span class="stack empty">no thumbnail</span>'
    over = ""
    if overlay:
        source = escape(picture_url(run, cycle, image, overlay))
        over = f'<img class="over" src="{source}" alt="">'
    return f'<span class="stack"><img class="below" src="{escape(below)}" alt="">{over}</span>'


def marked(image: int | None, opacity: int) -> str:
    """Style sheet for the focused image, None for none, and the opacity of overlays in percent.

    It changes without the tiles, so the browser keeps them.
    """
    ring = "outline: 4px solid var(--primary-color, #0072B2); outline-offset: 1px;"
    focus = f'[data-image="{image}"] .stack {{ {ring} }}' if image is not None else ""
    return f"<style>.stack .over {{ opacity: {opacity / 100:g}; }} {focus}</style>"


def _tile(
    run: Run, cycle: int, image: int, row: dict[Any, Any], overlay: str, undrawn: bool, target: str
) -> str:
    """HTML of one tile, a link to the image.

    image: position in the pool; row: of the batch table; overlay: name of the picture that is laid
    over the thumbnail, "" for none; undrawn: an overlay was chosen, but this image has no pictures;
    target: path of the page that the link opens.
    """
    name, decision = str(row["id"]), str(row.get("decision", ""))
    note, sign, review = str(row.get("note", "")), *_review(row, decision)
    lines = [_numbers(row), str(row.get("also", ""))]
    if row.get("acquired"):
        lines.insert(1, f"for {row['acquired']} only")
    if undrawn:
        lines.append("not drawn")
    head = f"{int(row['rank'])} · {name}" if row.get("rank") else name
    label = ", ".join(text for text in (head, *lines, review, note) if text)

    query = urlencode({"run": run.name, "cycle": cycle, "sample": name})
    link = (
        f'<a href="{target}?{escape(query)}" data-open="{escape(name)}" data-target="{target}" '
        f'title="{escape(label + _when(row))}" aria-label="{escape(label)}">'
    )
    small = "".join(f"<small>{escape(line)}</small>" for line in lines if line)
    small += _signed("state", sign, review) + _signed("note", "✎", note)
    return (
        f'<li class="tile {escape(decision)}" data-image="{image}">{link}'
        f"{stack(run, cycle, image, overlay)}<b>{escape(head)}</b>{small}</a></li>"
    )


def _signed(style: str, sign: str, text: str) -> str:
    """HTML of a line with a sign before it; "" without text."""
    if not text:
        return ""
    return f'<small class="{style}"><i aria-hidden="true">{sign}</i> {escape(text)}</small>'


def _review(row: dict[Any, Any], decision: str) -> tuple[str, str]:
    """Sign of a decision, and its word with the name of the person."""
    sign, word = SIGNS[decision]
    if row.get("who") and decision not in {AUTO, REFILL, ""}:
        return sign, f"{word} · {row['who']}"
    return sign, word


def _numbers(row: dict[Any, Any]) -> str:
    """Score and driving task, as far as the strategy has them."""
    score = float(row.get("score", np.nan))
    texts = [figures(score) if np.isfinite(score) else "", str(row.get("driver", ""))]
    return " · ".join(text for text in texts if text)


def _when(row: dict[Any, Any]) -> str:
    if not row.get("when"):
        return ""
    return f", {str(row['when']).replace('T', ' ').removesuffix('Z')} UTC"
