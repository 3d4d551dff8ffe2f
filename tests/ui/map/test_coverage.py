"""The sentence on coverage names the distances before and after the batch."""

import pandas as pd
import pytest

from mtal.ui.map.coverage import coverage_text


@pytest.mark.parametrize(
    ("images", "closer", "noun"),
    [(1, 0, "0 of 1 other unlabelled image"), (340, 194, "194 of 340 other unlabelled images")],
)
def test_distances_before_and_after_the_batch(images, closer, noun):
    distances = pd.DataFrame(
        {
            "median": [18.2, 14.7],
            "p95": [68.0, 25.6],
            "most": [169.0, 35.8],
            "images": [images, images],
            "closer": [closer, closer],
        },
        index=["before", "after"],
    )
    assert coverage_text(distances, 2) == (
        f"The batch of cycle 2 is nearer to {noun} than what was labelled before. Distance to the "
        "nearest labelled image: median 18.2 → 14.7, 95th percentile 68.0 → 25.6, largest "
        "169 → 35.8."
    )
