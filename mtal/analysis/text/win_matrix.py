"""Who beats whom, in words: a win matrix with what must be known to read it."""

import numpy as np
import pandas as pd

from mtal.analysis.numbers import listed
from mtal.analysis.statistics.paired_tests import critical
from mtal.analysis.statistics.win_matrix import FEW, MEAN, Wins
from mtal.runs.store.run import LOSS

KINDS = {"loss": "the multi-task loss alone", "tasks": "every task is a setting"}
ONE_LINE = "Two lines are needed to hold one against the other."
NO_PAIRS = "No two lines share two seeds: without repetitions there is nothing to test. Add seeds."
ONLY_START = "Nothing to test yet: all lines are the same at every budget so far, as at the start, which they share."


def counted(curves: pd.DataFrame, kind: str) -> pd.DataFrame:
    """What `mtal.analysis.statistics.win_matrix.wins` wants, of one of KINDS. `curves`: with the column x."""
    some = curves[(curves["task"] == LOSS) == (kind == "loss")]
    return some.assign(setting=some["task"])[
        ["group", "seed", "cycle", "x", "value", "setting", "better"]
    ]


def most_seeds(found: Wins) -> int:
    """The most shared seeds that any two lines have; below 2 nothing can be tested."""
    return int(found.n.to_numpy().max(initial=0))


def untested(found: Wins) -> str:
    """Why nothing was tested; "" where something was."""
    return "" if found.settings else NO_PAIRS if most_seeds(found) < 2 else ONLY_START


def in_square(found: Wins) -> pd.DataFrame:
    """Row against column, without the diagonal and the row of means."""
    groups = list(found.n.index)
    return found.matrix.loc[groups, groups].where(~np.eye(len(groups), dtype=bool))


def beaten(found: Wins) -> dict[str, float]:
    """Group -> how often it is beaten, the least beaten first."""
    rates = {group: float(found.matrix.loc[MEAN, group]) for group in found.n.index}
    return dict(sorted(rates.items(), key=lambda one: one[1]))


def table(found: Wins, named: dict[str, str]) -> pd.DataFrame:
    """`beaten` for people; no number for a line that shares too few seeds with every other."""
    rates, told = beaten(found), (found.n >= FEW).any()
    return pd.DataFrame(
        {
            "strategy": [named[group] for group in rates],
            "how often it is beaten": [
                f"{rate:.3f}" if told[group] else f"unknown: below {FEW} shared seeds"
                for group, rate in rates.items()
            ],
        }
    )


def words(found: Wins) -> pd.DataFrame:
    """What is told of each cell."""
    groups = list(found.n.index)
    text = [
        [
            ""
            if i == j
            else f"{found.matrix.loc[i, j]:.2f} of {found.possible.loc[i, j]:.2f} possible wins, n={found.n.loc[i, j]}"
            for j in groups
        ]
        for i in groups
    ]
    return pd.DataFrame(text, groups, groups)


def texts(found: Wins) -> pd.DataFrame:
    """What stands in a cell: its wins, or how few seeds it has."""
    square = in_square(found).map("{:.2f}".format)
    return square.where(~found.weak.reindex_like(square).fillna(False), found.n.map("n={}".format))


def told(found: Wins, named: dict[str, str]) -> str:
    """Who is beaten the least, in one line."""
    known = (found.n >= FEW).any()
    rates = [f"{named[group]} {rate:.2f}" for group, rate in beaten(found).items() if known[group]]
    return (
        "Beaten least often: " + ", ".join(rates[:3])
        if rates
        else f"No two lines share {FEW} seeds, so nothing can be said."
    )


def explained(found: Wins, corrected: bool) -> str:
    """How to read it: test, number of seeds, what is needed."""
    holm = (
        ""
        if not corrected
        else (
            f" With Holm's correction over up to {found.tests} pairs and budgets of a setting, the smallest p needs |t| "
            f"{_needed(found, found.tests)}."
        )
    )
    weak = (
        f" Grey: fewer than {FEW} shared seeds, too few to be read as a result."
        if found.weak.to_numpy().any()
        else ""
    )
    return (
        f"A row gains 1 / budgets for every budget at which it beats the column in a paired two-sided t-test at 5 %, as in "
        f"BADGE (Ash et al. 2020); budgets at which all lines are the same, as at the common start, are left out. For "
        f"one test |t| must be {_needed(found)}.{holm} {found.settings} setting{'s' * (found.settings != 1)}, so a cell can "
        f"reach {found.settings}. With 3 seeds only large and steady differences can pass.{weak}"
    )


def _needed(found: Wins, tests: int = 1) -> str:
    """`above 12.71 at n=2 and above 4.30 at n=3`: at each n of the cells."""
    counts = sorted({int(n) for n in found.n.to_numpy().ravel() if n > 1})
    return listed([f"above {critical(n, tests):.2f} at n={n}" for n in counts])
