"""The map of states says what plain counting says, and stays small for many images."""

import numpy as np
import pandas as pd
import pytest

from mtal.figures import dataset
from mtal.figures.dataset import MOST_COLUMNS, PARTS, STATE_COLOURS

TITLES = ("no label", "labelled", "empty", "label broken", "image broken")


def states(images, tasks, seed=0):
    return (
        np.random.default_rng(seed)
        .choice(5, (images, tasks), p=[0.2, 0.7, 0.05, 0.03, 0.02])
        .astype(np.uint8)
    )


def test_a_column_per_image_where_they_are_few():
    few = states(30, 3)
    ids = [f"a<{index}" for index in range(30)]
    chart = dataset.coverage_map(few, ids, ["A", "B", "C"], TITLES, "pool").data[0]
    shown = np.array(chart.z)
    np.testing.assert_array_equal(shown[[0, 2, 4]], few.T)
    assert np.isnan(shown[[1, 3, 5]]).all()  # gaps between tasks
    edges = [index + 0.5 for index in range(31)]  # of the columns, so image 1 stands at 1
    assert list(chart.x) == edges
    assert len(chart.y) == len(shown) + 1
    assert chart.text[2][7] == f"<b>a&lt;7</b><br>B: {TITLES[few[7, 1]]}"


@pytest.mark.parametrize("images", [MOST_COLUMNS + 1, 999, 20_000])
def test_columns_of_many_images_are_filled_by_share(images):
    many = states(images, 2)
    many[:, 1] = 1
    many[images // 2, 1] = 4  # one broken image among thousands must be seen
    chart = dataset.coverage_map(
        many, [str(image) for image in range(images)], ["A", "B"], TITLES, "pool"
    ).data[0]
    shown = np.array(chart.z)
    assert shown.shape == (2 * (PARTS + 1), MOST_COLUMNS)
    cuts = [images * column // MOST_COLUMNS for column in range(MOST_COLUMNS + 1)]
    for column in range(MOST_COLUMNS):
        part, levels = many[cuts[column] : cuts[column + 1], 0], shown[:PARTS, column].astype(int)
        assert set(levels) == set(part)
        for state in set(part):
            assert abs((levels == state).mean() - (part == state).mean()) <= 4.5 / PARTS
        counts = ", ".join(
            f"{(part == state).sum()} {TITLES[state]}" for state in sorted(set(part))
        )
        assert chart.text[0][column].endswith(
            f"<br>A: {counts}" if len(part) > 1 else f"<br>A: {TITLES[part[0]]}"
        )
    assert (shown[PARTS + 1 : -1] == 4).any(axis=0).sum() == 1
    assert sum(len(text) for row in chart.text for text in row) < 500_000


def test_every_state_has_a_colour_and_only_those_that_occur_a_legend():
    chart = dataset.coverage_map(
        np.array([[0], [1], [1]], np.uint8), ["a", "b", "c"], ["A"], TITLES, "validation"
    )
    assert [trace.name for trace in chart.data[1:]] == ["no label", "labelled"]
    assert len(set(STATE_COLOURS)) == len(TITLES)


def test_nothing_to_show_is_an_empty_map():
    chart = dataset.coverage_map(np.zeros((0, 2), np.uint8), [], ["A", "B"], TITLES, "pool")
    assert np.array(chart.data[0].z).size == 0


def test_classes_are_ordered_by_what_is_most_frequent_in_either_split():
    rows = pd.DataFrame(
        {
            "class": ["a", "b", "c"] * 2,
            "split": ["pool"] * 3 + ["validation"] * 3,
            "percent": [1, 5, 2, 9, 0, 2],
        }
    )
    chart = dataset.classes(rows, "Valid pixels (%)", "x")
    assert list(chart.layout.xaxis.categoryarray) == ["a", "b", "c"]
    assert [trace.name for trace in chart.data] == ["pool", "validation"]


def test_a_histogram_ends_where_its_last_bin_ends():
    rows = pd.DataFrame(
        {"low": [1.0, 2.0], "high": [2.0, 4.0], "split": "pool", "percent": [30.0, 70.0]}
    )
    chart = dataset.histogram(rows, "Depth (m)", "Valid pixels (%)", "x", logarithmic=True)
    assert list(chart.data[0].x) == [1, 2, 4]
    assert list(chart.data[0].y) == [30, 70, 70]
    assert chart.layout.xaxis.type == "log"
