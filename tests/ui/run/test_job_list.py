"""Lists of runs: what is said about the settings of each."""

from mtal.config import Config
from mtal.ui.run.job_list import settings_text, telling_settings


def test_settings_in_which_runs_differ_and_first_those_that_tell_them_apart():
    common = {"channels": 64, "seed": 3}
    configs = [
        Config(**common),
        Config(**common, lr=0.01),
        Config(**common, lr=0.01, epochs=20, dataset="drawn", batch=4),
    ]
    assert telling_settings(configs) == [
        "lr",
        "epochs",
        "batch",
    ]  # the data set stands in the title
    assert telling_settings([*configs, Config(**common, picking="top")]) == [
        "lr",
        "picking",
        "epochs",
        "batch",
    ]


def test_alike_runs_have_nothing_to_tell():
    assert (
        telling_settings(
            [Config(), Config(seed=1), Config(strategy="random"), Config(device="cpu")]
        )
        == []
    )


def test_settings_as_people_write_them():
    config = Config(size=(96, 128), tasks=("depth", "semseg"), lr=1e-3)
    assert (
        settings_text(config, ["size", "tasks", "lr", "data"])
        == "size 96×128, tasks depth+semseg, lr 0.001"
    )
