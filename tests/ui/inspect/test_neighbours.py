"""How well an image is covered, in words that agree with the distances."""

import numpy as np
import pandas as pd
import pytest

from mtal.ui.inspect.neighbours import covered


@pytest.fixture
def pool() -> pd.DataFrame:
    """Distances 0 to 99, the image 0 labelled."""
    frame = pd.DataFrame(
        {
            "open": [False] + [True] * 100,
            "picked": [False] * 91 + [True] * 10,
            "nearest": np.r_[0.0, np.arange(100)],
            "rank": np.r_[0, np.arange(100, 0, -1)],
        }
    )
    return frame.assign(nearest_after=frame["nearest"].clip(upper=80))


@pytest.mark.parametrize(
    ("image", "word"),
    [(5, "well covered"), (50, "covered about as well as most"), (95, "badly covered")],
)
def test_the_word_follows_the_percentile(pool, image, word):
    assert f"Before the pick it was {word}" in covered(pool, image)


def test_what_the_batch_changed_is_told_of_images_that_were_not_picked(pool):
    assert covered(pool, 86).endswith("that distance of 85.0 went down to 80.0.")
    assert "nothing in the batch is nearer" in covered(pool, 40)
    assert "whole batch" not in covered(pool, 95)


def test_old_runs_fall_back_on_the_diversity_and_the_others_say_nothing(pool):
    old = pool.drop(columns=["nearest", "nearest_after"])
    assert covered(old, 5) == ""
    assert "well covered" in covered(old.assign(diversity_start=pool["nearest"]), 5)
    assert covered(pool, 0) == ""
    assert covered(pool.assign(nearest=np.nan), 5) == ""
