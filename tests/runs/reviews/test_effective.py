"""Decisions that a cycle applied stay in effect, and all readers agree on what is labelled."""

import numpy as np

from mtal.analysis.tables.coverage import labelled_in
from mtal.runs.files import write_json
from mtal.runs.reviews.effective import (
    effective_batch,
    effective_decisions,
    is_settled,
    rejected_images,
)
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run


def test_what_was_acquired_is_what_is_labelled(finished):
    picked = list(dict.fromkeys(finished.picked(0)[:, 0].tolist()))
    [refill] = finished.pool(0).index[finished.pool(0)["rank"] == 4]
    before = finished.labelled(1, finished.start_labels())
    pairs = [[image, task] for image in (picked[0], picked[2], int(refill)) for task in range(3)]
    write_json(
        finished.paths.applied_reviews(1),
        {"labels": pairs, "rejected": [picked[1]], "decisions": []},
    )
    after = finished.labelled(1, finished.start_labels())
    assert set(np.flatnonzero((after != before).any(axis=1))) == {picked[1], refill}
    assert labelled_in(finished)[[picked[0], refill]].tolist() == [0, 0]
    assert labelled_in(finished)[picked[1]] != 0
    assert (is_settled(finished, 0), is_settled(finished, 1)) == (True, False)
    np.testing.assert_array_equal(finished.acquired(1), finished.picked(1))


def test_rejections_of_all_earlier_batches_count_until_they_are_taken_back(finished):
    database = ReviewDatabase(finished.store)
    database.decide(finished.name, 0, ["0002", "not in the pool"], "rejected", "ann")
    database.decide(finished.name, 1, ["0005"], "rejected", "ann")
    assert (rejected_images(finished, 1), rejected_images(finished, 2)) == ([2], [2, 5])
    database.decide(finished.name, 0, ["0002"], "", "bo")
    assert rejected_images(finished, 2) == [5]


def test_a_run_of_before_there_were_decisions_is_settled_where_the_next_cycle_is_complete(finished):
    ReviewDatabase(finished.store).decide(finished.name, 0, ["0002"], "rejected", "ann")
    people_label = Run(finished.paths.folder)
    people_label.config = finished.config.model_copy(update={"start": "labelled"})
    last = finished.cycles_done() - 1
    assert not is_settled(finished, 0)  # a simulation
    assert [is_settled(people_label, cycle) for cycle in (0, last - 1, last)] == [True, True, False]
    assert effective_decisions(people_label, 0).empty  # it came too late
    np.testing.assert_array_equal(
        effective_batch(people_label, 0, people_label.pool(0)).pairs, finished.picked(0)
    )
