"""Ablations among runs: for a setting, the lines that differ in it and in nothing else, at the last budget that all reached."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import pandas as pd

from mtal.analysis.tables.run_groups import FREE
from mtal.config import Config
from mtal.runs.store.run import Run


class Ablation(NamedTuple):
    """One of the paper's, or ours. `settings`: in the order of reading; the second, if any, makes several lines in one chart.
    `words`: what the paper says of its outcome."""

    title: str
    settings: tuple[str, ...]
    source: str
    words: str


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
        "The lowest loss is reached with the Euclidean distance and 512 dimensions. The figure prints no numbers.",
    ),
    Ablation(
        "Terms of the score",
        ("terms",),
        "Fig. 11",
        "Inconsistency alone is better than diversity alone, and both together are the best. The figure prints no numbers.",
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
)
COLUMNS = ("value", "line", "mean", "spread", "n")


def varied(ablation: Ablation, runs: Sequence[Run], strategy: str = "ours") -> list[Run]:
    """The most runs of a strategy that differ in the ablation's settings and in nothing else; [] where nothing varies."""
    free = (FREE - {"strategy"}) | set(ablation.settings)
    sets: dict[str, list[Run]] = {}
    for run in runs:
        if run.config.strategy == strategy:
            sets.setdefault(repr(sorted(run.config.changed(free).items())), []).append(run)
    several = [
        found
        for found in sets.values()
        if len({_values(run.config, ablation) for run in found}) > 1
    ]
    return max(several, key=len, default=[])


def outcome(
    ablation: Ablation, runs: Sequence[Run], rows: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """COLUMNS, a row per value (and line), means over seeds at the last cycle that every value has reached; and that cycle.
    Numbers in their order, words by the alphabet; n: seeds that have a value.
    `rows`: of these runs and one task, columns run, cycle, value."""
    settings = {run.name: _values(run.config, ablation) for run in runs}
    named = rows[rows["run"].isin(settings)].assign(
        setting=lambda found: found["run"].map(settings)
    )
    if named.empty:
        return pd.DataFrame(columns=list(COLUMNS)), 0
    common = int(named.groupby("setting")["cycle"].max().min())
    at = (
        named[named["cycle"] == common]
        .groupby("setting")
        .agg(mean=("value", "mean"), spread=("value", "std"), n=("value", "count"))
        .reset_index()
    )
    at = at.sort_values(
        "setting", key=lambda column: column.map(lambda setting: tuple(map(_order, setting)))
    )
    at["value"] = [values[0] for values in at["setting"]]
    at["line"] = [values[1] if len(values) > 1 else "" for values in at["setting"]]
    return at[list(COLUMNS)], common


def _order(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return inf, text


def _values(config: Config, ablation: Ablation) -> tuple[str, ...]:
    return tuple(str(getattr(config, name)) for name in ablation.settings)
