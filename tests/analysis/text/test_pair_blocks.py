"""What is said of pair blocks by their losses on held-out images."""

import pytest

from mtal.analysis.text import pair_blocks

TITLES = {"semseg": "Segmentation", "depth": "Depth", "normals": "Normals"}
FACTS = {
    "held_out_images": 5,
    "initial": {"semseg": 1.5, "depth": 0.5, "normals": 0.25},
    "refined": {"semseg": 1.4, "depth": 0.5, "normals": 0.24},
    "worse": [],
}


def test_no_warning_where_refined_predictions_keep_up():
    assert pair_blocks.warning(FACTS, TITLES) == ""


def test_one_task_that_does_worse():
    assert pair_blocks.warning(FACTS | {"worse": ["depth"]}, TITLES) == (
        "Do not believe the committee of **Depth**: its refined predictions have a higher loss "
        "than the initial ones on 5 held-out images."
    )


def test_several_tasks_that_do_worse():
    text = pair_blocks.warning(FACTS | {"worse": ["depth", "normals"]}, TITLES)
    assert "of **Depth** and **Normals**: their refined predictions" in text


def test_losses():
    assert pair_blocks.losses(FACTS, TITLES) == (
        "Loss of initial → refined predictions on 5 held-out images: Segmentation 1.50 → 1.40; "
        "Depth 0.500 → 0.500; Normals 0.250 → 0.240."
    )


@pytest.mark.parametrize("facts", [{}, {"held_out_images": 4, "initial": {}, "refined": {}}])
def test_nothing_was_held_out(facts):
    assert pair_blocks.warning(facts, TITLES) == pair_blocks.losses(facts, TITLES) == ""
