"""What the engine says of data that cannot be used leads to the advice that helps."""

import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.dataset import DataError
from mtal.datasets.registry import DATASETS
from mtal.engine.stages import prepare_data
from mtal.runs.files import write_json
from mtal.runs.jobs.launch import create
from mtal.runs.store.failures import cause
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import RunFacts

DRAWN = DATASETS["drawn"].load(Config(dataset="drawn", data="4+2", tasks=("depth", "normals")))
ALL, NONE = np.ones((4, 2), bool), np.zeros((4, 2), bool)


def said(work, *words) -> str:
    with pytest.raises(DataError) as caught:
        work(*words)
    return f"DataError: {caught.value}"


@pytest.mark.parametrize(
    ("reason", "title", "first"),
    [
        (
            lambda: said(prepare_data.on_disk, ALL, None, DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: said(prepare_data.on_disk, NONE, None, DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: said(prepare_data.must_be_learned, NONE, DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: said(prepare_data.must_be_measured, NONE[:2], DRAWN),
            "Nothing to learn from, to choose or to measure",
            "copy",
        ),
        (
            lambda: said(prepare_data.as_before, DRAWN, RunFacts(pool=("gone",))),
            "Other images",
            "data",
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
def test_the_first_way_out_helps(empty_store, reason, title, first):
    run = Run(create(Config(), empty_store).folder)
    run.paths.log.touch()
    write_json(
        run.paths.result,
        {"outcome": "failed", "reason": reason(), "stage": "load", "traceback": ""},
    )
    found = cause(run)
    assert (found.title, found.ways[0]) == (title, first)
