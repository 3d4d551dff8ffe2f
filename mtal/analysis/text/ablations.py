"""The paper's ablations from one's own runs, in words, with its numbers where it prints any."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.analysis.numbers import decimals, fixed
from mtal.analysis.tables.ablations import Ablation, outcome
from mtal.analysis.tables.published import PAPER_NAMES, TABLE_2
from mtal.runs.store.run import Run


def with_published(ablation: Ablation, runs: Sequence[Run], rows: pd.DataFrame) -> pd.DataFrame:
    """Add the paper's numbers to `outcome`.

    Further columns: published (NaN where the paper prints none), task (its title), cycle.

    rows: of one task.
    """
    table, cycle = outcome(ablation, runs, rows)
    dataset, task = str(rows["dataset"].iloc[0]), str(rows["task"].iloc[0])
    return table.assign(
        published=published_means(ablation, dataset, task, table["value"]),
        task=str(rows["name"].iloc[0]),
        cycle=cycle,
    )


def published_means(
    ablation: Ablation, dataset: str, task: str, values: Sequence[str] | pd.Series
) -> list[float]:
    """Look up the paper's numbers for these values of the setting; NaN where it prints none."""
    if ablation.settings != ("committee",) or PAPER_NAMES.get(dataset) != "NYU":
        return [np.nan] * len(values)
    return [TABLE_2.get(str(value), {}).get(task, np.nan) for value in values]


def numeric_axis(ablation: Ablation) -> str:
    """Title of a horizontal axis of numbers; "" where the values are words."""
    if ablation.settings[0] == "embedding":
        return "Dimensions of the embedding (logarithmic)"
    return ""


def summary(table: pd.DataFrame, title: str) -> str:
    """`Loss: max 4.500, mean 5.500`: the means in one line."""
    precision = decimals(table["mean"])
    means = []
    for value, line, mean in zip(table["value"], table["line"], table["mean"], strict=True):
        name = f"{value} {line}" if line else value
        means.append(f"{name} {fixed(mean, precision)}")
    return f"{title}: {', '.join(means)}"


def explanation(ablation: Ablation, table: pd.DataFrame) -> str:
    """Say at which cycle, over how many seeds, and what the paper says.

    table: as `with_published`, of all tasks.
    """
    seeds = ", ".join(str(n) for n in sorted(table["n"].unique()))
    return (
        f"After cycle {table['cycle'].iloc[0]}, the last that every value has reached; "
        f"mean ± standard deviation over n seeds (n = {seeds}). The paper: {ablation.paper_says}"
    )


def table(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Format `with_published` of one task for people. Columns without content are left out."""
    precision = decimals(outcomes["mean"])
    spreads = zip(outcomes["spread"], outcomes["n"], strict=True)
    shown = pd.DataFrame(
        {
            "value": outcomes["value"],
            "with": outcomes["line"],
            "mean": [fixed(mean, precision) for mean in outcomes["mean"]],
            "std": ["" if n < 2 else fixed(std, precision) for std, n in spreads],
            "n": outcomes["n"],
            "published": [_as_printed(mean) for mean in outcomes["published"]],
        }
    )
    return shown.drop(columns=[name for name in ("with", "published") if not shown[name].any()])


def _as_printed(mean: float) -> str:
    return "" if np.isnan(mean) else f"{mean:g}"
