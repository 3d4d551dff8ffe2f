"""Fixtures of the example's tests."""

import pytest

from tests.runs.example.computed import computed_experiment
from tests.runs.experiments.small_experiment import cells


@pytest.fixture
def computed(tmp_path):
    """Two strategies and two seeds, in the store in which they were computed."""
    return computed_experiment(tmp_path, cells())
