"""Turn the reviewed batch of the last cycle into the labels that the next cycle begins with.

Where people label, this is written down once, when the cycle begins: whoever decides later, stops,
kills or resumes the run does not change it.
"""

from dataclasses import replace

import numpy as np

from mtal.datasets.dataset import Dataset
from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.required_labels import await_labels
from mtal.runs.files import write_json
from mtal.runs.reviews.effective import effective_decisions, open_pairs, rejected_images
from mtal.runs.reviews.reviewed_batch import apply_decisions
from mtal.runs.store.run import Run


def apply_reviews(run: Run, number: int, dataset: Dataset, labels: LabelState) -> LabelState:
    """The labels when cycle `number` begins. LabelsAwaited if some of them do not exist yet.

    labels: before the first cycle.
    """
    if number and not labels.simulated and not run.applied_reviews(number):
        settle_batch(run, number - 1, dataset, labels)
    labelled = run.labelled(number, labels.start)
    await_labels(dataset, labelled, labels.exists)
    rejected = rejected_mask(run, number, labelled.shape)
    return replace(labels, labelled=labelled, rejected=rejected)


def settle_batch(run: Run, number: int, dataset: Dataset, labels: LabelState) -> None:
    """Write down the batch of cycle `number` as people decided on it.

    LabelsAwaited if labels of this batch do not exist yet; then nothing is written.
    """
    pool, decisions = run.pool(number), effective_decisions(run, number)
    candidates = open_pairs(run, number, pool)
    pairs = apply_decisions(pool, run.picked(number), decisions, candidates).pairs
    labelled = run.labelled(number, labels.start)
    labelled[tuple(pairs.T)] = True
    await_labels(dataset, labelled, labels.exists)
    batch = set(pairs[:, 0].tolist())  # somebody may have rejected one of them this very moment
    rejected = [image for image in rejected_images(run, number + 1) if image not in batch]
    write_json(
        run.paths.applied_reviews(number + 1),
        {"labels": pairs.tolist(), "rejected": rejected, "decisions": decisions.to_dict("records")},
    )


def rejected_mask(run: Run, number: int, shape: tuple[int, ...]) -> np.ndarray:
    """Labels of the images that people had rejected when cycle `number` began, (N, T) bool."""
    rejected = np.zeros(shape, bool)
    rejected[run.applied_reviews(number).get("rejected", [])] = True
    return rejected
