"""Fixtures of the tests of reviews."""

import pytest

from mtal.runs.reviews.review_database import ReviewDatabase


@pytest.fixture
def database(empty_store):
    return ReviewDatabase(empty_store)
