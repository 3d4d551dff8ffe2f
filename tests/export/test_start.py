"""The start leaves for those who label it."""

import pandas as pd
import pytest

from mtal.config import Config
from mtal.export.exporter import ExportError
from mtal.export.record import COLUMNS
from mtal.export.start import start_table, write_start_csv, write_start_list
from mtal.runs.jobs.launch import create
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import write_facts
from tests.runs.made_run import START, TASKS

NAMES = [f"{image:04d}" for image in START]


def test_a_row_per_image_and_task_in_the_columns_of_a_selection(run):
    table = start_table(run)
    assert list(table) == list(COLUMNS)
    assert table["sample_id"].tolist() == [name for name in NAMES for _ in TASKS]
    assert table["task"].tolist() == [*TASKS] * len(START)
    assert table["requested"].all()
    assert table[["cycle", "rank", "score"]].isna().all(axis=None)
    assert write_start_list(run).decode().split() == NAMES


def test_labels_that_a_start_lacks_are_not_requested(run):
    write_facts(run.paths.facts, run.facts.updated(start_lacks=((START[0], 1),)))
    table = start_table(run)
    assert table.loc[~table["requested"], ["sample_id", "task"]].to_numpy().tolist() == [
        [NAMES[0], TASKS[1]]
    ]


def test_the_same_start_gives_the_same_bytes(run):
    assert write_start_csv(run) == write_start_csv(run)
    assert pd.read_csv(pd.io.common.BytesIO(write_start_csv(run)))["run_id"].eq(run.name).all()


def test_a_run_that_has_not_begun_has_no_start(run):
    new = Run(create(Config(seed=9), run.store).folder)
    for write in (write_start_csv, write_start_list):
        with pytest.raises(ExportError, match="not chosen its start yet"):
            write(new)
