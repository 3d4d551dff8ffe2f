"""How similar the picks of strategies and seeds are, for people."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.analysis.numbers import count
from mtal.analysis.tables.run_groups import acquired_images
from mtal.runs.store.run import Run

METHOD = (
    "Jaccard: images that both picked, divided by all that either picked; the start is left out. "
    "In brackets: the mean for two random sets of these sizes (for two seeds with random "
    "starts of their own, from the whole pool). If seeds overlap hardly more than chance, the "
    "choice depends on the randomness of the training."
)
NO_PICKS = "No complete cycle of these runs has picked a batch yet."
NO_PAIRS = (
    "No two of these runs can be compared at this cycle: they share neither seed nor strategy."
)


def acquired_by_group(
    runs: Sequence[Run], table: Callable[[Run], pd.DataFrame] = acquired_images
) -> pd.DataFrame:
    """List the images that runs labelled after the start: columns group, seed, cycle, id.

    table: reads those of one run.
    """
    tables = [table(run).assign(group=run.config.group, seed=run.config.seed) for run in runs]
    picks = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return picks[["group", "seed", "cycle", "id"]] if len(picks) else pd.DataFrame()


def picks_up_to(picks: pd.DataFrame, cycle: int) -> pd.DataFrame:
    """Keep the picks up to a cycle as one batch, of the runs that have reached that cycle.

    picks: columns group, seed and cycle. Returns its rows with that cycle in all of them.
    """
    reached = picks.groupby(["group", "seed"])["cycle"].transform("max") >= cycle
    return picks[reached & (picks["cycle"] <= cycle)].assign(cycle=cycle)


def candidates(runs: Sequence[Run], between_seeds: bool = False) -> int:
    """Count the images that two runs could both choose from, in the data set with the most.

    Images of the start are left out, but for those that lacked a label and could be picked for it.

    between_seeds: where starts differ, as random ones of different seeds do, each image of the pool
    can be picked by some run, so all count.
    """
    facts_of_runs = [run.facts for run in runs if run.facts.written]
    fully_labelled = [
        {*facts.start} - {image for image, _ in facts.start_lacks} for facts in facts_of_runs
    ]
    if between_seeds and any(images != fully_labelled[0] for images in fully_labelled):
        fully_labelled = [set()] * len(facts_of_runs)
    return max(
        len(facts.pool) - len(images)
        for facts, images in zip(facts_of_runs, fully_labelled, strict=True)
    )


def square_tables(
    overlaps: pd.DataFrame, named: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Arrange the overlaps as squares, strategy against strategy.

    Returns the values, the words of each cell, and its text with the value of chance in brackets.

    overlaps: as of `between_groups`, of one cycle.
    named: group -> title.
    """
    groups = list(dict.fromkeys([*overlaps["one"], *overlaps["other"]]))
    values = pd.DataFrame(np.nan, groups, groups)
    words = pd.DataFrame("", groups, groups, dtype=object)
    texts = words.copy()
    columns = (overlaps[name] for name in ("one", "other", "mean", "chance", "pairs"))
    for first, second, mean, chance, pairs in zip(*columns, strict=True):
        for row, column in ((first, second), (second, first)):
            seeds = count(pairs, "seed")
            values.loc[row, column] = mean
            words.loc[row, column] = f"{mean:.3f}, by chance {chance:.3f}, over {seeds}"
            texts.loc[row, column] = f"{mean:.2f} ({chance:.2f})"
    titled = [table.rename(index=named, columns=named) for table in (values, words, texts)]
    return titled[0], titled[1], titled[2]


def summary(overlaps: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Name the two groups with the most similar picks.

    overlaps: as of `between_groups`, of one cycle. named: group -> title.
    """
    top = overlaps.sort_values("mean", ascending=False).iloc[0]
    return f"The most similar are {named[top['one']]} and {named[top['other']]}: {top['mean']:.2f}"


def pairs_table(overlaps: pd.DataFrame, named: Mapping[str, str]) -> pd.DataFrame:
    """Format `between_groups` of one cycle."""
    return pd.DataFrame(
        {
            "strategy": overlaps["one"].map(named),
            "and": overlaps["other"].map(named),
            **_numbers(overlaps),
        }
    )


def seeds_table(overlaps: pd.DataFrame, named: Mapping[str, str]) -> pd.DataFrame:
    """Format `between_seeds` of one cycle."""
    table = pd.DataFrame({"strategy": overlaps["group"].map(named), **_numbers(overlaps)})
    return table.rename(columns={"pairs": "pairs of seeds"})


def _numbers(overlaps: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "overlap": overlaps["mean"].map("{:.3f}".format),
        "by chance": overlaps["chance"].map("{:.3f}".format),
        "pairs": overlaps["pairs"],
    }
