"""Areas under learning curves, for people."""
import pandas as pd

from mtal.figures.curves import AXES
from mtal.reading.numbers import decimals, spread
from mtal.statistics.area import areas

TOO_SHORT = "An area needs curves of two points at least. They come with the second complete cycle."
NOTHING_COMMON = "These runs have no range in common: one has not come to where another begins."


def long_enough(curves: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows of runs with two points or more, and how many runs have fewer."""
    points = curves.groupby("run")["cycle"].transform("nunique")
    return curves[points > 1], int(curves[points < 2]["run"].nunique())


def best_first(one: pd.DataFrame, reference: str | None) -> pd.DataFrame:
    """`mtal.statistics.area.areas` of one task, the best line first."""
    return areas(one, reference).sort_values("mean", ascending=one["better"].iloc[0] == "lower", kind="stable")


def area_table(found: pd.DataFrame, titles: dict[str, str]) -> pd.DataFrame:
    """`mtal.statistics.area.areas` for people."""
    places = decimals(found["mean"])
    heights = [spread(*one, places) for one in zip(found["mean"], found["std"], found["n"], strict=True)]
    gains = [spread(gain, std, pairs, places, "+") if pairs else "–"
             for gain, std, pairs in zip(found["gain"], found["gain_std"], found["pairs"], strict=True)]
    return pd.DataFrame({"strategy": [titles[group] for group in found["group"]], "area": heights, "difference to Random": gains,
                         "n": found["n"].to_numpy()})


def range_note(found: pd.DataFrame, x: str) -> str:
    """Over which budgets the areas are. `x`: one of AXES."""
    return (f"From {found['low'].iloc[0]:.5g} to {found['high'].iloc[0]:.5g} {AXES[x].lower()}: the range that every run covers. "
            "Areas over other ranges cannot be compared with these.")
