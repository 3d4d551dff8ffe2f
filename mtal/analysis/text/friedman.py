"""Mean ranks of lines over many tasks, in words: Friedman's test and Nemenyi's difference."""

import pandas as pd

from mtal.analysis.numbers import count
from mtal.analysis.statistics.areas import areas
from mtal.analysis.statistics.friedman import LEVEL, SETTINGS, Friedman, friedman
from mtal.analysis.text.areas import long_enough
from mtal.runs.store.run import LOSS

GROUPS = 3  # lines that Friedman's test needs


def mean_ranks(curves: pd.DataFrame) -> tuple[Friedman | None, str]:
    """Rank the lines by area under the curve over the tasks, or return None and the reason.

    curves: of one data set, with the column x.
    """
    lines = curves["group"].nunique()
    if lines < GROUPS:
        return None, f"No ranks over tasks: Friedman's test needs {GROUPS} lines, not {lines}."
    long, _ = long_enough(curves[curves["task"] != LOSS])
    tables = [
        areas(rows)
        .rename(columns={"mean": "value"})
        .dropna(subset="value")
        .assign(setting=task, better=rows["better"].iloc[0])
        for task, rows in long.groupby("task", sort=False)
    ]
    complete = sum(table["group"].nunique() == lines for table in tables)
    if complete < SETTINGS:
        return None, (
            f"No ranks over tasks: Friedman's test needs {SETTINGS} tasks in which every line has "
            f"an area under its curve, not {complete}."
        )
    return friedman(pd.concat(tables)), ""


def table(ranks: Friedman, named: dict[str, str]) -> pd.DataFrame:
    """Format the ranks, the best first. named: group -> title."""
    return pd.DataFrame(
        {
            "strategy": [named[str(group)] for group in ranks.ranks.index],
            "mean rank": [f"{rank:.2f}" for rank in ranks.ranks],
        }
    )


def explanation(ranks: Friedman) -> str:
    """Say what the ranks mean."""
    test = (
        f"Mean ranks by area under the curve over {count(ranks.settings, 'task')}, 1 is best. "
        f"Friedman's test: chi-squared {ranks.statistic:.2f}, p = {ranks.p:.3f}."
    )
    if ranks.p < LEVEL:
        clear = (
            f"Two lines differ at 5 % if their mean ranks do by more than {ranks.difference:.2f} "
            "(Nemenyi; Demšar 2006)."
        )
    else:
        clear = "So no line is shown to differ from another."
    doubt = (
        "Tasks of one data set share their networks, so they are no independent settings, and p is "
        "rather too small."
    )
    return f"{test} {clear} {doubt}"
