"""Areas under learning curves, for people."""

import pandas as pd

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import decimals, spread
from mtal.analysis.statistics.areas import areas

TOO_SHORT = "An area needs curves of two points at least. They come with the second complete cycle."
REFERENCE = "is the reference"
UNEQUAL = " They are means over different numbers of seeds: compare the differences, which are of shared seeds."
NOTHING_COMMON = "These runs have no range in common: one has not come to where another begins."


def long_enough(curves: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows of runs with two points or more, and how many runs have fewer."""
    points = curves.groupby("run")["cycle"].transform("nunique")
    return curves[points > 1], int(curves[points < 2]["run"].nunique())


def best_first(one: pd.DataFrame, reference: str | None) -> pd.DataFrame:
    """`mtal.analysis.statistics.areas.areas` of one task, the best line first."""
    return areas(one, reference).sort_values(
        "mean", ascending=one["better"].iloc[0] == "lower", kind="stable"
    )


def area_table(
    found: pd.DataFrame, titles: dict[str, str], reference: str | None, better: str
) -> pd.DataFrame:
    """`mtal.analysis.statistics.areas.areas` for people. `reference`: the group that the others are held against."""
    places = decimals(found["mean"])
    heights = [
        spread(*one, places) for one in zip(found["mean"], found["std"], found["n"], strict=True)
    ]
    columns = (found[name] for name in ("group", "gain", "gain_std", "pairs", "n"))
    gains = [
        REFERENCE if group == reference else _difference(gain, std, pairs, n, places, better)
        for group, gain, std, pairs, n in zip(*columns, strict=True)
    ]
    return pd.DataFrame(
        {
            "strategy": [titles[group] for group in found["group"]],
            "area": heights,
            "difference to Random": gains,
            "n": found["n"].to_numpy(),
        }
    )


def _difference(gain: float, std: float, pairs: int, n: int, places: int, better: str) -> str:
    """`-0.231 ± 0.040, better`: over the seeds that both have, which may be fewer than those of the area beside it."""
    if not pairs:
        return "no seed in common"
    word = (
        "equal"
        if round(gain, places) == 0
        else "better"
        if (gain > 0) == (better == "higher")
        else "worse"
    )
    return f"{spread(gain, std, pairs, places, '+')}, {word}" + f" (n={pairs})" * (pairs != n)


def range_note(found: pd.DataFrame, x: str) -> str:
    """Over which budgets the areas are. `x`: one of AXES."""
    return (
        f"From {found['low'].iloc[0]:.5g} to {found['high'].iloc[0]:.5g} {AXES[x].lower()}: the range that every run covers. "
        "Areas over other ranges cannot be compared with these."
        + (UNEQUAL if found["n"].nunique() > 1 else "")
    )
