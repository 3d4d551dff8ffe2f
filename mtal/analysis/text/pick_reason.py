"""Why an image was picked or not, in one sentence made of stored numbers. Pure: frames and settings in, text out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.analysis.numbers import figures, ordinal, pool_percentile
from mtal.config import Config
from mtal.runs.store.pool_table import (
    deciding_member,
    driving_task,
    normalised_column,
    normalised_tasks,
)

LEVEL = 10.0  # percentile points within which two terms count as equally low


def why(
    pool: pd.DataFrame,
    image: int,
    cycle: int,
    config: Config,
    strategy_title: str,
    earlier: str = "",
    bought: Sequence[str] = (),
    unwanted: bool = False,
) -> str:
    """The sentence. `pool` as `Run.pool` gives it, `image` a position in it.

    `earlier`: how an image that was labelled before came to be ("picked 3rd in cycle 0"). `bought`: the tasks whose labels
    were bought with this pick, where they are not all of them. `unwanted`: people had rejected it before the cycle began.
    """
    row = pool.iloc[image]
    if row["picked"]:
        part = f", for {' and '.join(bought)} only" if bought else ""
        head = f"Picked {ordinal(int(row['rank']))} of {int(pool['picked'].sum()):,} in cycle {cycle}{part}"
        reason = (
            _score_text(pool, image, config)
            if _scored(pool, image)
            else _by_chance(strategy_title, config)
        )
        return f"{head}. {reason}"
    if not row["open"]:
        if unwanted:
            return f"It could not be picked: people had rejected it when cycle {cycle} began."
        if not row["labelled"]:
            return "It could not be picked: there is no label of it to be had."
        return f"Already labelled when cycle {cycle} picked{f': {earlier}' if earlier else ''}. Nothing was left to pick here."
    free = int(pool["open"].sum())
    if not _scored(pool, image):
        return (
            f"Not picked in cycle {cycle}. {strategy_title} took {int(pool['picked'].sum()):,} of {free:,} {left(pool)} "
            f"images and not this one. {_by_chance(strategy_title, config)}"
        )
    if not row["rank"]:
        return f"Not picked in cycle {cycle}. {_score_text(pool, image, config)}"
    return (
        f"Not picked in cycle {cycle}: rank {int(row['rank']):,} of {free:,}, where the first {int(pool['picked'].sum()):,} "
        f"were taken. {_score_text(pool, image, config)} {_what_was_low(pool, image, config)}"
    ).strip()


def left(pool: pd.DataFrame) -> str:
    """What the images were that could be picked."""
    return "not fully labelled" if (pool["open"] & pool["labelled"]).any() else "unlabelled"


def what_decisions_do(config: Config, settled: bool) -> str:
    """What comes of accepting and rejecting images of a batch. `settled`: the next cycle has begun with that batch."""
    if config.start == "random":
        return (
            "This run simulates: the labels of its batches were bought at once, so what you decide here changes exports, "
            "not the run."
        )
    if settled:
        return (
            "The next cycle has begun with this batch as people had decided by then. What you decide now is kept with your "
            "name, but changes neither the run nor the exports of this batch. Notes are always shown and exported."
        )
    return (
        "This run waits for labels. It does not wait for images that you reject, nor ask for them again; the next best take "
        "their place. The batch is settled when the next cycle begins."
    )


def _scored(pool: pd.DataFrame, image: int) -> bool:
    return "score" in pool and bool(np.isfinite(pool["score"].iloc[image]))


def _by_chance(strategy_title: str, config: Config) -> str:
    if config.strategy == "random":
        return (
            "Random gives every unlabelled image the same chance, so there is no score to explain."
        )
    return f"{strategy_title} stored no score for it."


def _score_text(pool: pd.DataFrame, image: int, config: Config) -> str:
    row = pool.iloc[image]
    cut = (
        f" Cut-off {figures(float(row['cutoff']))}."
        if "cutoff" in pool and np.isfinite(row["cutoff"])
        else ""
    )
    score = f"Score {figures(float(row['score']))}"
    if not {"inconsistency", "diversity"} <= set(pool.columns):
        return f"{score}.{cut}"
    spread = f"diversity {figures(float(row['diversity']))}"
    if config.terms == "diversity":
        return f"{score} = {spread}, the distance to the nearest labelled image, alone.{cut}"
    doubt = f"inconsistency {figures(float(row['inconsistency']))} ({_source(pool, image, config)})"
    return (
        f"{score} = {doubt} alone.{cut}"
        if config.terms == "inconsistency"
        else f"{score} = {doubt} × {spread}.{cut}"
    )


def _source(pool: pd.DataFrame, image: int, config: Config) -> str:
    """Which task, and which member of its committee, an inconsistency comes from."""
    names = normalised_tasks(pool)
    if config.across == "mean" and len(names) > 1:
        return "mean of " + ", ".join(
            f"{name} {figures(float(pool[normalised_column(name)].iloc[image]))}" for name in names
        )
    task = driving_task(pool, image)
    partner = deciding_member(pool, image, task, config.committee)
    if not partner:
        return f"{task}, {config.committee} over its committee"
    if partner not in names:
        return f"{task}, from its {partner} prediction"
    first, second = sorted((task, partner), key=names.index)
    return f"{task}, from the {first}-{second} pair"


def _what_was_low(pool: pd.DataFrame, image: int, config: Config) -> str:
    """For an image that was not picked: a neighbour took its place, or which term was low."""
    needed = {"inconsistency", "diversity", "diversity_start", "cutoff"}
    if config.terms != "product" or not needed <= set(pool.columns):
        return ""
    row, free = pool.iloc[image], pool[pool["open"]]
    before = float(row["inconsistency"] * row["diversity_start"])
    if before > row["cutoff"] and row["diversity"] < row["diversity_start"]:
        return (
            f"It began with diversity {figures(float(row['diversity_start']))} and score {figures(before)}, above the "
            "cut-off: then a similar image was picked, which took its place."
        )
    doubt = pool_percentile(free["inconsistency"], float(row["inconsistency"]))
    spread = pool_percentile(free["diversity"], float(row["diversity"]))
    where = f"inconsistency at the pool's {ordinal(round(doubt))} percentile, diversity at its {ordinal(round(spread))}"
    if abs(doubt - spread) <= LEVEL:
        return f"Neither term kept it out alone: {where}."
    return f"Its {'inconsistency' if doubt < spread else 'diversity'} was low: {where}."
