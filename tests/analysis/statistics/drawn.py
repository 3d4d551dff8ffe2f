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
    """group -> a list of values per seed, at the budgets x."""
    found = [
        (group, seed, at, value)
        for group, seeds in lines.items()
        for seed, values in enumerate(seeds)
        for at, value in zip(x, values, strict=True)
    ]
    return pd.DataFrame(found, columns=["group", "seed", "x", "value"]).assign(**columns)


@st.composite
def tables(draw: st.DrawFn, groups: str = "abc", gaps: bool = True) -> pd.DataFrame:
    """Up to three groups, four seeds and five budgets, in any order; without some of the points if `gaps`."""
    x = sorted(draw(st.sets(st.integers(1, 50), min_size=2, max_size=5)))
    seeds = draw(st.integers(1, 4))
    found = rows(
        {group: [[draw(NUMBERS) for _ in x] for _ in range(seeds)] for group in groups},
        [float(one) for one in x],
    )
    keep = (
        draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
        if gaps
        else [True] * len(found)
    )
    order = draw(st.permutations(range(len(found))))
    return found[keep].reindex([place for place in order if keep[place]])
