"""Areas under learning curves, for people."""

import pandas as pd

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import decimals, spread
from mtal.analysis.statistics.areas import areas
from mtal.analysis.text.differences import difference_text

TOO_SHORT = "An area needs curves of at least two points. They come with the second complete cycle."
REFERENCE = "is the reference"
UNEQUAL = (
    " They are means over different numbers of seeds: compare the differences, which are of "
    "shared seeds."
)
NOTHING_COMMON = "These runs have no range in common: one ends before another begins."


def long_enough(curves: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows of runs with two points or more, and how many runs have fewer."""
    points = curves.groupby("run")["cycle"].transform("nunique")
    return curves[points > 1], int(curves[points < 2]["run"].nunique())


def best_first(rows: pd.DataFrame, reference: str | None) -> pd.DataFrame:
    """Sort `mtal.analysis.statistics.areas.areas` of one task, the best line first."""
    lower_is_better = rows["better"].iloc[0] == "lower"
    return areas(rows, reference).sort_values("mean", ascending=lower_is_better, kind="stable")


def table(
    by_line: pd.DataFrame, titles: dict[str, str], reference: str | None, better: str
) -> pd.DataFrame:
    """Format `mtal.analysis.statistics.areas.areas` for people.

    titles: group -> title.
    reference: the group that the others are compared with.
    better: "higher" or "lower".
    """
    precision = decimals(by_line["mean"])
    means = zip(by_line["mean"], by_line["std"], by_line["n"], strict=True)
    columns = (by_line[name] for name in ("group", "gain", "gain_std", "pairs", "n"))
    differences = [
        REFERENCE if group == reference else difference_text(gain, std, pairs, precision, better, n)
        for group, gain, std, pairs, n in zip(*columns, strict=True)
    ]
    return pd.DataFrame(
        {
            "strategy": [titles[group] for group in by_line["group"]],
            "area": [spread(mean, std, n, precision) for mean, std, n in means],
            "difference to Random": differences,
            "n": by_line["n"].to_numpy(),
        }
    )


def range_note(by_line: pd.DataFrame, x: str) -> str:
    """Say over which budgets the areas are. x: one of AXES."""
    low, high = by_line["low"].iloc[0], by_line["high"].iloc[0]
    note = (
        f"From {low:.5g} to {high:.5g} {AXES[x].lower()}: the range that every run covers. "
        "Areas over other ranges cannot be compared with these."
    )
    return note + UNEQUAL if by_line["n"].nunique() > 1 else note
