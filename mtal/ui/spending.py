"""What each strategy costs: seconds of a cycle for training and for choosing, and the whole computing time so far."""
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.runs.costs import spent
from mtal.runs.lines import titles
from mtal.runs.run import Run
from mtal.ui import loaders

MOST = "≤ "                                                 # before a time that is known from above only
SHARED_TIME = " ≤: these runs measured more signals than their strategy needs, in the same stage; it costs less alone."


def show_spending(runs: Sequence[Run], page: str) -> None:
    """A row per line."""
    named, begun = titles(runs), [run for run in runs if run.cycles_done()]
    tables = [spent(run, loaders.seconds(run)).assign(group=named[run.config.group]) for run in begun]
    if not tables:
        st.info("No cycle is complete, so no time is known.", icon=":material/hourglass_empty:")
        return
    times = per_cycle(pd.concat(tables, ignore_index=True))
    whole = pd.DataFrame({"group": named[run.config.group], "hours": loaders.seconds(run)["seconds"].sum() / 3600,
                          "cycles": run.cycles_done(), "device": str(run.facts.get("device_name", ""))} for run in begun)
    shown = times.join(whole.groupby("group").agg(
        hours=("hours", lambda hours: f"{hours.mean():.3g}"), cycles=("cycles", "max"), runs=("hours", "size"),
        device=("device", lambda names: ", ".join(sorted(set(names))))))
    st.dataframe(shown.rename(columns={"training": "training, s per cycle", "selection": "selection, s per cycle",
                                       "hours": "all stages, h per run"}).reset_index(names="strategy"),
                 key=f"{page}.spending", hide_index=True, height="content", alt="Seconds per cycle and strategy")
    shared = SHARED_TIME if any(str(text).startswith(MOST) for text in times.to_numpy().ravel()) else ""
    st.caption(f"Means over cycles and seeds. Selection: what the strategy itself needs to choose, with its own signals and "
               f"networks.{shared}")


def per_cycle(found: pd.DataFrame) -> pd.DataFrame:
    """Index group; columns training and selection: mean seconds of a cycle, over the cycles that have such a stage, as texts.

    `found`: as `spent` gives it, with the column group. `≤`: some of that time was for signals which the strategy does not need.
    """
    mean = found.groupby(["group", "kind"]).agg(mean=("seconds", "mean"), exact=("exact", "all"))
    mean["told"] = [("" if exact else MOST) + f"{value:.3g}" for value, exact in zip(mean["mean"], mean["exact"], strict=True)]
    return mean["told"].unstack("kind").reindex(columns=["training", "selection"]).fillna("–")
