"""Training curves in words: whether the loss still fell at the end, and what the chart shows."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from mtal.analysis.numbers import count, listed
from mtal.analysis.statistics.trend import Trend, last_trend
from mtal.analysis.tables.training_curve import WINDOW

FLAT = 0.03  # smaller changes over the last fifth are none
UNSURE = 0.10  # twice the error: above it, a change that matters could go unseen
FIFTH = "over the last fifth of the steps"
FALLING, RISING, LEVEL, NOISY = "falling", "rising", "flat", "noisy"


class Ending(NamedTuple):
    """Why a training ended before its last step."""

    step: int  # at which it ended
    words: str  # "Loss is not a number"


def verdict(rows: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Say of each task whether its loss still fell at the end of a complete training.

    rows: of one cycle, as of `training_curve`; titles: task -> title.
    """
    trends = {title: _trend(rows[rows["task"] == task]) for task, title in titles.items()}
    measured = {title: trend for title, trend in trends.items() if trend is not None}
    if not measured:
        return "Too few steps to say whether the loss was still falling at the end."
    groups: dict[str, list[str]] = {FALLING: [], RISING: [], LEVEL: [], NOISY: []}
    for title, trend in measured.items():
        state = course(trend)
        moves = state in {FALLING, RISING}
        groups[state].append(f"{title} by {100 * abs(trend.change):.0f} %" if moves else title)
    sentences = {
        FALLING: f"**Still falling at the end**: {{}} {FIFTH}. More steps would help.",
        RISING: f"**Rising at the end**: {{}} {FIFTH}. A lower learning rate may help.",
        LEVEL: f"**Flat at the end**: {{}}, less than {100 * FLAT:.0f} % {FIFTH}.",
        NOISY: "**Too noisy to tell**: {}.",
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


def points_note(rows: pd.DataFrame) -> str:
    """Say what points and line of the chosen cycle are; rows: of that cycle."""
    steps = rows["step"].drop_duplicates()
    per_point = round(float(steps.diff().median())) if len(steps) > 1 else 1
    point = "each point is one step" if per_point <= 1 else f"each point is {per_point} steps"
    return f"Bold: running median over {WINDOW} points, {point}. Thin: other cycles."


def summary(rows: pd.DataFrame, title: str) -> str:
    """Say where a task's loss began and where it is, for those who cannot see the chart.

    rows: of one cycle and task.
    """
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"Training loss of {title} in cycle {last['cycle']}: {first['smoothed']:.3g} in step "
        f"{first['step']:,}, {last['smoothed']:.3g} after {count(int(last['step']), 'step')}"
    )


def _trend(rows: pd.DataFrame) -> Trend | None:
    return last_trend(rows["step"].to_numpy(float), rows["loss"].to_numpy(float))
