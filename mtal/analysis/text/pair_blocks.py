"""Pair blocks in words: whether their refined predictions beat the initial ones on new images."""

from collections.abc import Mapping
from typing import Any

from mtal.analysis.numbers import count, figures, listed

MEANING = (
    "The network has learnt from these images and the pair blocks have not, so the comparison is "
    "strict: refined predictions that keep up with the initial ones say something of their own."
)


def warning(facts: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Say whose committee is not to be believed; "" if there is none.

    facts: of the signal `committee`, as `Run.fits` gives them; {} where nothing was held out.
    titles: task -> title.
    """
    worse = facts.get("worse", ())
    if not worse:
        return ""
    names = listed([f"**{titles.get(task, task)}**" for task in worse])
    whose = "its refined predictions have" if len(worse) == 1 else "their refined predictions have"
    return (
        f"Do not believe the committee of {names}: {whose} a higher loss than the initial ones on "
        f"{_images(facts)}."
    )


def losses(facts: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Give both losses of each task; "" where nothing was held out. titles: task -> title."""
    if not facts.get("initial"):
        return ""
    parts = [
        f"{titles.get(task, task)} {figures(loss)} → {figures(facts['refined'][task])}"
        for task, loss in facts["initial"].items()
    ]
    return f"Loss of initial → refined predictions on {_images(facts)}: {'; '.join(parts)}."


def _images(facts: Mapping[str, Any]) -> str:
    return count(facts["held_out_images"], "held-out image")
