"""Sentences about a training curve: falling, flat, rising, noisy, or too short."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.statistics.trend import Trend
from mtal.analysis.text.training_curve import course, points_note, summary, verdict

TITLES = {"semseg": "Semantic segmentation", "depth": "Depth"}


def rows_of(**losses):
    tables = [
        pd.DataFrame(
            {"cycle": 2, "step": np.arange(1, len(values) + 1), "task": task, "loss": values}
        )
        for task, values in losses.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(smoothed=table["loss"])


def test_falling_and_flat_are_told_apart_with_the_change():
    falling = np.linspace(2, 1, 200)  # from 1.2 to 1 in the last fifth
    flat = np.concatenate([np.linspace(2, 1, 100), np.ones(100)])
    text = verdict(rows_of(semseg=falling, depth=flat), TITLES)
    assert text == (
        "**Still falling at the end**: Semantic segmentation by 17 % over the last fifth of the "
        "steps. More steps would help. **Flat at the end**: Depth, less than 3 % over the last "
        "fifth of the steps."
    )


def test_a_rising_loss_gives_other_advice():
    text = verdict(rows_of(depth=np.linspace(1, 2, 200)), TITLES)
    assert "**Rising at the end**: Depth by 11 %" in text
    assert "lower learning rate" in text


def test_what_is_too_noisy_at_the_end_is_judged_by_the_last_half():
    noise = np.random.default_rng(1).normal(0, 0.4, 200)
    text = verdict(rows_of(depth=np.linspace(4, 3, 200) - noise, semseg=3 + 2 * noise), TITLES)
    assert text == (
        "**Too noisy to tell** over the last fifth of the steps: Semantic segmentation and Depth "
        "(fell by 14 % over the last half)."
    )


def test_a_short_training_is_not_judged():
    assert verdict(rows_of(depth=np.ones(20)), TITLES).startswith("Too few steps")


@pytest.mark.parametrize(
    ("trend", "state"),
    [
        (Trend(-0.08, 0.01), "falling"),
        (Trend(-0.08, 0.045), "flat"),
        (Trend(-0.02, 0.001), "flat"),
        (Trend(0.2, 0.05), "rising"),
        (Trend(-0.08, 0.06), "noisy"),
    ],
)
def test_a_course_has_a_change_that_matters_and_is_no_chance(trend, state):
    assert course(trend) == state


def test_a_note_says_how_dense_the_points_are_and_what_is_thin():
    rows = rows_of(depth=np.ones(9))
    assert points_note(rows, 2) == "Bold: running median over 11 steps."
    assert "over 11 points, one every 5 steps." in points_note(
        rows.assign(step=5 * rows["step"]), 2
    )
    assert "11 steps" in points_note(rows_of(depth=np.ones(1)), 2)
    both = pd.concat([rows, rows.assign(cycle=3)])
    assert points_note(both, 2).endswith("Thin: other cycles, the later the darker.")


def test_summary_for_those_who_cannot_see():
    text = summary(rows_of(depth=np.linspace(2, 1, 1200)), "Depth")
    assert text == "Training loss of Depth in cycle 2: 2 in step 1, 1 after 1,200 steps"
