"""Differences to a reference, for people."""

from mtal.analysis.numbers import spread


def difference_text(
    gain: float, std: float, pairs: int, precision: int, better: str, n: int
) -> str:
    """`-0.231 ± 0.040, better`; within one std: `no clear difference (-0.02 ± 0.18)`.

    gain, std: mean and standard deviation of value - reference, over seeds that both have.
    pairs: how many seeds those are; 0 gives `no seed in common`.
    precision: decimals.
    better: "higher" or "lower".
    n: seeds of the value beside it; where it is not `pairs`, that number is named.
    """
    if not pairs:
        return "no seed in common"
    number = spread(gain, std, pairs, precision, "+")
    if round(gain, precision) == 0:
        text = f"{number}, equal"
    elif pairs > 1 and abs(gain) <= std:
        text = f"no clear difference ({number})"
    else:
        improved = (gain > 0) == (better == "higher")
        text = f"{number}, {'better' if improved else 'worse'}"
    if pairs == 1:
        return f"{text}, one seed"
    return text if pairs == n else f"{text} (n={pairs})"
