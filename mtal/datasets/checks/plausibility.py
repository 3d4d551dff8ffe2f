"""Labels that can be read and still look wrong. Rules and limits are our choice, stated here, and each compares with the set.

On 795 NYU images with four tasks none of them speaks. Where a rule speaks of more than COMMON of a set's labels, that is how
these labels are, and it stays silent; only a wrong sign or unit may be common, and is then told once for the whole set.
"""

from collections.abc import Sequence

import numpy as np

from mtal.datasets.checks.label_statistics import LabelFacts, form
from mtal.tasks.task import Task

COMMON = 0.05  # of the labels
FEW = 5  # labels that a comparison needs
TIMES = 20  # NYU's medians of depth lie within a third and 2.3 of their median
AWAY = 0.75  # of the normals; NYU has 2 % in the median and 48 % at most
LEAST_VALID = 0.01  # of the pixels; NYU has 20 % at least
MOSTLY, SELDOM = 0.5, 0.1  # share of yes in a label, and of the set's median where yes is rare

Row = tuple[int | None, str, str]  # position in the set (None: the whole set), kind, what was seen


def suspicions(
    task: Task, ids: Sequence[str], facts: Sequence[LabelFacts | None], alike: Sequence[int]
) -> list[Row]:
    """Over a set, a position per image, None where no label could be read. `alike`: images with one number look alike."""
    there = [(place, one) for place, one in enumerate(facts) if one is not None and one.valid]
    if not there:
        return []
    kind = form(task)
    found = _one_value(there), _nearly_empty(there), _copied(there, ids, alike)
    rows = [row for rule in found for row in _seldom(rule, there)]
    if kind == "amounts":
        rows += _told_once(_other_unit(there, task.unit), there)
    elif kind == "vectors":
        rows += _told_once(_turned_away(there), there)
    elif kind == "yes or no":
        rows += _mostly_yes(there)
    return rows


def _one_value(there: Sequence[tuple[int, LabelFacts]]) -> list[Row]:
    return [
        (place, "one value", f"all {one.valid} valid pixels have one value")
        for place, one in there
        if one.constant and one.valid >= LEAST_VALID * one.pixels
    ]


def _nearly_empty(there: Sequence[tuple[int, LabelFacts]]) -> list[Row]:
    return [
        (place, "nearly empty", f"{one.valid} of {one.pixels} pixels count")
        for place, one in there
        if one.valid < LEAST_VALID * one.pixels
    ]


def _copied(
    there: Sequence[tuple[int, LabelFacts]], ids: Sequence[str], alike: Sequence[int]
) -> list[Row]:
    rows: list[Row] = []
    first: dict[bytes, int] = {}
    for place, one in there:
        twin = first.setdefault(one.digest, place)
        if not one.constant and alike[twin] != alike[place]:
            rows.append(
                (
                    place,
                    "copied label",
                    f"the same label as that of {ids[twin]}, whose image is another one",
                )
            )
    return rows


def _other_unit(there: Sequence[tuple[int, LabelFacts]], unit: str) -> list[Row]:
    usual = float(np.median([one.middle for _, one in there]))
    return [
        (
            place,
            "other unit",
            f"its median is {one.middle:.3g} {unit}, that of the set {usual:.3g} {unit}",
        )
        for place, one in there
        if len(there) >= FEW and not 1 / TIMES <= one.middle / usual <= TIMES
    ]


def _turned_away(there: Sequence[tuple[int, LabelFacts]]) -> list[Row]:
    return [
        (place, "turned away", f"{one.away:.0%} of its normals point away from the camera")
        for place, one in there
        if one.away > AWAY
    ]


def _mostly_yes(there: Sequence[tuple[int, LabelFacts]]) -> list[Row]:
    shares = [one.counts[1] / one.valid for _, one in there]
    rare = len(there) >= FEW and np.median(shares) < SELDOM
    return [
        (
            place,
            "mostly yes",
            f"{share:.0%} of its pixels say yes, {np.median(shares):.1%} in the median of the set",
        )
        for (place, _), share in zip(there, shares, strict=True)
        if rare and share > MOSTLY
    ]


def _seldom(rows: list[Row], there: Sequence[object]) -> list[Row]:
    return rows if len(rows) <= max(1, COMMON * len(there)) else []


def _told_once(rows: list[Row], there: Sequence[object]) -> list[Row]:
    """One row instead of many that say the same of more than half of the set."""
    if len(rows) <= max(FEW, len(there) / 2):
        return rows
    return [(None, rows[0][1], f"{len(rows)} of {len(there)} labels; the first: {rows[0][2]}")]
