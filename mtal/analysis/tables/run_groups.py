"""Lines of a comparison: runs that differ in nothing but the seed are one line. What it is called, and its numbers as rows."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.config import DRAWN_FIELDS, MACHINE_FIELDS, REPEAT_FIELDS, SELECTION, Config
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS, Run

FREE = (
    MACHINE_FIELDS | REPEAT_FIELDS | DRAWN_FIELDS | {"strategy"}
)  # what runs of one comparison may differ in
BEFORE_MEASURED = (
    "load",
    "guess",
    "train",
    "evaluate",
)  # stages of a cycle whose time its own measurement needed
ALL_LABELS = "All labels"  # title of runs that trained once on the whole pool
ALL_OF_THE_POOL = 99.99  # percent, but for rounding
BOUGHT = "bought."  # columns bought.<task>: labels of that task so far
# Our choice: relative prices of labels, where depth and normals come from a sensor. The paper has none.
PRICES = {
    "semseg": 1.0,
    "human_parts": 1.0,
    "edge": 0.5,
    "saliency": 0.3,
    "depth": 0.0,
    "normals": 0.0,
}


def family(runs: Sequence[Run]) -> list[Run]:
    """The finished and living runs that differ from the newest one in strategy and seed only."""
    usable = [run for run in runs if run.status is Status.FINISHED or run.status.alive]
    if not usable:
        return []
    like = usable[0].config.changed(FREE)
    return [run for run in usable if run.config.changed(FREE) == like]


def titles(runs: Sequence[Run]) -> dict[str, str]:
    """Group -> strategy and the settings in which it differs from the others: all of them for data, network, training and
    budget, those of the selection only against groups of the same strategy. Runs on all labels are no line of their strategy."""
    every, found = one_of_each(runs), {}
    kinds = {group: on_all_labels(run.config) for group, run in every.items()}
    for group, run in every.items():
        others = [other.config for name, other in every.items() if kinds[name] == kinds[group]]
        same = [other for other in others if other.strategy == run.config.strategy]
        differing = [
            name
            for name in Config.model_fields
            if name not in FREE and differs(name, same if _section(name) == SELECTION else others)
        ]
        told = ", ".join(f"{name}={getattr(run.config, name)}" for name in differing)
        title = ALL_LABELS if kinds[group] else run.strategy_title
        found[group] = f"{title} [{told}]" if told else title
    return found


def one_of_each(runs: Sequence[Run]) -> dict[str, Run]:
    """Group -> the first of its runs whose worker has written down what it found, else its first."""
    found: dict[str, Run] = {}
    for run in runs:
        if run.config.group not in found or (run.facts and not found[run.config.group].facts):
            found[run.config.group] = run
    return found


def on_all_labels(config: Config) -> bool:
    """Whether a run trains once on the whole pool: no curve, but what can be reached."""
    return config.cycles == 1 and config.start_percent > ALL_OF_THE_POOL


def begun(runs: Sequence[Run]) -> list[Run]:
    """Those with a complete cycle; all where none has one. What the others will differ in tells nothing about these."""
    return [run for run in runs if run.cycles_done()] or list(runs)


def differs(name: str, configs: Sequence[Config]) -> bool:
    """Whether a setting has more than one value."""
    return any(getattr(config, name) != getattr(configs[0], name) for config in configs)


def measured(run: Run) -> pd.DataFrame:
    """`Run.metrics` with what each point cost. Further columns: hours (computing until it was measured: earlier cycles whole,
    of its own cycle loading, training and evaluation), and bought.<task>, task labels so far."""
    rows, seconds = run.metrics(), run.seconds()
    if rows.empty:
        return rows
    whole = seconds.groupby("cycle")["seconds"].sum()
    own = (
        seconds[seconds["stage"].isin(BEFORE_MEASURED)]
        .groupby("cycle")["seconds"]
        .sum()
        .reindex(whole.index, fill_value=0.0)
    )
    hours = (whole.cumsum() - whole + own) / 3600
    labelled, names = run.start(), [task.name for task in run.tasks]
    counts = {}
    for number in range(run.cycles_done()):
        counts[number] = labelled.sum(axis=0)
        labelled[tuple(run.bought(number).T)] = True
    table = pd.DataFrame.from_dict(
        counts, orient="index", columns=[f"{BOUGHT}{name}" for name in names]
    )
    return rows.assign(hours=rows["cycle"].map(hours)).join(table, on="cycle")


def bought_images(run: Run) -> pd.DataFrame:
    """A row per image that a complete cycle bought labels of, the start left out. Columns: cycle, id."""
    ids = np.array(run.facts.pool, dtype=object)
    tables = [
        pd.DataFrame({"cycle": number, "id": ids[np.unique(run.bought(number)[:, 0])]})
        for number in range(run.cycles_done())
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"cycle": [], "id": []})


def curve_rows(
    runs: Sequence[Run], table: Callable[[Run], pd.DataFrame] = measured
) -> pd.DataFrame:
    """The metrics of all runs. Columns as in `measured`, and run, seed, group, title (of the group), name (of the task),
    strategy, variant (0 for the settings closest to the defaults), dataset, whole (`on_all_labels`). `table`: what reads those of
    one run."""
    tables = {run.name: found for run in runs if not (found := table(run)).empty}
    if not tables:
        return pd.DataFrame()
    rows = (
        pd.concat(tables, names=["run", None])
        .reset_index("run")
        .reset_index(drop=True)
        .rename(columns={"title": "name"})
    )
    drawn = [
        run for run in runs if run.name in tables
    ]  # settings in which others differ tell nothing about these
    names, variants = titles(drawn), _variants(drawn)
    told = pd.DataFrame.from_records(
        [
            {
                "run": run.name,
                "seed": run.config.seed,
                "group": run.config.group,
                "title": names[run.config.group],
                "strategy": run.config.strategy,
                "variant": variants[run.config.group],
                "dataset": run.config.dataset,
                "whole": on_all_labels(run.config),
            }
            for run in drawn
        ],
        index="run",
    )
    rows = rows.join(told, on="run")
    return rows.assign(
        value=rows["value"].astype(float)
    )  # a metric without a value (no valid pixel) is None on disk


def priced(rows: pd.DataFrame, prices: Mapping[str, float]) -> pd.DataFrame:
    """`rows` with the column cost: every task label bought, at its price; a task without a price costs 1."""
    bought = [column for column in rows if str(column).startswith(BOUGHT)]
    cost = np.zeros(len(rows))
    for column in bought:
        cost += rows[column].fillna(0).to_numpy(float) * prices.get(
            str(column).removeprefix(BOUGHT), 1.0
        )
    return rows.assign(cost=cost)


def apart(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of curves, and rows of runs `on_all_labels`: those are no curve but what can be reached."""
    return (rows, rows) if rows.empty else (rows[~rows["whole"]], rows[rows["whole"]])


def tasks_in_order(rows: pd.DataFrame) -> list[str]:
    """The multi-task loss first, then the tasks."""
    return [LOSS, *[str(task) for task in rows["task"].unique() if task != LOSS]]


def _variants(runs: Sequence[Run]) -> dict[str, int]:
    """Group -> 0, 1, ... among the groups of one strategy; the one closest to the defaults keeps the strategy's own look."""
    by_strategy: dict[str, dict[str, int]] = {}
    for run in runs:
        by_strategy.setdefault(run.config.strategy, {})[run.config.group] = len(
            run.config.changed(FREE)
        )
    return {
        group: place
        for groups in by_strategy.values()
        for place, group in enumerate(sorted(groups, key=lambda group: (groups[group], group)))
    }


def _section(name: str) -> str:
    extra = Config.model_fields[name].json_schema_extra
    return str(extra["section"]) if isinstance(extra, dict) else ""
