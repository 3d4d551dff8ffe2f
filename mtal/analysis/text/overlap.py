"""How much alike the picks of strategies and seeds are, for people."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.analysis.tables.run_groups import bought_images
from mtal.runs.store.run import Run

METHOD = (
    "Jaccard: images that both picked, divided by all that either picked; the random start is left out. In brackets: the "
    "mean for two random sets of these sizes; of two seeds with starts of their own, from the whole pool. Seeds that "
    "overlap hardly more than chance say that the choice hangs on the training's randomness."
)
NO_PICKS = "No complete cycle of these runs has picked a batch yet."
NO_PAIRS = (
    "No two of these runs can be compared at this cycle: they share neither seed nor strategy."
)


def picked(
    runs: Sequence[Run], table: Callable[[Run], pd.DataFrame] = bought_images
) -> pd.DataFrame:
    """Columns: group, seed, cycle, id; a row per image that was bought after the start. `table`: what reads those of one run."""
    tables = [table(run).assign(group=run.config.group, seed=run.config.seed) for run in runs]
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return found[["group", "seed", "cycle", "id"]] if len(found) else pd.DataFrame()


def so_far(picks: pd.DataFrame, cycle: int) -> pd.DataFrame:
    """All picks up to a cycle as one batch of it; of the runs that have come to it."""
    come = picks.groupby(["group", "seed"])["cycle"].transform("max") >= cycle
    return picks[come & (picks["cycle"] <= cycle)].assign(cycle=cycle)


def choice_of(runs: Sequence[Run], between_seeds: bool = False) -> int:
    """How many images two runs could both choose from; of runs on different data, in the one that had the most.

    Images of the start are left out, but for those that lacked a label and could be picked for it. between_seeds: where starts
    differ, as random ones of different seeds do, any image can be picked by any run: all of the pool.
    """
    known = [run.facts for run in runs if run.facts.written]
    gone = [{*facts.start} - {image for image, _ in facts.start_lacks} for facts in known]
    if between_seeds and any(one != gone[0] for one in gone):
        gone = [set()] * len(known)
    return max(len(facts.pool) - len(one) for facts, one in zip(known, gone, strict=True))


def in_square(
    here: pd.DataFrame, named: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Overlaps at one cycle as a square, what is told of each cell, and what stands in it: by chance in brackets."""
    groups = list(dict.fromkeys([*here["one"], *here["other"]]))
    values, words, texts = (
        pd.DataFrame(empty, groups, groups, dtype=object) for empty in (np.nan, "", "")
    )
    columns = (here[name] for name in ("one", "other", "mean", "chance", "pairs"))
    for one, other, mean, chance, pairs in zip(*columns, strict=True):
        values.loc[one, other] = values.loc[other, one] = mean
        words.loc[one, other] = words.loc[other, one] = (
            f"{mean:.3f}, by chance {chance:.3f}, over {pairs} seed{'s' * (pairs != 1)}"
        )
        texts.loc[one, other] = texts.loc[other, one] = f"{mean:.2f} ({chance:.2f})"
    values, words, texts = (
        table.rename(index=named, columns=named) for table in (values.astype(float), words, texts)
    )
    return values, words, texts


def told(here: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Which two are the most alike. `here` as `between_groups` gives it, of one cycle."""
    top = here.sort_values("mean", ascending=False).iloc[0]
    return f"The most alike are {named[top['one']]} and {named[top['other']]}: {top['mean']:.2f}"


def pairs_table(here: pd.DataFrame, named: Mapping[str, str]) -> pd.DataFrame:
    """`between_groups` of one cycle for people."""
    return pd.DataFrame(
        {"one": here["one"].map(named), "other": here["other"].map(named), **_overlaps(here)}
    )


def seeds_table(same: pd.DataFrame, named: Mapping[str, str]) -> pd.DataFrame:
    """`between_seeds` of one cycle for people."""
    return pd.DataFrame({"strategy": same["group"].map(named), **_overlaps(same)}).rename(
        columns={"pairs": "pairs of seeds"}
    )


def _overlaps(found: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "overlap": found["mean"].map("{:.3f}".format),
        "by chance": found["chance"].map("{:.3f}".format),
        "pairs": found["pairs"],
    }
