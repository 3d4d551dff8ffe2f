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
    ids = [f"a<{place}" for place in range(30)]
    made = dataset.coverage_map(few, ids, ["A", "B", "C"], TITLES, "pool").data[0]
    shown = np.array(made.z)
    np.testing.assert_array_equal(shown[[0, 2, 4]], few.T)
    assert np.isnan(shown[[1, 3, 5]]).all()  # gaps between tasks
    assert list(made.x) == [
        place + 0.5 for place in range(31)
    ]  # edges of the columns, so image 1 stands at 1
    assert len(made.y) == len(shown) + 1
    assert made.text[2][7] == f"<b>a&lt;7</b><br>B: {TITLES[few[7, 1]]}"


@pytest.mark.parametrize("images", [MOST_COLUMNS + 1, 999, 20_000])
def test_columns_of_many_images_are_filled_by_share(images):
    many = states(images, 2)
    many[:, 1] = 1
    many[images // 2, 1] = 4  # one broken image among thousands must be seen
    made = dataset.coverage_map(
        many, [str(place) for place in range(images)], ["A", "B"], TITLES, "pool"
    ).data[0]
    shown = np.array(made.z)
    assert shown.shape == (2 * (PARTS + 1), MOST_COLUMNS)
    cuts = [images * place // MOST_COLUMNS for place in range(MOST_COLUMNS + 1)]
    for place in range(MOST_COLUMNS):
        part, column = many[cuts[place] : cuts[place + 1], 0], shown[:PARTS, place].astype(int)
        assert set(column) == set(part)
        for state in set(part):
            assert abs((column == state).mean() - (part == state).mean()) <= 4.5 / PARTS
        told = ", ".join(f"{(part == state).sum()} {TITLES[state]}" for state in sorted(set(part)))
        assert made.text[0][place].endswith(
            f"<br>A: {told}" if len(part) > 1 else f"<br>A: {TITLES[part[0]]}"
        )
    assert (shown[PARTS + 1 : -1] == 4).any(axis=0).sum() == 1
    assert sum(len(text) for row in made.text for text in row) < 500_000


def test_every_state_has_a_colour_and_only_those_that_occur_a_legend():
    made = dataset.coverage_map(
        np.array([[0], [1], [1]], np.uint8), ["a", "b", "c"], ["A"], TITLES, "validation"
    )
    assert [trace.name for trace in made.data[1:]] == ["no label", "labelled"]
    assert len(set(STATE_COLOURS)) == len(TITLES)


def test_nothing_to_show_is_an_empty_map():
    assert (
        np.array(
            dataset.coverage_map(np.zeros((0, 2), np.uint8), [], ["A", "B"], TITLES, "pool")
            .data[0]
            .z
        ).size
        == 0
    )


def test_classes_are_ordered_by_what_is_most_frequent_in_either_split():
    rows = pd.DataFrame(
        {
            "class": ["a", "b", "c"] * 2,
            "split": ["pool"] * 3 + ["validation"] * 3,
            "percent": [1, 5, 2, 9, 0, 2],
        }
    )
    made = dataset.classes(rows, "Valid pixels (%)", "x")
    assert list(made.layout.xaxis.categoryarray) == ["a", "b", "c"]
    assert [trace.name for trace in made.data] == ["pool", "validation"]


def test_a_histogram_ends_where_its_last_bin_ends():
    rows = pd.DataFrame(
        {"low": [1.0, 2.0], "high": [2.0, 4.0], "split": "pool", "percent": [30.0, 70.0]}
    )
    made = dataset.histogram(rows, "Depth (m)", "Valid pixels (%)", "x", logarithmic=True)
    assert list(made.data[0].x) == [1, 2, 4]
    assert list(made.data[0].y) == [30, 70, 70]
    assert made.layout.xaxis.type == "log"
