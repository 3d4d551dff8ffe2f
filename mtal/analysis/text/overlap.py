"""How similar the picks of strategies and seeds are, for people."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from mtal.analysis.numbers import count
from mtal.analysis.tables.run_groups import acquired_images
from mtal.config import Config
from mtal.runs.store.run import Run

METHOD = (
    "Jaccard: images that both picked, divided by all that either picked; the start is left out. "
    "In brackets: the mean for two random sets of these sizes, from the images that the starts "
    "leave. Two seeds with starts of their own have fewer of these in common; limits on the batch "
    "are not counted. If seeds overlap hardly more than chance, the choice depends on the "
    "randomness of the training."
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
    """Count the images of the pool by which chance is measured, in the data set with the most.

    For two runs with the same start it is what the start leaves, N. With starts of their own, which
    leave N and M images, K of them in common, two random batches of a and b images share
    a b K / (N M), as many as batches from a pool of N M / K. That is the mean over the pairs: about
    all images with random starts, fewer the more the starts have in common. Images of the start
    that lacked a label could be picked for it and count.

    between_seeds: whether pairs are two seeds of a group, else two groups with the same seed.
    """
    by_pool: dict[tuple[str, ...], list[tuple[Run, set[int]]]] = {}
    for run in runs:
        if run.facts.written:
            lacking = {image for image, _ in run.facts.start_lacks}
            by_pool.setdefault(run.facts.pool, []).append((run, {*run.facts.start} - lacking))
    return max(_of_a_pool(len(ids), members, between_seeds) for ids, members in by_pool.items())


def _of_a_pool(images: int, members: Sequence[tuple[Run, set[int]]], between_seeds: bool) -> int:
    """Count as `candidates`, of runs on one pool, each with the images that its start takes."""
    sizes = [
        _common_size(images, start, other)
        for (run, start), (second, other) in combinations(members, 2)
        if _is_pair(run.config, second.config, between_seeds)
    ]
    # at least what a run could choose from, so that no batch is larger
    largest = max(images - len(start) for _, start in members)
    return max(largest, round(float(np.mean(sizes)))) if sizes else largest


def _is_pair(first: Config, second: Config, between_seeds: bool) -> bool:
    same_group, same_seed = first.group == second.group, first.seed == second.seed
    return same_group and not same_seed if between_seeds else same_seed and not same_group


def _common_size(images: int, first: set[int], second: set[int]) -> float:
    """Size of the pool from which random batches overlap as they do beside these starts.

    Where the starts leave nothing in common, as if they left one image.
    """
    common = max(images - len(first | second), 1)
    return (images - len(first)) * (images - len(second)) / common


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
