"""Fixtures of the tests of experiments."""

import pytest

from mtal.runs.experiments.experiment import create_experiment
from tests.runs.experiments.small_experiment import cells


@pytest.fixture
def experiment(store):
    """Two strategies and two seeds, not started."""
    return create_experiment(store, "first", "A first one", cells())
