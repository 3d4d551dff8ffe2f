"""How the labelled set grows, by the picks; how well it covers the pool, by stored distances."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.tables.coverage import AT_START, COVERAGE_COLUMNS, coverage, labelled_in
from tests.runs.made_run import BATCH, IMAGES, START, made_run


@pytest.fixture
def run(tmp_path):
    return made_run(tmp_path)


def test_each_image_was_labelled_when_it_was_first_picked(run):
    cycles = labelled_in(run)
    assert set(np.flatnonzero(cycles == AT_START)) == set(START)
    for number in range(2):
        assert set(np.flatnonzero(cycles == number)) == set(run.picked(number)[:, 0].tolist())
    assert (cycles == run.cycles_done()).sum() == IMAGES - len(START) - 2 * BATCH


def test_it_agrees_with_the_pool_tables(run):
    cycles = labelled_in(run)
    for number in range(2):
        np.testing.assert_array_equal(cycles < number, run.pool(number)["labelled"])


def test_a_later_label_of_another_task_does_not_count(run):
    first = run.picked(0)[0, 0]
    np.save(run.cycle(1).pick, np.array([[first, 2]]))
    assert labelled_in(run)[first] == 0


def test_runs_without_distances_have_no_coverage(run):
    assert coverage(run).empty
    assert list(coverage(run).columns) == list(COVERAGE_COLUMNS)


def test_coverage_is_of_what_the_batch_leaves_unlabelled(run):
    table = pd.read_parquet(run.cycle(0).pool).assign(
        nearest=np.arange(IMAGES, dtype=float), nearest_after=0.5
    )
    table.to_parquet(run.cycle(0).pool)
    distances = coverage(run).set_index("when")
    gone = table["labelled"] | table["picked"]
    left = [float(image) for image in range(IMAGES) if not gone[image]]
    assert distances["images"].tolist() == [len(left)] * 2
    assert (distances["median"]["before"], distances["most"]["before"]) == (
        np.median(left),
        left[-1],
    )
    assert distances["p95"]["before"] == pytest.approx(np.percentile(left, 95))
    assert distances.loc["after", ["median", "p95", "most"]].tolist() == [0.5] * 3
