"""A sample reads few files."""

import numpy as np
from PIL import Image

from tests.datasets.any_folder import save
from tests.datasets.undescribed_folder import guessed, write_images


def test_few_files_are_read(tmp_path, monkeypatch):
    write_images(tmp_path / "images", [f"{number:03d}" for number in range(200)])
    for number in range(200):
        save(tmp_path / f"semseg/{number:03d}.png", np.full((4, 4), number % 5, np.uint8))
    opened = []
    real_open = Image.open
    monkeypatch.setattr(
        Image, "open", lambda *words, **more: opened.append(words[0]) or real_open(*words, **more)
    )
    assert len(guessed(tmp_path)["tasks"]["semseg"]["classes"]) == 5
    assert len(opened) <= 60
