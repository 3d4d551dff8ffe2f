"""How many labels a line saves against a reference, with a bootstrap interval over seeds."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.statistics.label_efficiency import Reach, reaches
from mtal.analysis.statistics.rows import Curves, curves, seeds_of, tidy


class Share(NamedTuple):
    """1 - b / b_reference, b the budgets; negative if the line needed more.

    censor: "" for exactly `value`; ">=" or "<=" for at least or at most; "?" where nothing can be
    said (NaN).
    """

    value: float
    censor: str


class Saved(NamedTuple):
    """The share of labels that a line saves, and what it rests on."""

    share: Share
    low: Share | None  # ends of its 95 % interval; None below two seeds
    high: Share | None
    group: Reach  # budgets of the two mean curves
    reference: Reach
    target: float
    n: tuple[int, int]  # seeds of the line and of the reference
    paired: bool  # the same seeds, drawn jointly
    draws: int
    censored: int  # how many of the draws are ranges


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
    """Measure the share of the budget that `group` saves against `reference` to reach `target`.

    rows: of learning curves of one metric.
    group, reference: the two lines.
    better: "higher" or "lower"; ValueError for another word.
    target: None for the reference's mean at its last point, taken anew in each draw, since it is an
    estimate too.
    draws, seed: of the bootstrap.

    Our choices. The reference's budget is where its own running best first reaches the target,
    which can be before its end. With shared seeds only these count, and are drawn jointly; without
    any, all seeds of both are drawn separately. Interval: percentile bootstrap (Efron 1979), 2.5 %
    and 97.5 %; with few seeds it is too narrow (3 seeds have 10 different draws). A censored draw
    is a range, such as [0.67, 1], and no draw is left out: each end of the interval is taken over
    the lower and over the upper ends of all ranges, and is itself censored where these two differ.
    """
    kept = tidy(rows)
    own, others = seeds_of(kept, group), seeds_of(kept, reference)
    shared = [number for number in own if number in others]
    paired = bool(shared)
    if paired:
        own = others = shared
    line, base = curves(kept, group, own), curves(kept, reference, others)
    n = (len(own), len(others))
    if not line.x.size or not base.x.size:
        goal = np.nan if target is None else target
        unknown = Reach(np.nan, "")
        return Saved(Share(np.nan, "?"), None, None, unknown, unknown, goal, n, paired, 0, 0)
    equal = np.full((1, n[0]), 1 / n[0]), np.full((1, n[1]), 1 / n[1])
    share, budgets, goals = _ranges(line, base, *equal, better, target)
    low, high, censored = None, None, 0
    if min(n) > 1:
        rng = np.random.default_rng(seed)
        weights = _weights(n[0], draws, rng)
        base_weights = weights if paired else _weights(n[1], draws, rng)
        drawn, _, _ = _ranges(line, base, weights, base_weights, better, target)
        censored = int((drawn[0] != drawn[1]).sum())
        low, high = _interval(drawn)
    else:
        draws = 0
    return Saved(
        share=_share(share[0, 0], share[1, 0]),
        low=low,
        high=high,
        group=budgets[0],
        reference=budgets[1],
        target=float(goals[0]),
        n=n,
        paired=paired,
        draws=draws,
        censored=censored,
    )


def last_mean(rows: pd.DataFrame, group: str) -> float:
    """Average all seeds of a line at the last point that they share; NaN where there is none.

    It is the target of `labels_saved` if none is given and these are its seeds.
    """
    kept = tidy(rows)
    line = curves(kept, group, seeds_of(kept, group))
    if not line.x.size:
        return np.nan
    return float(line.value.mean(axis=0)[line.x.mean(axis=0).argmax()])


def _weights(n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n seeds with replacement: (draws, n) the share of each seed in each draw."""
    picks = rng.integers(n, size=(draws, n)) + n * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * n).reshape(draws, n) / n


def _ranges(
    line: Curves,
    base: Curves,
    weights: np.ndarray,
    base_weights: np.ndarray,
    better: str,
    target: float | None,
) -> tuple[np.ndarray, list[Reach], np.ndarray]:
    """Find the ends between which the share lies in each draw: (2, draws).

    Also the two budgets of the first draw, and the targets (draws,).

    line, base: curves of the line and of the reference.
    weights, base_weights: (draws, seeds) with which their seeds are averaged.
    better, target: as of `labels_saved`.
    """
    x, value = base_weights @ base.x, base_weights @ base.value
    if target is None:
        goals = value[np.arange(len(x)), x.argmax(axis=1)]
    else:
        goals = np.full(len(x), float(target))
    ends, budgets = [], []
    for mean_x, mean_value in ((weights @ line.x, weights @ line.value), (x, value)):
        budget, censor = reaches(mean_x, mean_value, goals, better)
        ends.append((np.where(censor == "<=", 0, budget), np.where(censor == ">", np.inf, budget)))
        budgets.append(Reach(float(budget[0]), str(censor[0])))
    (least, most), (least_base, most_base) = ends
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.stack([1 - most / least_base, 1 - least / most_base])
    shares[0, ~np.isfinite(shares[0])] = -np.inf
    shares[1, ~np.isfinite(shares[1])] = 1
    return shares, budgets, goals


def _interval(shares: np.ndarray) -> tuple[Share, Share]:
    """The ends of the 95 % interval; each is one of the draws, without interpolation.

    shares: (2, draws), the lower and the upper end of each draw.
    """
    lower, upper = np.sort(shares, axis=1)
    low, high = int(0.025 * (len(lower) - 1)), int(np.ceil(0.975 * (len(lower) - 1)))
    top = _share(lower[high], upper[high])
    if lower[high] < upper[high] < 1:
        top = Share(float(upper[high]), "<=")
    return _share(lower[low], upper[low]), top


def _share(low: float, high: float) -> Share:
    """A share between `low` (-inf: no lower end) and `high` (1: no upper end)."""
    if low == high:
        return Share(float(low), "")
    if np.isfinite(low):
        return Share(float(low), ">=")
    return Share(float(high), "<=") if high < 1 else Share(np.nan, "?")
