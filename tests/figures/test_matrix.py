"""A square of numbers: what is unknown is no number, and what too little stands behind is grey."""

import math

import numpy as np
import pandas as pd

from mtal.figures.matrix import MOST_TEXT, square

NAMES = ["ours", "random <b>"]
VALUES = pd.DataFrame([[np.nan, 0.5], [0.25, np.nan]], NAMES, NAMES)


def test_cells_carry_numbers_and_the_diagonal_none():
    heat = square(VALUES, 1, "wins", "view").data[0]
    assert np.array(heat.text).tolist() == [["–", "0.50"], ["0.25", "–"]]
    assert (heat.zmin, heat.zmax) == (0, 1)
    assert heat.texttemplate == "%{text}"


def test_weak_cells_are_grey_but_keep_their_numbers():
    weak = pd.DataFrame([[False, True], [False, False]], NAMES, NAMES)
    strong, grey = square(VALUES, 1, "wins", "view", weak=weak).data
    assert np.isnan(strong.z[0][1])
    assert strong.z[1][0] == 0.25
    assert grey.z[0][1] == 0
    assert np.isnan(grey.z[1][0])
    assert grey.text[0][1] == "0.50"
    assert strong.text[0][1] == grey.text[1][0] == ""  # two texts at one place cannot be read


def test_words_under_the_pointer_are_escaped():
    words = pd.DataFrame("<i>", NAMES, NAMES)
    assert square(VALUES, 1, "wins", "view", words=words).data[0].customdata[0][1] == "&lt;i&gt;"


def test_many_columns_have_no_numbers_in_their_cells():
    names = [str(number) for number in range(MOST_TEXT + 1)]
    assert square(pd.DataFrame(0.0, names, names), 1, "", "view").data[0].texttemplate is None


def test_other_words_than_the_number_can_stand_in_a_cell():
    texts = VALUES.map("n={:.0f}".format)
    text = square(VALUES, 1, "wins", "view", texts=texts).data[0].text
    for row, line in enumerate(VALUES.to_numpy()):
        for column, value in enumerate(line):
            assert text[row][column] == ("–" if math.isnan(value) else texts.iloc[row, column])
