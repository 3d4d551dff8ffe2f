"""Who beats whom, in words: a win matrix with what must be known to read it."""
import numpy as np
import pandas as pd

from mtal.runs.run import LOSS
from mtal.statistics.wins import FEW, MEAN, Wins

KINDS = {"loss": "the multi-task loss alone", "tasks": "every task is a setting"}
ONE_LINE = "Two lines are needed to hold one against the other."
NO_PAIRS = "No two lines share two seeds: without repetitions there is nothing to test. Add seeds."


def counted(curves: pd.DataFrame, kind: str) -> pd.DataFrame:
    """What `mtal.statistics.wins.wins` wants, of one of KINDS. `curves`: with the column x."""
    some = curves[(curves["task"] == LOSS) == (kind == "loss")]
    return some.assign(setting=some["task"])[["group", "seed", "cycle", "x", "value", "setting", "better"]]


def most_seeds(found: Wins) -> int:
    """The most shared seeds that any two lines have; below 2 nothing can be tested."""
    return int(found.n.to_numpy().max(initial=0))


def in_square(found: Wins) -> pd.DataFrame:
    """Row against column, without the diagonal and the row of means."""
    groups = list(found.n.index)
    return found.matrix.loc[groups, groups].where(~np.eye(len(groups), dtype=bool))


def beaten(found: Wins) -> dict[str, float]:
    """Group -> how often it is beaten, the least beaten first."""
    rates = {group: float(found.matrix.loc[MEAN, group]) for group in found.n.index}
    return dict(sorted(rates.items(), key=lambda one: one[1]))


def table(rates: dict[str, float], named: dict[str, str]) -> pd.DataFrame:
    """`beaten` for people."""
    return pd.DataFrame({"strategy": [named[group] for group in rates],
                         "how often it is beaten": [f"{rate:.3f}" for rate in rates.values()]})


def words(found: Wins) -> pd.DataFrame:
    """What is told of each cell."""
    groups = list(found.n.index)
    text = [["" if i == j else
             f"{found.matrix.loc[i, j]:.2f} of {found.possible.loc[i, j]:.2f} possible wins, n={found.n.loc[i, j]}"
             for j in groups] for i in groups]
    return pd.DataFrame(text, groups, groups)


def told(rates: dict[str, float], named: dict[str, str]) -> str:
    """Who is beaten the least, in one line. `rates` as `beaten` gives them."""
    return "Beaten least often: " + ", ".join(f"{named[group]} {rate:.2f}" for group, rate in list(rates.items())[:3])


def explained(found: Wins, corrected: bool) -> str:
    """How to read it: test, number of seeds, what is needed."""
    most = most_seeds(found)
    needed = float(np.nanmin(found.critical.where(found.n == most).to_numpy()))
    test = "after Holm's correction over all pairs and budgets of a setting" if corrected else \
        f"|t| above {needed:.2f} is needed at n={most}"
    weak = f" Grey: fewer than {FEW} shared seeds." if found.weak.to_numpy().any() else ""
    return (f"A row gains 1 / budgets for every budget at which it beats the column in a paired two-sided t-test at 5 % "
            f"({test}); as in BADGE (Ash et al. 2020). {found.settings} setting{'s' * (found.settings != 1)}, so a cell can "
            f"reach {found.settings}. With 3 seeds only large and steady differences can pass.{weak}")
