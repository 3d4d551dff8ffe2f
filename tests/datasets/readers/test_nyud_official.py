"""Split and classes keep the counts that are known of the official files."""

import numpy as np

from mtal.datasets.readers.nyud import CLASSES
from mtal.datasets.readers.nyud_official import (
    CLASSES_894,
    IMAGES,
    forty_classes,
    training_numbers,
    validation_numbers,
)


def test_every_image_is_on_one_side():
    pool, validation = training_numbers(), validation_numbers()
    assert (len(pool), len(validation)) == (795, 654)
    assert sorted([*pool, *validation]) == list(range(1, IMAGES + 1))
    assert (np.diff(pool) > 0).all()
    assert (np.diff(validation) > 0).all()


def test_neighbours_of_one_scene_stay_together():
    """A scene's frames follow one another and are on one side, so the side changes rarely."""
    side = np.isin(np.arange(1, IMAGES + 1), training_numbers())
    assert np.count_nonzero(np.diff(side)) < 300  # at random there would be 718


def test_classes_have_as_many_sources_as_in_the_original():
    mapping = forty_classes()
    counts = np.bincount(mapping, minlength=41)
    assert len(mapping) == CLASSES_894 + 1
    assert mapping[0] == 0
    assert counts[0] == 1
    assert (counts[1:38] == 1).all()
    assert counts[38:].tolist() == [68, 82, 707]


def test_some_classes_whose_names_are_known():
    """Numbers of the authors' own list; 868 is floor trim, 882 lectern and 894 torah."""
    mapping = forty_classes()
    names = {
        21: "wall",
        5: "chair",
        157: "bed",
        331: "person",
        868: "otherstructure",
        882: "otherfurniture",
        894: "otherprop",
    }
    assert {number: CLASSES[mapping[number] - 1] for number in names} == names
