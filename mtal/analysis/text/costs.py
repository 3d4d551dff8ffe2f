"""What each strategy costs in computing time, for people."""

from collections.abc import Callable, Sequence

import pandas as pd

from mtal.analysis.tables.costs import spent
from mtal.analysis.tables.run_groups import on_all_labels, titles
from mtal.runs.store.run import Run

MOST = "≤ "  # before a time that is known from above only
SHARED_TIME = " ≤: these runs measured more signals than their strategy needs, in the same stage; it costs less alone."
NO_TIMES = "No cycle is complete, so no time is known."
METHOD = (
    "Means over cycles and seeds, of the cycles that every line has completed. Selection: what the strategy itself needs "
    "to choose, with its own signals and networks. Runs that shared a machine with others took longer than alone."
)


def per_cycle(found: pd.DataFrame) -> pd.DataFrame:
    """Index group; columns training and selection: mean seconds of a cycle, over the cycles that have such a stage, as texts.

    `found`: as `spent` gives it, with the column group. `≤`: some of that time was for signals which the strategy does not need.
    """
    mean = found.groupby(["group", "kind"]).agg(mean=("seconds", "mean"), exact=("exact", "all"))
    mean["told"] = [
        ("" if exact else MOST) + f"{value:.3g}"
        for value, exact in zip(mean["mean"], mean["exact"], strict=True)
    ]
    return mean["told"].unstack("kind").reindex(columns=["training", "selection"]).fillna("–")


def shared_note(times: pd.DataFrame) -> str:
    """SHARED_TIME where some time is known from above only, else ""."""
    return (
        SHARED_TIME if any(str(text).startswith(MOST) for text in times.to_numpy().ravel()) else ""
    )


def table(
    runs: Sequence[Run], seconds: Callable[[Run], pd.DataFrame] = Run.seconds
) -> pd.DataFrame:
    """A row per line, empty where no cycle is complete. `seconds`: what reads those of one run."""
    counted = comparable(runs)
    if not counted:
        return pd.DataFrame()
    named, tables = titles([run for run, _ in counted]), []
    rows = []
    for run, cycles in counted:
        of_run = seconds(run)
        of_run = of_run[of_run["cycle"] < cycles]
        tables.append(spent(run, of_run).assign(group=named[run.config.group]))
        rows.append(
            {
                "group": named[run.config.group],
                "hours": of_run["seconds"].sum() / 3600,
                "cycles": cycles,
                "device": str(run.facts.device_name),
            }
        )
    shown = per_cycle(pd.concat(tables)).join(
        pd.DataFrame(rows)
        .groupby("group")
        .agg(
            hours=("hours", _mean),
            cycles=("cycles", "max"),
            n=("hours", "size"),
            device=("device", lambda names: ", ".join(sorted(set(names)))),
        )
    )
    return shown.rename(
        columns={
            "training": "training, s per cycle",
            "selection": "selection, s per cycle",
            "hours": "all stages, h per run",
        }
    ).reset_index(names="strategy")


def comparable(runs: Sequence[Run]) -> list[tuple[Run, int]]:
    """Runs with as many of their cycles as count: those that every line has completed, since later ones take longer. Runs that
    have not come so far are left out; a run on all labels counts whole."""
    whole = [(run, 1) for run in runs if on_all_labels(run.config) and run.cycles_done()]
    done = {
        run.name: run.cycles_done()
        for run in runs
        if not on_all_labels(run.config) and run.cycles_done()
    }
    curves, most = [run for run in runs if run.name in done], dict[str, int]()
    for run in curves:
        most[run.config.group] = max(done[run.name], most.get(run.config.group, 0))
    common = min(most.values(), default=0)
    return [(run, common) for run in curves if done[run.name] >= common] + whole


def _mean(hours: pd.Series) -> str:
    return f"{hours.mean():.3g}" + (f" ± {hours.std():.2g}" if len(hours) > 1 else "")
