"""The paper's ablations from one's own runs, with its numbers where it prints any, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.analysis.numbers import decimals, fixed
from mtal.analysis.tables.ablations import Ablation, outcome
from mtal.analysis.tables.published import PAPER_NAMES, TABLE_2
from mtal.runs.store.run import Run


def with_printed(ablation: Ablation, runs: Sequence[Run], one: pd.DataFrame) -> pd.DataFrame:
    """`outcome` with the columns published (NaN where the paper prints none), task (its title) and cycle. `one`: of one task."""
    found, cycle = outcome(ablation, runs, one)
    return found.assign(
        published=printed(
            ablation, str(one["dataset"].iloc[0]), str(one["task"].iloc[0]), found["value"]
        ),
        task=str(one["name"].iloc[0]),
        cycle=cycle,
    )


def printed(
    ablation: Ablation, dataset: str, task: str, values: Sequence[str] | pd.Series
) -> list[float]:
    """The paper's numbers for these values; NaN where it prints none."""
    if ablation.settings != ("committee",) or PAPER_NAMES.get(dataset) != "NYU":
        return [np.nan] * len(values)
    return [TABLE_2.get(str(value), {}).get(task, np.nan) for value in values]


def numeric_axis(ablation: Ablation) -> str:
    """Title of a horizontal axis of numbers; "" where the values are words."""
    return (
        "Dimensions of the embedding (logarithmic)" if ablation.settings[0] == "embedding" else ""
    )


def told(found: pd.DataFrame, title: str) -> str:
    """The values in one line."""
    places = decimals(found["mean"])
    return f"{title}: " + ", ".join(
        f"{' '.join(filter(None, (value, line)))} {fixed(mean, places)}"
        for value, line, mean in zip(found["value"], found["line"], found["mean"], strict=True)
    )


def explained(ablation: Ablation, table: pd.DataFrame) -> str:
    """At which cycle, over how many seeds, and what the paper says. `table`: as `with_printed`, of all tasks."""
    seeds = ", ".join(str(n) for n in sorted(table["n"].unique()))
    return (
        f"After cycle {table['cycle'].iloc[0]}, the last that every value has reached; mean ± standard deviation over n "
        f"seeds (n = {seeds}). The paper: {ablation.words}"
    )


def table(found: pd.DataFrame) -> pd.DataFrame:
    """`with_printed` for people, of one task."""
    places = decimals(found["mean"])
    shown = pd.DataFrame(
        {
            "value": found["value"],
            "with": found["line"],
            "mean": [fixed(value, places) for value in found["mean"]],
            "std": [
                "" if n < 2 else fixed(std, places)
                for std, n in zip(found["spread"], found["n"], strict=True)
            ],
            "n": found["n"],
            "published": ["" if np.isnan(value) else f"{value:g}" for value in found["published"]],
        }
    )
    return shown.drop(columns=[name for name in ("with", "published") if not shown[name].any()])
