"""Fixtures for the tests of folders with a tasks.yaml."""

import pytest

from tests.datasets.any_folder import write_folder


@pytest.fixture
def rooms(tmp_path):
    """A correct folder with a tasks.yaml, for one test."""
    return write_folder(tmp_path / "rooms")
