"""What the engine says of data that cannot be used leads to the advice that helps."""

import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.dataset import DataError
from mtal.datasets.registry import DATASETS
from mtal.engine.stages import prepare_data, required_labels, start_labels
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.store.failures import failure_of
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import RunFacts

DRAWN = DATASETS["drawn"].load(Config(dataset="drawn", data="4+2", tasks=("depth", "normals")))
ALL, NONE = np.ones((4, 2), bool), np.zeros((4, 2), bool)


def error_text(work, *words) -> str:
    with pytest.raises(DataError) as caught:
        work(*words)
    return f"DataError: {caught.value}"


@pytest.mark.parametrize(
    ("reason", "title", "first"),
    [
        (
            lambda: error_text(start_labels.start_on_disk, ALL, None, DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: error_text(start_labels.start_on_disk, NONE, None, DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: error_text(required_labels.require_training_labels, NONE, DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: error_text(required_labels.require_validation_labels, NONE[:2], DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: error_text(prepare_data.restore_images, DRAWN, RunFacts(pool=("gone",))),
            "Other images",
            "data",
        ),
        (
            lambda: (
                "ConfigError: backbone: cycle 1 of old was trained by a version that built "
                "backbone=hrnet18 otherwise, so further cycles could not be compared with it"
            ),
            "Begun by an earlier version",
            "copy",
        ),
        (
            lambda: "ConfigError: tasks: half has no labels for 'normals'",
            "A setting cannot be used",
            "copy",
        ),
        (
            lambda: "ConfigError: tasks: no image has labels of depth",
            "A setting cannot be used",
            "copy",
        ),
        (
            lambda: "DataError: images/0007.jpg cannot be read, it is broken",
            "Missing or broken file",
            "data",
        ),
    ],
)
@pytest.mark.parametrize("earlier_version", [True, False])
def test_the_first_way_out_helps(empty_store, reason, title, first, earlier_version):
    """Results of earlier versions have the type of the error in front of the reason."""
    run = Run(create(Config(), empty_store).folder)
    run.paths.log.touch()
    if earlier_version:
        ending = {"reason": reason()}
    else:
        error, _, message = reason().partition(": ")
        ending = {"error": error, "reason": message}
    write_json(run.paths.result, {"outcome": "failed", "stage": "load", "traceback": ""} | ending)
    failure = failure_of(run)
    assert (failure.title, failure.remedies[0]) == (title, first)
