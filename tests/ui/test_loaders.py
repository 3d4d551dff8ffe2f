"""Cached tables follow whatever they are worked out from."""

from dataclasses import replace

import numpy as np
import pytest

from mtal.analysis.tables import run_groups
from mtal.analysis.tables.coverage import labelled_in
from mtal.runs.experiments.experiment import create_experiment
from mtal.runs.experiments.plan import Cell
from mtal.runs.files import write_json
from mtal.runs.store.run import Run
from mtal.ui import loaders
from tests.runs.made_run import TASKS, made_run


@pytest.fixture
def unfinished(tmp_path):
    """A run whose last complete cycle picked images; the next has not begun."""
    run = made_run(tmp_path / "store")
    last = run.cycles_done() - 1
    run.cycle(last).folder.rename(tmp_path / "later")
    return Run(run.paths.folder)


def test_a_rejection_that_the_next_cycle_applies_changes_what_was_acquired(unfinished):
    number = unfinished.cycles_done() - 1
    picked = list(dict.fromkeys(unfinished.picked(number)[:, 0].tolist()))
    before, labelled = loaders.picks(unfinished), loaders.labelled_in(unfinished)
    assert labelled[picked[0]] == number
    kept = [[image, task] for image in picked[1:] for task in range(len(TASKS))]
    write_json(
        unfinished.paths.applied_reviews(number + 1),
        {"labels": kept, "rejected": picked[:1], "decisions": []},
    )
    after = loaders.picks(unfinished)
    assert len(after) == len(before) - 1
    assert after.equals(run_groups.acquired_images(unfinished))
    np.testing.assert_array_equal(loaders.labelled_in(unfinished), labelled_in(unfinished))
    assert loaders.labelled_in(unfinished)[picked[0]] == unfinished.cycles_done()


def test_metrics_of_an_experiment_follow_the_labels_of_its_variants(tmp_path):
    run = made_run(tmp_path / "store")
    experiment = create_experiment(run.store, "one", "One", [Cell("first", run.config)])
    assert set(loaders.experiment_metrics(experiment)["variant"]) == {"first"}
    renamed = replace(experiment, cells=(Cell("second", run.config),))
    assert set(loaders.experiment_metrics(renamed)["variant"]) == {"second"}
