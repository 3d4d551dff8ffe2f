"""Fixtures of the exports' tests."""

import pytest
from PIL import Image

from tests.runs.made_run import made_run


@pytest.fixture
def run(tmp_path):
    """A finished run; the pictures of its even images exist, those of the odd ones are gone."""
    photos = tmp_path / "photos"
    (photos / "images").mkdir(parents=True)
    for index in range(0, 20, 2):
        Image.new("RGB", (32, 24), (index, 0, 0)).save(photos / "images" / f"{index:04d}.jpg")
    return made_run(tmp_path / "store", photos)
