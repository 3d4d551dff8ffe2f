"""Who beats whom, in words: a win matrix and how to read it."""

import numpy as np
import pandas as pd

from mtal.analysis.numbers import count, listed
from mtal.analysis.statistics.paired_tests import critical
from mtal.analysis.statistics.win_matrix import FEW, MEAN, Wins
from mtal.runs.store.run import LOSS

KINDS = {"loss": "the multi-task loss alone", "tasks": "every task is a setting"}
ONE_LINE = "Two lines are needed for a comparison."
NO_PAIRS = "No two lines share two seeds: without repetitions there is nothing to test. Add seeds."
ONLY_START = (
    "Nothing to test yet: all lines are the same at every budget so far, as at the start, which "
    "they share."
)


def compared_rows(curves: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Select what `mtal.analysis.statistics.win_matrix.wins` compares.

    curves: with the column x. kind: one of KINDS.
    """
    rows = curves[(curves["task"] == LOSS) == (kind == "loss")]
    columns = ["group", "seed", "cycle", "x", "value", "setting", "better"]
    return rows.assign(setting=rows["task"])[columns]


def most_seeds(matrix: Wins) -> int:
    """The most seeds that any two lines share; below 2 nothing can be tested."""
    return int(matrix.n.to_numpy().max(initial=0))


def untested_reason(matrix: Wins) -> str:
    """Say why nothing was tested; "" where something was."""
    if matrix.settings:
        return ""
    return NO_PAIRS if most_seeds(matrix) < 2 else ONLY_START


def square_values(matrix: Wins) -> pd.DataFrame:
    """Row against column, without the diagonal and the row of means."""
    groups = list(matrix.n.index)
    return matrix.matrix.loc[groups, groups].where(~np.eye(len(groups), dtype=bool))


def beaten_rates(matrix: Wins) -> dict[str, float]:
    """Map each group to how often it is beaten, the least beaten first."""
    rates = dict(zip(matrix.matrix.columns, matrix.matrix.loc[MEAN].to_numpy(float), strict=True))
    return dict(sorted(rates.items(), key=lambda rate_of_group: rate_of_group[1]))


def table(matrix: Wins, named: dict[str, str]) -> pd.DataFrame:
    """Format `beaten_rates`; no number for a line that shares too few seeds with every other.

    named: group -> title.
    """
    rates, enough = beaten_rates(matrix), (matrix.n >= FEW).any()
    return pd.DataFrame(
        {
            "strategy": [named[group] for group in rates],
            "how often it is beaten": [
                f"{rate:.3f}" if enough[group] else f"unknown: below {FEW} shared seeds"
                for group, rate in rates.items()
            ],
        }
    )


def cell_words(matrix: Wins) -> pd.DataFrame:
    """Say each cell in words; "" on the diagonal."""
    groups = list(matrix.n.index)
    words = pd.DataFrame("", groups, groups, dtype=object)
    for row in groups:
        for column in groups:
            if row != column:
                won, possible = matrix.matrix.loc[row, column], matrix.possible.loc[row, column]
                seeds = matrix.n.loc[row, column]
                words.loc[row, column] = f"{won:.2f} of {possible:.2f} possible wins, n={seeds}"
    return words


def cell_texts(matrix: Wins) -> pd.DataFrame:
    """The text in each cell: its wins, or how few seeds it has."""
    wins = square_values(matrix).map("{:.2f}".format)
    weak = matrix.weak.reindex_like(wins).fillna(False)
    return wins.where(~weak, matrix.n.map("n={}".format))


def summary(matrix: Wins, named: dict[str, str]) -> str:
    """Name the three lines that are beaten least often. named: group -> title."""
    enough = (matrix.n >= FEW).any()
    rates = [
        f"{named[group]} {rate:.2f}"
        for group, rate in beaten_rates(matrix).items()
        if enough[group]
    ]
    if not rates:
        return f"No two lines share {FEW} seeds, so nothing can be said."
    return f"Beaten least often: {', '.join(rates[:3])}"


def explanation(matrix: Wins, corrected: bool) -> str:
    """Say how to read the matrix: the test, the seeds, and the |t| that is needed.

    corrected: Holm's correction was applied.
    """
    sentences = [
        "A row gains 1 / budgets for every budget at which it beats the column in a paired "
        "two-sided t-test at 5 %, as in BADGE (Ash et al. 2020); budgets at which all lines are "
        "the same, as at the common start, are left out.",
        f"For one test |t| must be {_needed(matrix)}.",
    ]
    if corrected:
        sentences.append(
            f"With Holm's correction over up to {matrix.tests} pairs and budgets of a setting, the "
            f"smallest p needs |t| {_needed(matrix, matrix.tests)}."
        )
    sentences += [
        f"{count(matrix.settings, 'setting')}, so a cell can reach {matrix.settings}.",
        "With 3 seeds only large and steady differences can pass.",
    ]
    if matrix.weak.to_numpy().any():
        sentences.append(f"Grey: fewer than {FEW} shared seeds, too few to be read as a result.")
    return " ".join(sentences)


def _needed(matrix: Wins, tests: int = 1) -> str:
    """`above 12.71 at n=2 and above 4.30 at n=3`: at each n of the cells."""
    seeds = sorted({int(n) for n in matrix.n.to_numpy().ravel() if n > 1})
    return listed([f"above {critical(n, tests):.2f} at n={n}" for n in seeds])
