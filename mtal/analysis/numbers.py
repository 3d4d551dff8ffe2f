"""Counts and numbers as people read them."""

from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10

import numpy as np
import pandas as pd


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 image`, `1,200 images`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(texts: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `last`: the word before the last one."""
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def decimals(values: Iterable[float], digits: int = 4) -> int:
    """How many decimals all values of a column or a metric get, so that the largest has `digits` digits."""
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    return max(0, digits - 1 - floor(log10(largest))) if largest else digits - 1


def fixed(value: float, places: int) -> str:
    """A number with that many decimals, zeros kept."""
    return f"{value:.{places}f}" if isfinite(value) else "unknown"


def spread(value: float, std: float, n: int, places: int, sign: str = "") -> str:
    """`4.10 ± 0.05`, and no ± for one seed; `sign`: "+" to show it always."""
    return (
        f"{value:{sign}.{places}f}" + f" ± {fixed(std, places)}" * (n > 1)
        if isfinite(value)
        else "unknown"
    )


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = (
        "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number:,}{ending}"


def figures(value: float) -> str:
    """Three significant digits, trailing zeros kept, since they say how exact a number is."""
    return f"{value:#.3g}".rstrip(".") if np.isfinite(value) else "unknown"


def pool_percentile(pool: pd.Series, value: float) -> float:
    """Share of the pool's values below `value` in percent, equal ones counted half. NaN if nothing can be compared."""
    known = pool.to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    if not len(known) or not np.isfinite(value):
        return float("nan")
    return float(100 * ((known < value).sum() + (known == value).sum() / 2) / len(known))
