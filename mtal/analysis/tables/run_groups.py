"""Runs that differ in the seed only are one line of a comparison: its title, and its rows."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.config import DRAWN_FIELDS, MACHINE_FIELDS, REPEAT_FIELDS, SELECTION, Config
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import LOSS, Run

# What runs of one comparison may differ in.
FREE = MACHINE_FIELDS | REPEAT_FIELDS | DRAWN_FIELDS | {"strategy"}
# Stages of a cycle whose time its own measurement needed.
BEFORE_MEASURED = ("load", "backbone", "guess", "train", "evaluate")
ALL_LABELS = "All labels"  # title of runs that trained once on the whole pool
ALL_OF_THE_POOL = 99.99  # percent, but for rounding
ACQUIRED = "acquired."  # columns acquired.<task>: labels of that task so far
# Our choice: relative prices of labels, where depth and normals come from a sensor. The paper has
# none.
PRICES = {
    "semseg": 1.0,
    "human_parts": 1.0,
    "edge": 0.5,
    "saliency": 0.3,
    "depth": 0.0,
    "normals": 0.0,
}


def family(runs: Sequence[Run]) -> list[Run]:
    """Find the finished and living runs that differ from the newest in strategy and seed only."""
    usable = [run for run in runs if run.status is Status.FINISHED or run.status.alive]
    if not usable:
        return []
    newest = usable[0].config.changed(FREE)
    return [run for run in usable if run.config.changed(FREE) == newest]


def titles(runs: Sequence[Run]) -> dict[str, str]:
    """Name each group by its strategy and the settings in which it differs from the others.

    Settings of data, network, training and budget are compared with all groups, those of the
    selection with groups of the same strategy only. Runs on all labels are no line of their
    strategy.
    """
    run_of, names = run_of_each_group(runs), {}
    whole = {group: on_all_labels(run.config) for group, run in run_of.items()}
    for group, run in run_of.items():
        others = [other.config for name, other in run_of.items() if whole[name] == whole[group]]
        same = [other for other in others if other.strategy == run.config.strategy]
        differing = [
            f"{name}={getattr(run.config, name)}"
            for name in Config.model_fields
            if name not in FREE and differs(name, same if _section(name) == SELECTION else others)
        ]
        title = ALL_LABELS if whole[group] else run.strategy_title
        names[group] = f"{title} [{', '.join(differing)}]" if differing else title
    return names


def run_of_each_group(runs: Sequence[Run]) -> dict[str, Run]:
    """Choose for each group its first run whose worker has written facts, else its first."""
    chosen: dict[str, Run] = {}
    for run in runs:
        if run.config.group not in chosen or (run.facts and not chosen[run.config.group].facts):
            chosen[run.config.group] = run
    return chosen


def on_all_labels(config: Config) -> bool:
    """Say whether a run trains once on the whole pool: no curve, but what can be reached."""
    return config.cycles == 1 and config.start_percent > ALL_OF_THE_POOL


def runs_with_cycles(runs: Sequence[Run]) -> list[Run]:
    """Select the runs with a complete cycle; all where none has one."""
    return [run for run in runs if run.cycles_done()] or list(runs)


def differs(name: str, configs: Sequence[Config]) -> bool:
    """Say whether a setting has more than one value."""
    return any(getattr(config, name) != getattr(configs[0], name) for config in configs)


def measured(run: Run) -> pd.DataFrame:
    """Add what each point cost to `Run.metrics`: columns hours and acquired.<task>.

    hours: of computing until it was measured, so earlier cycles whole, and of its own cycle
    loading, training and evaluation. acquired.<task>: labels of that task so far.
    """
    rows, seconds = run.metrics(), run.seconds()
    if rows.empty:
        return rows
    whole = seconds.groupby("cycle")["seconds"].sum()
    before = seconds[seconds["stage"].isin(BEFORE_MEASURED)].groupby("cycle")["seconds"].sum()
    own = before.reindex(whole.index, fill_value=0.0)
    hours = (whole.cumsum() - whole + own) / 3600
    labelled, counts = run.start_labels(), {}
    for number in range(run.cycles_done()):
        counts[number] = labelled.sum(axis=0)
        labelled[tuple(run.acquired(number).T)] = True
    columns = [f"{ACQUIRED}{task.name}" for task in run.tasks]
    table = pd.DataFrame.from_dict(counts, orient="index", columns=columns)
    return rows.assign(hours=rows["cycle"].map(hours)).join(table, on="cycle")


def acquired_images(run: Run) -> pd.DataFrame:
    """List the images of which a complete cycle acquired labels, the start left out.

    Columns: cycle, id.
    """
    ids = np.array(run.facts.pool, dtype=object)
    tables = [
        pd.DataFrame({"cycle": number, "id": ids[np.unique(run.acquired(number)[:, 0])]})
        for number in range(run.cycles_done())
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"cycle": [], "id": []})


def curve_rows(
    runs: Sequence[Run], table: Callable[[Run], pd.DataFrame] = measured
) -> pd.DataFrame:
    """Join the metrics of all runs that have any.

    Columns as of `measured`, and run, seed, group, title (of the group), name (of the task),
    strategy, variant (0 for the settings closest to the defaults), dataset, whole
    (`on_all_labels`), frozen (whether the backbone was).

    table: reads the metrics of one run.
    """
    tables = {run.name: table(run) for run in runs}
    tables = {name: metrics for name, metrics in tables.items() if not metrics.empty}
    if not tables:
        return pd.DataFrame()
    # Settings in which other runs differ do not belong into the titles of these.
    drawn = [run for run in runs if run.name in tables]
    names, variants = titles(drawn), _variants(drawn)
    about_runs = pd.DataFrame.from_records(
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
                "frozen": run.config.backbone_frozen,
            }
            for run in drawn
        ],
        index="run",
    )
    rows = pd.concat(tables, names=["run", None]).reset_index("run").reset_index(drop=True)
    rows = rows.rename(columns={"title": "name"}).join(about_runs, on="run")
    # A metric without a value (no valid pixel) is None on disk.
    return rows.assign(value=rows["value"].astype(float))


def with_costs(rows: pd.DataFrame, prices: Mapping[str, float]) -> pd.DataFrame:
    """Add the column cost: every acquired label at its price.

    prices: by task; a task without a price costs 1.
    """
    cost = np.zeros(len(rows))
    for column in map(str, rows):
        if column.startswith(ACQUIRED):
            price = prices.get(column.removeprefix(ACQUIRED), 1.0)
            cost += rows[column].fillna(0).to_numpy(float) * price
    return rows.assign(cost=cost)


def split_all_labels(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Separate the rows of curves from the rows of runs `on_all_labels`."""
    return (rows, rows) if rows.empty else (rows[~rows["whole"]], rows[rows["whole"]])


def tasks_in_order(rows: pd.DataFrame) -> list[str]:
    """List the multi-task loss, then the tasks."""
    return [LOSS, *[str(task) for task in rows["task"].unique() if task != LOSS]]


def _variants(runs: Sequence[Run]) -> dict[str, int]:
    """Number the groups of each strategy: 0 for the settings closest to the defaults."""
    by_strategy: dict[str, dict[str, int]] = {}
    for run in runs:
        changes = by_strategy.setdefault(run.config.strategy, {})
        changes[run.config.group] = len(run.config.changed(FREE))
    variants: dict[str, int] = {}
    for changes in by_strategy.values():
        ordered = sorted((number, group) for group, number in changes.items())
        variants |= {group: variant for variant, (_, group) in enumerate(ordered)}
    return variants


def _section(name: str) -> str:
    extra = Config.model_fields[name].json_schema_extra
    return str(extra["section"]) if isinstance(extra, dict) else ""
