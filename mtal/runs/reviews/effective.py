"""The decisions about a batch that are in effect.

Before the next cycle begins they are those in the review database, afterwards those it applied.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import DECISION_COLUMNS, REJECTED, ReviewDatabase
from mtal.runs.reviews.reviewed_batch import ReviewedBatch, apply_decisions
from mtal.runs.store.run import Run


def is_settled(run: Run, cycle: int) -> bool:
    """Whether the next cycle has begun with this batch, so that decisions come too late.

    Never in a simulation. Runs of versions without reviews did not store it: for them a complete
    next cycle decides.
    """
    if run.applied_reviews(cycle + 1):
        return True
    return run.config.by_people and run.cycles_done() > cycle + 1


def effective_decisions(run: Run, cycle: int) -> pd.DataFrame:
    """The decisions in effect, with all notes, also those written later.

    Columns as in `ReviewDatabase.decisions`.
    """
    latest = ReviewDatabase(run.store).decisions(run.name, cycle)
    if not is_settled(run, cycle):
        return latest
    rows = run.applied_reviews(cycle + 1).get("decisions", [])
    applied = pd.DataFrame(rows, columns=list(DECISION_COLUMNS))
    notes = dict(zip(latest["sample"], latest["note"], strict=True))
    applied["note"] = [notes.get(sample, "") for sample in applied["sample"]]
    later = latest[~latest["sample"].isin(applied["sample"])].assign(decision="")
    table = pd.concat([applied, later])
    not_empty = (table["decision"] != "") | (table["note"] != "")
    return table[not_empty].sort_values("sample", ignore_index=True)


def effective_batch(run: Run, cycle: int, pool: pd.DataFrame) -> ReviewedBatch:
    """A cycle's batch with the decisions in effect. pool: as `Run.pool` of that cycle."""
    candidates = open_pairs(run, cycle, pool)
    batch = apply_decisions(pool, run.picked(cycle), effective_decisions(run, cycle), candidates)
    return replace(batch, pairs=run.acquired(cycle)) if is_settled(run, cycle) else batch


def open_pairs(run: Run, cycle: int, pool: pd.DataFrame) -> np.ndarray:
    """(N, T) bool: what could be labelled when a cycle picked, as far as its pool table shows."""
    unlabelled = np.asarray(~run.labelled(cycle, run.start_labels()))
    if "open" not in pool:
        return np.zeros_like(unlabelled)
    return unlabelled & pool["open"].to_numpy()[:, None]


def rejected_images(run: Run, before: int) -> list[int]:
    """Positions of the images that were rejected in any batch before cycle `before`, sorted."""
    database = ReviewDatabase(run.store)
    position = {id_: index for index, id_ in enumerate(run.facts.pool)}
    tables = [database.decisions(run.name, cycle) for cycle in range(before)]
    ids = {id_ for table in tables for id_ in table.loc[table["decision"] == REJECTED, "sample"]}
    return sorted(position[id_] for id_ in ids if id_ in position)
