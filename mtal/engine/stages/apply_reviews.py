"""What a cycle begins with. Where people label, that is the batch before as they decided on it, and it is written down once:
whoever decides later, stops, kills or resumes, the cycle has begun with what stands there.
"""

import numpy as np

from mtal.datasets.dataset import Dataset
from mtal.engine.stages.prepare_data import await_labels
from mtal.runs.files import write_json
from mtal.runs.reviews.effective import decisions, open_pairs, rejected
from mtal.runs.reviews.reviewed_batch import batch_pairs
from mtal.runs.store.run import Run


def apply_reviews(
    run: Run, number: int, start: np.ndarray, dataset: Dataset, there: np.ndarray
) -> np.ndarray:
    """(N, T) bool: what is labelled when cycle `number` begins. LabelsAwaited if some of that is not there yet.

    start (N, T) bool: before cycle 0; there (N, T) bool: the labels that exist by now.
    """
    if number and run.config.start == "labelled" and not run.began_with(number):
        before = number - 1
        pool, said = run.pool(before), decisions(run, before)
        pairs = batch_pairs(pool, run.picked(before), said, open_pairs(run, before, pool))
        labelled = run.labelled(before, start)
        labelled[tuple(pairs.T)] = True
        await_labels(dataset, labelled, there)
        wanted = set(
            pairs[:, 0].tolist()
        )  # somebody may have rejected one of them this very moment
        write_json(
            run.paths.beginning(number),
            {
                "labels": pairs.tolist(),
                "rejected": [image for image in rejected(run, number) if image not in wanted],
                "decisions": said.to_dict("records"),
            },
        )
    labelled = run.labelled(number, start)
    await_labels(dataset, labelled, there)
    return labelled


def rejected_mask(run: Run, number: int, shape: tuple[int, int]) -> np.ndarray:
    """(N, T) bool: labels of images that people had rejected when cycle `number` began, so that it does not ask for them."""
    closed = np.zeros(shape, bool)
    closed[run.began_with(number).get("rejected", [])] = True
    return closed
