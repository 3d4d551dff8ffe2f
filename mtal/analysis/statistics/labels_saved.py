"""How many labels a line saves against a reference, with a bootstrap interval over seeds."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.statistics.label_efficiency import Reach, reaches
from mtal.analysis.statistics.rows import Curves, curves, seeds_of, tidy


class Share(NamedTuple):
    """1 - b / b_reference; negative if more was needed. censor: "" as it stands; ">=" or "<=" at least or at most so much; "?"
    nothing can be said (NaN)."""

    value: float
    censor: str


class Saved(NamedTuple):
    """share with the ends low and high of its 95 % interval (None at n < 2); the budgets of the two seed-mean curves; target;
    n: seeds of the line and of the reference; paired: the same seeds, drawn jointly; draws, and how many were censored."""

    share: Share
    low: Share | None
    high: Share | None
    group: Reach
    reference: Reach
    target: float
    n: tuple[int, int]
    paired: bool
    draws: int
    censored: int


def labels_saved(
    rows: pd.DataFrame,
    group: str,
    reference: str,
    better: str,
    *,
    target: float | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> Saved:
    """Share of the budget that `group` saves against `reference` on the way to `target`.

    Our choices. The reference's budget is where its own running best first has the target, which can be before its end. With
    shared seeds only these count, and are drawn jointly; without any all seeds of both, drawn separately. target: None for
    the reference's mean at its last point, taken anew in each draw, since it is an estimate too. Interval: percentile bootstrap
    (Efron 1979), 2.5 % and 97.5 %; with few seeds it is too narrow (3 seeds have 10 different draws). A censored draw is no
    number but a range, such as [0.67, 1]; no draw is left out: each end is taken over the lower and over the upper ends of all
    ranges, and is itself censored where these two differ.
    """
    kept = tidy(rows)
    ours, theirs = seeds_of(kept, group), seeds_of(kept, reference)
    shared = [one for one in ours if one in theirs]
    paired = bool(shared)
    ours, theirs = (shared, shared) if paired else (ours, theirs)
    line, other = curves(kept, group, ours), curves(kept, reference, theirs)
    if not line.x.size or not other.x.size:
        return Saved(
            Share(np.nan, "?"),
            None,
            None,
            Reach(np.nan, ""),
            Reach(np.nan, ""),
            np.nan if target is None else target,
            (len(ours), len(theirs)),
            paired,
            0,
            0,
        )
    even = [np.full((1, len(seeds)), 1 / len(seeds)) for seeds in (ours, theirs)]
    found, budgets, aim = _ranges(line, other, even[0], even[1], better, target)
    low, high, censored = None, None, 0
    if min(len(ours), len(theirs)) > 1:
        rng = np.random.default_rng(seed)
        first = _weights(len(ours), draws, rng)
        drawn, _, _ = _ranges(
            line,
            other,
            first,
            first if paired else _weights(len(theirs), draws, rng),
            better,
            target,
        )
        censored = int((drawn[0] != drawn[1]).sum())
        low, high = _interval(drawn)
    else:
        draws = 0
    return Saved(
        _share(found[0, 0], found[1, 0]),
        low,
        high,
        budgets[0],
        budgets[1],
        float(aim[0]),
        (len(ours), len(theirs)),
        paired,
        draws,
        censored,
    )


def last_mean(rows: pd.DataFrame, group: str) -> float:
    """Of all seeds of a line at the last point that they all have; NaN where there is none. The target of `labels_saved` without
    one, if these are its seeds."""
    kept = tidy(rows)
    line = curves(kept, group, seeds_of(kept, group))
    return float(line.value.mean(axis=0)[line.x.mean(axis=0).argmax()]) if line.x.size else np.nan


def _weights(n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of n seeds is drawn with replacement, as a share: float [draws, n]."""
    picks = rng.integers(n, size=(draws, n)) + n * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * n).reshape(draws, n) / n


def _ranges(
    line: Curves,
    other: Curves,
    ours: np.ndarray,
    theirs: np.ndarray,
    better: str,
    target: float | None,
) -> tuple[np.ndarray, list[Reach], np.ndarray]:
    """For means with the weights ours, theirs [draws, seeds]: between which ends the share lies, float [2, draws]; the two
    budgets of the first draw; the targets [draws]."""
    x, value = theirs @ other.x, theirs @ other.value
    aim = (
        value[np.arange(len(x)), x.argmax(axis=1)]
        if target is None
        else np.full(len(x), float(target))
    )
    ends, budgets = [], []
    for one_x, one_value in ((ours @ line.x, ours @ line.value), (x, value)):
        budget, censor = reaches(one_x, one_value, aim, better)
        ends.append((np.where(censor == "<=", 0, budget), np.where(censor == ">", np.inf, budget)))
        budgets.append(Reach(float(budget[0]), str(censor[0])))
    (least, most), (least_other, most_other) = ends
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.stack([1 - most / least_other, 1 - least / most_other])
    found[0, ~np.isfinite(found[0])] = -np.inf
    found[1, ~np.isfinite(found[1])] = 1
    return found, budgets, aim


def _interval(found: np.ndarray) -> tuple[Share, Share]:
    """The two ends, each a drawn value and none between two."""
    lower, upper = np.sort(found, axis=1)
    low, high = int(0.025 * (len(lower) - 1)), int(np.ceil(0.975 * (len(lower) - 1)))
    top = (
        Share(float(upper[high]), "<=")
        if lower[high] < upper[high] < 1
        else _share(lower[high], upper[high])
    )
    return _share(lower[low], upper[low]), top


def _share(low: float, high: float) -> Share:
    """What is known of a share between `low` (-inf: no lower end) and `high` (1: no upper end)."""
    if low == high:
        return Share(float(low), "")
    if np.isfinite(low):
        return Share(float(low), ">=")
    return Share(float(high), "<=") if high < 1 else Share(np.nan, "?")
