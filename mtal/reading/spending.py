"""What each strategy costs in computing time, for people."""
from collections.abc import Callable, Sequence

import pandas as pd

from mtal.runs.costs import spent
from mtal.runs.lines import titles
from mtal.runs.run import Run

MOST = "≤ "                                                 # before a time that is known from above only
SHARED_TIME = " ≤: these runs measured more signals than their strategy needs, in the same stage; it costs less alone."
NO_TIMES = "No cycle is complete, so no time is known."
METHOD = "Means over cycles and seeds. Selection: what the strategy itself needs to choose, with its own signals and networks."


def per_cycle(found: pd.DataFrame) -> pd.DataFrame:
    """Index group; columns training and selection: mean seconds of a cycle, over the cycles that have such a stage, as texts.

    `found`: as `spent` gives it, with the column group. `≤`: some of that time was for signals which the strategy does not need.
    """
    mean = found.groupby(["group", "kind"]).agg(mean=("seconds", "mean"), exact=("exact", "all"))
    mean["told"] = [("" if exact else MOST) + f"{value:.3g}" for value, exact in zip(mean["mean"], mean["exact"], strict=True)]
    return mean["told"].unstack("kind").reindex(columns=["training", "selection"]).fillna("–")


def shared_note(times: pd.DataFrame) -> str:
    """SHARED_TIME where some time is known from above only, else ""."""
    return SHARED_TIME if any(str(text).startswith(MOST) for text in times.to_numpy().ravel()) else ""


def table(runs: Sequence[Run], seconds: Callable[[Run], pd.DataFrame] = Run.seconds) -> pd.DataFrame:
    """A row per line, empty where no cycle is complete. `seconds`: what reads those of one run."""
    named, begun = titles(runs), [run for run in runs if run.cycles_done()]
    if not begun:
        return pd.DataFrame()
    tables = {run.name: seconds(run) for run in begun}
    times = per_cycle(pd.concat([spent(run, tables[run.name]).assign(group=named[run.config.group]) for run in begun]))
    whole = pd.DataFrame({"group": named[run.config.group], "hours": tables[run.name]["seconds"].sum() / 3600,
                          "cycles": run.cycles_done(), "device": str(run.facts.get("device_name", ""))} for run in begun)
    shown = times.join(whole.groupby("group").agg(
        hours=("hours", lambda hours: f"{hours.mean():.3g}"), cycles=("cycles", "max"), runs=("hours", "size"),
        device=("device", lambda names: ", ".join(sorted(set(names))))))
    return shown.rename(columns={"training": "training, s per cycle", "selection": "selection, s per cycle",
                                 "hours": "all stages, h per run"}).reset_index(names="strategy")
