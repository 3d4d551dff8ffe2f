"""Why an image was picked or not, in one sentence made of stored numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mtal.analysis.numbers import count, figures, listed, ordinal, pool_percentile
from mtal.config import Config
from mtal.runs.store.pool_table import (
    deciding_member,
    driving_task,
    normalised_column,
    normalised_tasks,
    trust_column,
)

LEVEL = 10.0  # percentile points within which two terms count as equally low


@dataclass(frozen=True)
class PoolCycle:
    """The pool of a cycle, and what picked from it."""

    pool: pd.DataFrame  # as of `Run.pool`
    cycle: int
    config: Config
    strategy_title: str

    @property
    def open_count(self) -> int:
        """How many images could be picked."""
        return int(self.pool["open"].sum())

    @property
    def picked_count(self) -> int:
        """How many images were picked."""
        return int(self.pool["picked"].sum())


@dataclass(frozen=True)
class ImageHistory:
    """What the pool table does not tell of an image."""

    earlier: str = ""  # when it was labelled before: "picked 3rd in cycle 0"
    acquired_tasks: Sequence[str] = ()  # tasks of this pick, where they are not all of them
    rejected: bool = False  # people had rejected it before the cycle began


NO_HISTORY = ImageHistory()


def pick_reason(scored: PoolCycle, image: int, history: ImageHistory = NO_HISTORY) -> str:
    """Say why a cycle picked an image or not. image: position in the pool."""
    row = scored.pool.iloc[image]
    if row["picked"]:
        return _why_picked(scored, image, history)
    if not row["open"]:
        return _why_not_open(scored, image, history)
    start = f"Not picked in cycle {scored.cycle}"
    if not _has_score(scored.pool, image):
        return (
            f"{start}. {scored.strategy_title} took {scored.picked_count:,} of "
            f"{scored.open_count:,} {candidate_word(scored.pool)} images and not this one. "
            f"{_no_score(scored)}"
        )
    if not row["rank"]:
        return f"{start}. {_score_text(scored, image)}"
    sentences = [
        f"{start}: rank {int(row['rank']):,} of {scored.open_count:,}, where the first "
        f"{scored.picked_count:,} were taken.",
        _score_text(scored, image),
        _what_was_low(scored, image),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def candidate_word(pool: pd.DataFrame) -> str:
    """Say what the images were that could be picked."""
    return "not fully labelled" if (pool["open"] & pool["labelled"]).any() else "unlabelled"


def review_effect(config: Config, settled: bool) -> str:
    """Say what accepting and rejecting the images of a batch does.

    settled: the next cycle has begun with that batch.
    """
    if not config.by_people:
        return (
            "This run simulates: its batches were labelled at once, so what you decide here "
            "changes exports, not the run."
        )
    if settled:
        return (
            "The next cycle has begun with this batch as people had decided by then. What you "
            "decide now is kept with your name, but changes neither the run nor the exports of "
            "this batch. Notes are always shown and exported."
        )
    return (
        "This run waits for labels. It does not wait for images that you reject, nor ask for them "
        "again; the next best take their place. The batch is settled when the next cycle begins."
    )


def _why_picked(scored: PoolCycle, image: int, history: ImageHistory) -> str:
    rank = ordinal(int(scored.pool["rank"].iloc[image]))
    start = f"Picked {rank} of {scored.picked_count:,} in cycle {scored.cycle}"
    if history.acquired_tasks:
        start += f", for {listed(history.acquired_tasks)} only"
    has_score = _has_score(scored.pool, image)
    return f"{start}. {_score_text(scored, image) if has_score else _no_score(scored)}"


def _why_not_open(scored: PoolCycle, image: int, history: ImageHistory) -> str:
    if history.rejected:
        return f"It could not be picked: people had rejected it when cycle {scored.cycle} began."
    if not scored.pool["labelled"].iloc[image]:
        return "It could not be picked: the data have no label of it."
    earlier = f": {history.earlier}" if history.earlier else ""
    return f"Already labelled when cycle {scored.cycle} picked{earlier}. Nothing was left to pick."


def _has_score(pool: pd.DataFrame, image: int) -> bool:
    columns = [name for name in ("score", "turn") if name in pool]
    return any(np.isfinite(pool[name].iloc[image]) for name in columns)


def _no_score(scored: PoolCycle) -> str:
    if scored.config.strategy == "random":
        return (
            "Random gives every unlabelled image the same chance, so there is no score to explain."
        )
    return f"{scored.strategy_title} stored no score for it."


def _score_text(scored: PoolCycle, image: int) -> str:
    """`Score 0.183 = inconsistency 0.610 (depth, ...) × diversity 0.300. Cut-off 0.135.`"""
    pool, row = scored.pool, scored.pool.iloc[image]
    if {"turn", "group", "distance"} <= set(pool.columns):
        return _turn_text(scored, image)
    terms = _terms(scored, image)
    score = f"Score {figures(float(row['score']))}{f' = {terms}' if terms else ''}"
    if "cutoff" in pool and np.isfinite(row["cutoff"]):
        return f"{score}. Cut-off {figures(float(row['cutoff']))}."
    return f"{score}."


def _terms(scored: PoolCycle, image: int) -> str:
    """`inconsistency 0.610 (depth, ...) × diversity 0.300`; "" without such terms."""
    pool, config, row = scored.pool, scored.config, scored.pool.iloc[image]
    joined = "uncertainty" if "uncertainty" in pool else "inconsistency"  # of the control, of ours
    parts = {
        "product": {joined, "diversity"},
        "inconsistency": {joined},
        "diversity": {"diversity"},
    }[config.terms]
    if _trust(pool, image) and "diversity" in pool:
        weight = f"weight {figures(float(row['weight']))}"
        return f"{weight} × diversity {figures(float(row['diversity']))}"
    if not parts <= set(pool.columns):
        return ""
    texts = []
    if joined in parts:
        value = figures(float(row[joined]))
        texts.append(f"{joined} {value} ({_source(pool, image, config)})")
    if "diversity" in parts:
        texts.append(f"diversity {figures(float(row['diversity']))}")
    alone = {
        "product": "",
        "inconsistency": " alone",
        "diversity": ", the distance to the nearest labelled image, alone",
    }
    return " × ".join(texts) + alone[config.terms]


def _turn_text(scored: PoolCycle, image: int) -> str:
    """`Turn 7: 0.412 from the centre of its cluster of 9 images, with weight 0.810.`"""
    pool, row = scored.pool, scored.pool.iloc[image]
    members = count(int((pool["group"] == row["group"]).sum()), "image")
    distance = figures(float(row["distance"]))
    text = f"Turn {int(row['turn']):,}: {distance} from the centre of its cluster of {members}"
    if "weight" in pool:
        text += f", with weight {figures(float(row['weight']))}"
    trust = [f"{name} {figures(value)}" for name, value in _trust(pool, image).items()]
    return f"{text}. Trust in the inconsistency of {listed(trust)}." if trust else f"{text}."


def _trust(pool: pd.DataFrame, image: int) -> dict[str, float]:
    """task -> trust in its inconsistency, of trust-weighted."""
    columns = {name: trust_column(name) for name in normalised_tasks(pool)}
    row = pool.iloc[image]
    return {name: float(row[column]) for name, column in columns.items() if column in pool}


def _source(pool: pd.DataFrame, image: int, config: Config) -> str:
    """Which task, and which member of its committee, an inconsistency or uncertainty comes from."""
    names = normalised_tasks(pool)
    if config.across == "mean" and len(names) > 1:
        row = pool.iloc[image]
        tasks = [f"{name} {figures(float(row[normalised_column(name)]))}" for name in names]
        return f"mean of {', '.join(tasks)}"
    task = driving_task(pool, image)
    if "uncertainty" in pool:
        return task
    partner = deciding_member(pool, image, task, config.committee)
    if not partner:
        return f"{task}, {config.committee} over its committee"
    if partner not in names:
        return f"{task}, from its {partner} prediction"
    first, second = sorted((task, partner), key=names.index)
    return f"{task}, from the {first}-{second} pair"


def _what_was_low(scored: PoolCycle, image: int) -> str:
    """For an image that was not picked: a neighbour took its place, or which term was low."""
    pool = scored.pool
    needed = {"inconsistency", "diversity", "diversity_start", "cutoff"}
    if scored.config.terms != "product" or not needed <= set(pool.columns):
        return ""
    row, candidates = pool.iloc[image], pool[pool["open"]]
    before = float(row["inconsistency"] * row["diversity_start"])
    if before > row["cutoff"] and row["diversity"] < row["diversity_start"]:
        return (
            f"It began with diversity {figures(float(row['diversity_start']))} and score "
            f"{figures(before)}, above the cut-off: then a similar image was picked, which took "
            "its place."
        )
    inconsistency = pool_percentile(candidates["inconsistency"], float(row["inconsistency"]))
    diversity = pool_percentile(candidates["diversity"], float(row["diversity"]))
    percentiles = (
        f"inconsistency at the pool's {ordinal(round(inconsistency))} percentile, diversity at its "
        f"{ordinal(round(diversity))}"
    )
    if abs(inconsistency - diversity) <= LEVEL:
        return f"Neither term kept it out alone: {percentiles}."
    low = "inconsistency" if inconsistency < diversity else "diversity"
    return f"Its {low} was low: {percentiles}."
