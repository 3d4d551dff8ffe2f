"""Counts and numbers as texts for people."""

from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10

import numpy as np
import pandas as pd


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 image`, `1,200 images`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(texts: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `last`: the word before the last one."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def decimals(values: Iterable[float], digits: int = 4) -> int:
    """Choose how many decimals all values get, so that the largest has `digits` digits."""
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    if not largest:
        return digits - 1
    return max(0, digits - 1 - floor(log10(largest)))


def fixed(value: float, precision: int) -> str:
    """A number with `precision` decimals, zeros kept; `unknown` for NaN."""
    return f"{value:.{precision}f}" if isfinite(value) else "unknown"


def spread(value: float, std: float, n: int, precision: int, sign: str = "") -> str:
    """`4.10 ± 0.05`, without ± for one seed; `sign`: "+" to show it always."""
    if not isfinite(value):
        return "unknown"
    mean = f"{value:{sign}.{precision}f}"
    return f"{mean} ± {fixed(std, precision)}" if n > 1 else mean


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    if number % 100 in {11, 12, 13}:
        ending = "th"
    return f"{number:,}{ending}"


def figures(value: float) -> str:
    """Three significant digits, with trailing zeros, which say how exact a number is."""
    return f"{value:#.3g}".rstrip(".") if np.isfinite(value) else "unknown"


def pool_percentile(pool: pd.Series, value: float) -> float:
    """Share of the pool's values below `value` in %, equal ones counted half; NaN without any."""
    values = pool.to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if not len(values) or not np.isfinite(value):
        return float("nan")
    return float(100 * ((values < value).sum() + (values == value).sum() / 2) / len(values))
