"""Rows of learning curves for tests."""

from collections.abc import Mapping, Sequence

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

FEW = settings(max_examples=30)  # tables take a while to draw
NUMBERS = st.floats(-100, 100, allow_nan=False).map(lambda number: round(number, 3))


def rows(
    lines: Mapping[str, Sequence[Sequence[float]]], x: Sequence[float], **columns: object
) -> pd.DataFrame:
    """Rows of `lines`: group -> a list of values per seed, at the budgets x."""
    points = [
        (group, seed, budget, value)
        for group, seeds in lines.items()
        for seed, values in enumerate(seeds)
        for budget, value in zip(x, values, strict=True)
    ]
    return pd.DataFrame(points, columns=["group", "seed", "x", "value"]).assign(**columns)


@st.composite
def tables(draw: st.DrawFn, groups: str = "abc", gaps: bool = True) -> pd.DataFrame:
    """Up to three groups, four seeds and five budgets in any order; `gaps`: points are missing."""
    x = sorted(draw(st.sets(st.integers(1, 50), min_size=2, max_size=5)))
    seeds = draw(st.integers(1, 4))
    table = rows(
        {group: [[draw(NUMBERS) for _ in x] for _ in range(seeds)] for group in groups},
        [float(budget) for budget in x],
    )
    keep = (
        draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table)))
        if gaps
        else [True] * len(table)
    )
    order = draw(st.permutations(range(len(table))))
    return table[keep].reindex([index for index in order if keep[index]])
