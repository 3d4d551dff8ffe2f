"""Sentences on the embedding: agreement, distrust below a stated level, what is restored."""

import pytest

from mtal.analysis.text.embedding import agreement, distrust, fit_warning, restored

FACTS = {
    "images": 480,
    "sequence": 0.077,
    "sequence_chance": 0.01,
    "frozen": 0.98,
    "frozen_chance": 0.0208,
}
NOTHING = {"images": 480, "sequence": None, "sequence_chance": None, "frozen": None}


def test_agreement_beside_chance():
    assert agreement("embedding", FACTS) == (
        "In the auto-encoder's embedding the nearest image comes from the same sequence for 7.7 % "
        "of the images (by chance 1.0 %) and is among the ten nearest in the frozen feature for "
        "98 % (by chance 2.1 %)."
    )
    assert agreement("frozen", FACTS | {"frozen": None}) == (
        "In the frozen feature the nearest image comes from the same sequence for 7.7 % of the "
        "images (by chance 1.0 %)."
    )
    assert agreement("shared", NOTHING) == ""
    assert agreement("shared", {}) == ""


def test_sequences_judge_where_they_are_known():
    assert distrust("embedding", FACTS) == (
        "Closeness in the auto-encoder's embedding means nothing here: for 92 % of the images the "
        "nearest one comes from another sequence."
    )
    assert distrust("embedding", FACTS | {"sequence": 0.5}) == ""


def test_else_the_frozen_feature_judges():
    assert distrust("shared", FACTS | {"sequence": None}) == ""
    text = distrust("shared", FACTS | {"sequence": None, "frozen": 0.3})
    assert "for 70 % of the images the nearest one is not among the ten nearest" in text
    assert distrust("shared", NOTHING) == ""


FIT = {"explained_variance": 0.63, "dimensions": 18.5, "epochs": 7, "goes_on": True}


def test_what_the_auto_encoder_restores():
    assert restored(FIT) == (
        "The auto-encoder was trained for 7 epochs, from the weights of the cycle before, and its "
        "code keeps 63 % of the variance of the task features in about 18 dimensions."
    )
    assert "1 epoch, and" in restored(FIT | {"epochs": 1, "goes_on": False})
    assert fit_warning(FIT) == ""
    assert restored({}) == fit_warning({}) == ""


@pytest.mark.parametrize(("share", "text"), [(0.12, "12 %"), (-0.3, "0.0 %")])
def test_a_low_share_is_a_warning(share, text):
    assert f"keeps only {text} of the variance" in fit_warning(FIT | {"explained_variance": share})


def test_a_collapsed_code_is_a_warning():
    assert "has collapsed to about 2 of its dimensions" in fit_warning(FIT | {"dimensions": 1.7})
