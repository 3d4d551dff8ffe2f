"""Mean ranks of lines over many tasks, in words: Friedman's test, and Nemenyi's difference where it says something."""

import pandas as pd

from mtal.analysis.numbers import count
from mtal.analysis.statistics.areas import areas
from mtal.analysis.statistics.friedman import LEVEL, SETTINGS, Friedman, friedman
from mtal.analysis.text.areas import long_enough
from mtal.runs.store.run import LOSS

GROUPS = 3  # lines that Friedman's test needs


def ranked(curves: pd.DataFrame) -> tuple[Friedman | None, str]:
    """Ranks by area under the curve over the tasks, or None and why there are none. `curves`: of one data set, with the column
    x."""
    long, _ = long_enough(curves[curves["task"] != LOSS])
    scored = [
        areas(one)
        .rename(columns={"mean": "value"})
        .dropna(subset="value")
        .assign(setting=task, better=one["better"].iloc[0])
        for task, one in long.groupby("task", sort=False)
    ]
    lines = curves["group"].nunique()
    if lines < GROUPS:
        return (
            None,
            f"No ranks over tasks: Friedman's test needs {GROUPS} lines, and here {_are(lines)}.",
        )
    scores = (
        pd.concat(scored)
        if scored
        else pd.DataFrame(columns=["setting", "group", "value", "better"])
    )
    whole = int((scores.groupby("setting")["group"].nunique() == lines).sum())
    if whole < SETTINGS:
        return None, (
            f"No ranks over tasks: Friedman's test needs {SETTINGS} tasks in which every line has an area under its "
            f"curve, and here {_are(whole)}."
        )
    return friedman(scores), ""


def table(found: Friedman, named: dict[str, str]) -> pd.DataFrame:
    """`Friedman` for people, the best first."""
    return pd.DataFrame(
        {
            "strategy": [named[str(group)] for group in found.ranks.index],
            "mean rank": [f"{rank:.2f}" for rank in found.ranks],
        }
    )


def explained(found: Friedman) -> str:
    """What the ranks say."""
    test = (
        f"Mean ranks by area under the curve over {count(found.settings, 'task')}, 1 is best. Friedman's test: "
        f"chi-squared {found.statistic:.2f}, p = {found.p:.3f}."
    )
    clear = (
        f"Two lines differ at 5 % if their mean ranks do by more than {found.difference:.2f} (Nemenyi; Demšar 2006)."
        if found.p < LEVEL
        else "So no line is shown to differ from another."
    )
    return (
        f"{test} {clear} Tasks of one data set share their networks, so they are no independent settings, and p is rather "
        "too small."
    )


def _are(number: int) -> str:
    return f"is {number}" if number == 1 else f"are {number}"
