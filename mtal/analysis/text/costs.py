"""What each strategy costs in computing time, for people."""

from collections.abc import Callable, Sequence

import pandas as pd

from mtal.analysis.tables.costs import cycle_costs
from mtal.analysis.tables.run_groups import on_all_labels, titles
from mtal.runs.store.run import Run

MOST = "≤ "  # before a time that is known from above only
SHARED_TIME = (
    " ≤: these runs measured more signals than their strategy needs, in the same stage; "
    "it costs less alone."
)
NO_TIMES = "No cycle is complete, so no time is known."
METHOD = (
    "Means over cycles and seeds, of the cycles that every line has completed. Selection: what the "
    "strategy itself needs to choose, with its own signals and networks. Runs that shared a "
    "machine with others took longer than alone."
)


def per_cycle(costs: pd.DataFrame) -> pd.DataFrame:
    """Average the seconds of a cycle, as texts: index group, columns training and selection.

    The mean is over the cycles that have such a stage. `≤`: some of that time was for signals
    which the strategy does not need.

    costs: as of `cycle_costs`, with the column group.
    """
    mean = costs.groupby(["group", "kind"]).agg(mean=("seconds", "mean"), exact=("exact", "all"))
    mean["text"] = [
        f"{value:.3g}" if exact else f"{MOST}{value:.3g}"
        for value, exact in zip(mean["mean"], mean["exact"], strict=True)
    ]
    return (
        mean["text"]
        .unstack("kind")
        .reindex(columns=["training", "selection"], fill_value="–")
        .fillna("–")
    )


def shared_note(times: pd.DataFrame) -> str:
    """SHARED_TIME where some time is known from above only, else ""."""
    cells = times.to_numpy().ravel()
    return SHARED_TIME if any(str(cell).startswith(MOST) for cell in cells) else ""


def table(
    runs: Sequence[Run], seconds: Callable[[Run], pd.DataFrame] = Run.seconds
) -> pd.DataFrame:
    """Make a row per line; empty where no cycle is complete.

    seconds: reads those of one run.
    """
    counted = counted_cycles(runs)
    if not counted:
        return pd.DataFrame()
    named = titles([run for run, _ in counted])
    tables, rows = [], []
    for run, cycles in counted:
        group, stages = named[run.config.group], seconds(run)
        stages = stages[stages["cycle"] < cycles]
        tables.append(cycle_costs(run, stages).assign(group=group))
        hours = stages["seconds"].sum() / 3600
        device = str(run.facts.device_name)
        rows.append({"group": group, "hours": hours, "cycles": cycles, "device": device})
    by_line = pd.DataFrame(rows).groupby("group")
    whole = by_line.agg(
        hours=("hours", _mean),
        cycles=("cycles", "max"),
        n=("hours", "size"),
        device=("device", lambda names: ", ".join(sorted(set(names)))),
    )
    shown = per_cycle(pd.concat(tables)).join(whole)
    columns = {
        "training": "training, s per cycle",
        "selection": "selection, s per cycle",
        "hours": "all stages, h per run",
    }
    return shown.rename(columns=columns).reset_index(names="strategy")


def counted_cycles(runs: Sequence[Run]) -> list[tuple[Run, int]]:
    """Say how many cycles of each run count: those that every line has completed.

    Later cycles take longer. Runs that have not come so far are left out; a run on all labels
    counts whole.
    """
    done = {run.name: run.cycles_done() for run in runs}
    with_cycles = [run for run in runs if done[run.name]]
    whole = [(run, 1) for run in with_cycles if on_all_labels(run.config)]
    curves = [run for run in with_cycles if not on_all_labels(run.config)]
    most: dict[str, int] = {}
    for run in curves:
        most[run.config.group] = max(done[run.name], most.get(run.config.group, 0))
    common = min(most.values(), default=0)
    return [(run, common) for run in curves if done[run.name] >= common] + whole


def _mean(hours: pd.Series) -> str:
    mean = f"{hours.mean():.3g}"
    return f"{mean} ± {hours.std():.2g}" if len(hours) > 1 else mean
