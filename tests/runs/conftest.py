"""Fixtures of the run store's tests."""

import pytest

from mtal.runs.jobs.launch import kill
from mtal.runs.jobs.status import status
from mtal.runs.paths import StorePaths
from tests.runs.made_run import made_run
from tests.runs.small_worker import until


@pytest.fixture
def finished(tmp_path):
    """A finished run without an engine."""
    return made_run(tmp_path / "store")


@pytest.fixture
def store(tmp_path):
    """An empty store whose workers do not outlive the test."""
    store = StorePaths(tmp_path / "store")
    yield store
    for run in store.runs():
        if status(run).alive:
            until(run.lock.read_text)
            kill(run)
