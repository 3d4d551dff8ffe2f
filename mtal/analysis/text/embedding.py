"""What can be said of the embedding in which images are compared: what it is, and what it is worth.

docs/method.md, section 3. Facts are JSON values as `Run.neighbours` and `Run.fits` give them.
"""

from collections.abc import Mapping
from typing import Any

TITLES = {  # signal -> on screen, within a sentence
    "embedding": "the auto-encoder's embedding",
    "task_features": "the task features",
    "shared": "the shared feature",
    "frozen": "the frozen feature",
}
LEAST_AGREEMENT = 0.5  # share of neighbours that agree, below which closeness means nothing
LEAST_EXPLAINED = 0.25  # share of the variance that the auto-encoder restores
FEWEST_DIMENSIONS = 4  # that codes use; a code that has collapsed uses two
Facts = Mapping[str, Any]


def agreement(signal: str, facts: Facts) -> str:
    """Say in a sentence how many neighbours agree; "" where there is nothing to judge by."""
    parts = []
    if facts.get("sequence") is not None:
        parts.append(
            f"comes from the same sequence for {_percent(facts['sequence'])} of the images (by "
            f"chance {_percent(facts['sequence_chance'])})"
        )
    if facts.get("frozen") is not None:
        parts.append(
            f"is among the ten nearest in the frozen feature for {_percent(facts['frozen'])} (by "
            f"chance {_percent(facts['frozen_chance'])})"
        )
    if not parts:
        return ""
    return f"In {TITLES[signal]} the nearest image {' and '.join(parts)}."


def distrust(signal: str, facts: Facts) -> str:
    """Warn that closeness means nothing; "" where neighbours agree or nothing judges them.

    Sequences judge where they are known, else the frozen feature.
    """
    share, judge = facts.get("sequence"), "comes from another sequence"
    if share is None:
        share, judge = facts.get("frozen"), "is not among the ten nearest in the frozen feature"
    if share is None or share >= LEAST_AGREEMENT:
        return ""
    return (
        f"Closeness in {TITLES[signal]} means nothing here: for {_percent(1 - share)} of the "
        f"images the nearest one {judge}."
    )


def restored(fit: Facts) -> str:
    """Say how much of the task features the auto-encoder restores; "" for earlier versions."""
    share = fit.get("explained_variance")
    if share is None:
        return ""
    epochs = "1 epoch" if fit["epochs"] == 1 else f"{fit['epochs']} epochs"
    start = ", from the weights of the cycle before" if fit["goes_on"] else ""
    return (
        f"The auto-encoder was trained for {epochs}{start}, and its code keeps {_percent(share)} "
        f"of the variance of the task features in about {fit['dimensions']:.0f} dimensions."
    )


def fit_warning(fit: Facts) -> str:
    """Warn that the code has collapsed or keeps little; "" where it does neither."""
    share, dimensions = fit.get("explained_variance"), fit.get("dimensions")
    if dimensions is not None and dimensions < FEWEST_DIMENSIONS:
        return (
            f"The auto-encoder's code has collapsed to about {dimensions:.0f} of its dimensions, "
            f"so images that are alike lie no closer than others. A lower auto-encoder learning "
            f"rate helps, or another embedding."
        )
    if share is None or share >= LEAST_EXPLAINED:
        return ""
    return (
        f"The auto-encoder's code keeps only {_percent(max(0.0, share))} of the variance of the "
        f"task features, so distances in its embedding leave out most of what the network sees. "
        f"More auto-encoder epochs help, or another embedding."
    )


def _percent(share: float) -> str:
    """`7.7 %`, `98 %`."""
    percent = 100 * share
    return f"{percent:.1f} %" if abs(percent) < 10 else f"{percent:.0f} %"
