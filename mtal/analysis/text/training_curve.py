"""Training curves in words: whether the loss still fell at the end, and what the chart shows."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from mtal.analysis.numbers import count, listed
from mtal.analysis.statistics.trend import Trend, last_trend
from mtal.analysis.tables.training_curve import WINDOW

FIFTH, HALF = 0.2, 0.5  # shares of the steps
FLAT = 0.03  # smaller changes are none
UNSURE = 0.10  # twice the error: above it, a change that matters could go unseen
FALLING, RISING, LEVEL, NOISY = "falling", "rising", "flat", "noisy"


class Ending(NamedTuple):
    """Why a training ended before its last step."""

    step: int  # at which it ended
    words: str  # "Loss is not a number"


def verdict(rows: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Say of each task whether its loss still fell at the end of a complete training.

    rows: of one cycle, as of `training_curve`; titles: task -> title.
    """
    groups: dict[str, list[str]] = {FALLING: [], RISING: [], LEVEL: [], NOISY: []}
    for task, title in titles.items():
        curve = rows[rows["task"] == task]
        trend = _trend(curve, FIFTH)
        if trend is not None:
            groups[course(trend)].append(_change_text(title, trend, curve))
    if not any(groups.values()):
        return "Too few steps to say whether the loss was still falling at the end."
    fifth = "over the last fifth of the steps"
    sentences = {
        FALLING: f"**Still falling at the end**: {{}} {fifth}. More steps would help.",
        RISING: f"**Rising at the end**: {{}} {fifth}. A lower learning rate may help.",
        LEVEL: f"**Flat at the end**: {{}}, less than {100 * FLAT:.0f} % {fifth}.",
        NOISY: f"**Too noisy to tell** {fifth}: {{}}.",
    }
    return " ".join(
        sentence.format(listed(groups[state]))
        for state, sentence in sentences.items()
        if groups[state]
    )


def course(trend: Trend) -> str:
    """Name what a loss did at the end: FALLING or RISING beyond chance, LEVEL, or NOISY."""
    beyond_chance = abs(trend.change) > 2 * trend.error
    if beyond_chance and abs(trend.change) >= FLAT:
        return FALLING if trend.change < 0 else RISING
    return NOISY if 2 * trend.error > UNSURE else LEVEL


def points_note(rows: pd.DataFrame, cycle: int) -> str:
    """Say what points and lines are.

    rows: of all cycles, as of `training_curve`; cycle: the one that stands out.
    """
    steps = rows.loc[rows["cycle"] == cycle, "step"].drop_duplicates()
    between = round(float(steps.diff().median())) if len(steps) > 1 else 1
    span = f"{WINDOW} steps" if between <= 1 else f"{WINDOW} points, one every {between} steps"
    note = f"Bold: running median over {span}."
    others = rows["cycle"].nunique() > 1
    return f"{note} Thin: other cycles, the later the darker." if others else note


def summary(rows: pd.DataFrame, title: str) -> str:
    """Say where a task's loss began and where it is, for those who cannot see the chart.

    rows: of one cycle and task.
    """
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"Training loss of {title} in cycle {last['cycle']}: {first['smoothed']:.3g} in step "
        f"{first['step']:,}, {last['smoothed']:.3g} after {count(int(last['step']), 'step')}"
    )


def _change_text(title: str, trend: Trend, rows: pd.DataFrame) -> str:
    """`Depth by 8 %`, `Depth`, or what a noisy loss did over twice as many steps and more."""
    state = course(trend)
    if state in {FALLING, RISING}:
        return f"{title} by {_percent(trend)}"
    half = _trend(rows, HALF)
    if state is LEVEL or half is None or course(half) not in {FALLING, RISING}:
        return title
    verb = "fell" if half.change < 0 else "rose"
    return f"{title} ({verb} by {_percent(half)} over the last half)"


def _trend(rows: pd.DataFrame, share: float) -> Trend | None:
    return last_trend(rows["step"].to_numpy(float), rows["loss"].to_numpy(float), share)


def _percent(trend: Trend) -> str:
    return f"{100 * abs(trend.change):.0f} %"
