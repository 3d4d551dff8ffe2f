"""Reviews and image sets for pages, cached until somebody changes them."""

import pandas as pd

from mtal.runs.reviews import effective
from mtal.runs.reviews.effective import is_settled
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.reviews.reviewed_batch import ReviewedBatch
from mtal.runs.store.run import Run
from mtal.ui.loaders import kept, pool


def reviews(run: Run) -> ReviewDatabase:
    """The review database of the run's store, for changes. Made anew each time."""
    return ReviewDatabase(run.store)


def decisions(run: Run, cycle: int) -> pd.DataFrame:
    """Decisions about a cycle's images, as far as they count, and all notes.

    Columns as in `ReviewDatabase.decisions`. Fresh as soon as anybody decides.
    """
    return _decisions(run, cycle, reviews(run).revision(), is_settled(run, cycle))


@kept(64)
def _decisions(run: Run, cycle: int, revision: int, settled: bool) -> pd.DataFrame:
    return effective.effective_decisions(run, cycle)


def batch(run: Run, cycle: int) -> pd.DataFrame:
    """A cycle's batch with its decisions: the picks in order, then what came for the rejected.

    Columns as in `ReviewedBatch.rows`; empty for a cycle that picked nothing.
    """
    return effective_batch(run, cycle).rows


def effective_batch(run: Run, cycle: int) -> ReviewedBatch:
    """A cycle's batch with its decisions, as `effective.effective_batch`. Always fresh."""
    return _effective_batch(run, cycle, reviews(run).revision(), is_settled(run, cycle))


@kept(32)
def _effective_batch(run: Run, cycle: int, revision: int, too_late: bool) -> ReviewedBatch:
    return effective.effective_batch(run, cycle, pool(run, cycle))


def sets(run: Run) -> pd.DataFrame:
    """The named sets of the run's data, whichever run they were chosen in.

    Columns as in `ReviewDatabase.sets`.
    """
    return _sets(run, reviews(run).revision(), run.data.folder.name)


@kept(32)
def _sets(run: Run, revision: int, data: str) -> pd.DataFrame:
    return reviews(run).sets(data)


def set_samples(run: Run, set_id: str) -> list[str]:
    """Ids of a set's images, sorted. KeyError if the run's data have no such set."""
    return _set_samples(run, set_id, reviews(run).revision(), run.data.folder.name)


@kept(32)
def _set_samples(run: Run, set_id: str, revision: int, data: str) -> list[str]:
    return reviews(run).samples_of(set_id, data)


@kept(64)
def set_images(run: Run, set_id: str) -> list[int]:
    """Positions in the run's pool of a set's images, ascending. KeyError if there is no such set.

    The id of a set says what it holds, so it never changes.
    """
    wanted = set(reviews(run).samples_of(set_id, run.data.folder.name))
    return [position for position, name in enumerate(run.facts.pool) if name in wanted]
