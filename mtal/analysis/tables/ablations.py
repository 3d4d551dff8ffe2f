"""Ablations among runs: those that differ in one setting of the strategy and in nothing else."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import pandas as pd

from mtal.analysis.tables.run_groups import FREE
from mtal.config import Config
from mtal.runs.store.run import Run


class Ablation(NamedTuple):
    """An ablation of the paper, or ours."""

    title: str
    settings: tuple[str, ...]  # a second one makes several lines in one chart
    source: str
    paper_says: str  # of its outcome
    strategy: str = "ours"  # whose runs it compares


ABLATIONS = (
    Ablation(
        "Committee joined by",
        ("committee",),
        "Table 2",
        "max is the best in every column, min the worst.",
    ),
    Ablation(
        "Embedding size and distance",
        ("embedding", "diversity"),
        "Fig. 10",
        "The lowest loss is reached with the Euclidean distance and 512 dimensions. The figure "
        "prints no numbers.",
    ),
    Ablation(
        "Terms of the score",
        ("terms",),
        "Fig. 11",
        "Inconsistency alone is better than diversity alone, and both together are the best. The "
        "figure prints no numbers.",
    ),
    Ablation(
        "Tasks joined by",
        ("across",),
        "Fig. 11",
        "The maximum is slightly better than the average. The figure prints no numbers.",
    ),
    Ablation("Sample weights", ("sample_weights",), "ours", "The paper has no such ablation."),
    Ablation(
        "Final prediction in the committee",
        ("with_final",),
        "ours",
        "The paper has no such ablation.",
    ),
    Ablation(
        "Embedding of the diversity",
        ("embedding_source",),
        "ours",
        "The paper has no such ablation.",
    ),
    Ablation(
        "Form of trust-weighted",
        ("trust_form",),
        "ours",
        "The paper has no such strategy.",
        strategy="trust-weighted",
    ),
)
COLUMNS = ("value", "line", "mean", "spread", "n")


def varied_runs(ablation: Ablation, runs: Sequence[Run]) -> list[Run]:
    """Find the most runs of its strategy that differ in the ablation's settings and nothing else.

    [] where nothing varies.
    """
    free = (FREE - {"strategy"}) | set(ablation.settings)
    sets: dict[str, list[Run]] = {}
    for run in runs:
        if run.config.strategy == ablation.strategy:
            sets.setdefault(repr(sorted(run.config.changed(free).items())), []).append(run)
    several = [
        alike
        for alike in sets.values()
        if len({_values(run.config, ablation) for run in alike}) > 1
    ]
    return max(several, key=len, default=[])


def outcome(
    ablation: Ablation, runs: Sequence[Run], rows: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """Average over seeds at the last cycle that every value of the setting has reached.

    Returns COLUMNS, a row per value (and line), numbers in their order and words by the alphabet;
    and that cycle. n counts the seeds that have a value.

    runs: as of `varied_runs`.
    rows: of these runs and one task, columns run, cycle, value.
    """
    settings = {run.name: _values(run.config, ablation) for run in runs}
    of_runs = rows[rows["run"].isin(settings)]
    of_runs = of_runs.assign(setting=of_runs["run"].map(settings))
    if of_runs.empty:
        return pd.DataFrame(columns=list(COLUMNS)), 0
    common = int(of_runs.groupby("setting")["cycle"].max().min())
    by_setting = of_runs[of_runs["cycle"] == common].groupby("setting")
    table = by_setting.agg(mean=("value", "mean"), spread=("value", "std"), n=("value", "count"))
    table = table.loc[sorted(table.index, key=_order_of_values)].reset_index()
    table["value"] = [values[0] for values in table["setting"]]
    table["line"] = [values[1] if len(values) > 1 else "" for values in table["setting"]]
    return table[list(COLUMNS)], common


def _order_of_values(values: tuple[str, ...]) -> list[tuple[float, str]]:
    return [_order(value) for value in values]


def _order(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return inf, text


def _values(config: Config, ablation: Ablation) -> tuple[str, ...]:
    return tuple(str(getattr(config, name)) for name in ablation.settings)
