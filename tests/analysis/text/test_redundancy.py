"""Sentences about redundancy in a batch."""

import pandas as pd

from mtal.analysis.tables.redundancy import REDUNDANCY_COLUMNS
from mtal.analysis.text.redundancy import batch_text, limits_text


def row(**values):
    return pd.Series(dict.fromkeys(REDUNDANCY_COLUMNS[1:], float("nan")) | values)


def test_counts_stand_beside_what_chance_would_give():
    full = row(
        images=48,
        near_duplicates=12,
        near_duplicates_by_chance=17.28,
        sequences=30,
        sequences_by_chance=35.21,
        beyond_limits=0,
    )
    assert batch_text(full) == (
        "12 of 48 images (25 %) are near-duplicates of a labelled image or an earlier pick; a "
        "random batch would have 17.3. The batch comes from 30 sequences, a random one would from "
        "35.2."
    )
    assert limits_text(full) == ""
    assert batch_text(row(images=4)) == ""


def test_a_batch_beyond_its_limits_says_so():
    assert limits_text(row(beyond_limits=1)).startswith("1 image goes beyond the limits")
    assert limits_text(row(beyond_limits=3)).startswith("3 images go beyond the limits")
