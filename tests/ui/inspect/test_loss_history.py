"""The sentence about later cycles says what the rows say."""

import re

import numpy as np
import pandas as pd
import pytest

from mtal.runs.store.run_facts import TaskFacts
from mtal.ui.inspect.loss_history import change, is_measured, weights


def task(name: str, unit: str = "m") -> TaskFacts:
    return TaskFacts(
        name=name,
        title=name.capitalize(),
        metric="m",
        axis="m",
        unit="",
        better="lower",
        weight=1.0,
        distance="d",
        distance_unit=unit,
        note="",
        value_unit="m",
        legend=(),
    )


def rows(loss: list[float], learned: list[bool] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cycle": range(1, 1 + len(loss)),
            "learned": learned or [False] + [True] * (len(loss) - 1),
            "loss.depth": loss,
            "s.depth": loss,
            "weight.depth": [0.0] + [1.8] * (len(loss) - 1),
            "weight.semseg": [0.0] + [0.4] * (len(loss) - 1),
        }
    )


def test_the_sentence_of_the_brief():
    assert (
        change(rows([1.9, 0.7]), task("depth"), "loss")
        == "Its depth loss fell from 1.90 to 0.700 after one training on it."
    )
    assert change(rows([1.9, 0.7]), task("depth"), "s") == (
        "Its depth disagreement fell from 1.90 to 0.700 m after one training on it."
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_verb_agrees_with_the_numbers(seed):
    before, after = np.random.default_rng(seed).uniform(0.1, 3, 2)
    text = change(rows([before, after]), task("depth"), "loss")
    numbers = [float(number) for number in re.findall(r"\d+\.\d+", text)]
    assert ("fell" in text) == (after < before)
    assert numbers == pytest.approx([before, after], rel=1e-2)


def test_later_trainings_and_no_change_are_told():
    assert change(rows([1.9, 0.7, 0.5]), task("depth"), "loss").endswith(
        ", and stands at 0.500 after 2 trainings."
    )
    assert "stayed at 0.700" in change(rows([0.7, 0.7]), task("depth"), "loss")


@pytest.mark.parametrize(
    "incomplete",
    [rows([1.9]), rows([np.nan, 0.7]), rows([1.9, np.nan]), rows([1.9, 0.7], [True, True])],
)
def test_nothing_is_said_without_a_before_and_an_after(incomplete):
    assert change(incomplete, task("depth"), "loss") == ""


def test_nothing_is_said_of_a_task_that_nobody_measured():
    assert change(rows([1.9, 0.7]), task("normals"), "loss") == ""
    assert not is_measured(rows([np.nan, np.nan]), "loss.depth")
    assert is_measured(rows([np.nan, 1.0]), "loss.depth")


def test_weights_of_the_first_training():
    both = (task("semseg"), task("depth"))
    assert weights(rows([1.9, 0.7]), both) == (
        "In its first training its weight was 0.400 for semseg and 1.80 for depth (1 is the mean)."
    )
    assert (
        weights(rows([1.9, 0.7]), both[1:])
        == "In its first training its weight was 1.80 for every task (1 is the mean)."
    )
    assert weights(rows([1.9]), both) == ""
