"""Filters and orders of a batch, against plain loops."""

import numpy as np
import pandas as pd
import pytest

from mtal.ui.batch.filter_rows import RowFilter, in_order, passes, sortings

CONTENT = pd.DataFrame({"semseg/bed": np.linspace(0, 1, 10), "semseg/wall": 0.0})


@pytest.fixture
def rows() -> pd.DataFrame:
    """Four of ten images, in no order; one without a rank and a score."""
    return pd.DataFrame(
        {
            "id": list("abcd"),
            "rank": [2, 1, 0, 3],
            "score": [0.4, 0.9, np.nan, 0.4],
            "decision": ["auto"] * 4,
            "driver": ["depth", "semseg", "", "depth"],
            "partner": ["semseg", "depth", "", "normals"],
            "cluster": [3, -1, 3, 7],
            "s.depth": [1.0, 2.0, np.nan, 4.0],
        },
        index=[9, 4, 0, 5],
    )


@pytest.mark.parametrize(
    ("row_filter", "kept"),
    [
        (RowFilter(), "abcd"),
        (RowFilter(drivers=("depth",)), "ad"),
        (RowFilter(drivers=("depth",), partners=("normals",)), "d"),
        (RowFilter(clusters=("3",)), "ac"),
        (RowFilter(best=2), "ab"),
        (RowFilter(column="s.depth", least=2.0), "bd"),
        (RowFilter(content="semseg/bed", share=50), "ad"),
        (RowFilter(content="semseg/bed", share=0), "abcd"),
        (RowFilter(content="semseg/wall", share=1), ""),
        (RowFilter(decisions=("rejected",)), ""),
    ],
)
def test_rows_that_pass_a_filter(rows, row_filter, kept):
    assert "".join(rows["id"][passes(rows, row_filter, CONTENT)]) == kept


@pytest.mark.parametrize(
    ("by", "backwards", "order"),
    [
        ("rank", False, "badc"),
        ("rank", True, "dabc"),
        ("score", False, "badc"),
        ("s.depth", False, "dbac"),
        ("s.depth", True, "abdc"),
        ("semseg/bed", False, "adbc"),
        ("cluster", False, "bacd"),
    ],
)
def test_orders_end_with_what_is_unknown(rows, by, backwards, order):
    assert "".join(in_order(rows, by, backwards, CONTENT)["id"]) == order


def test_a_batch_can_be_sorted_by_what_was_measured_only(rows):
    assert list(sortings(rows)) == ["rank", "score", "cluster", "s.depth"]
    assert sortings(rows, "semseg/bed")["semseg/bed"] == "Share of bed"
