"""Lists of runs: the settings that each row shows."""

from mtal.config import Config
from mtal.ui.run.job_list import differing_settings, settings_text


def test_settings_that_distinguish_runs_come_first():
    common = {"channels": 64, "seed": 3}
    configs = [
        Config(**common),
        Config(**common, lr=0.01),
        Config(**common, lr=0.01, epochs=20, dataset="drawn", batch=4),
    ]
    assert differing_settings(configs) == [
        "lr",
        "epochs",
        "batch",
    ]  # the data set stands in the title
    assert differing_settings([*configs, Config(**common, picking="top")]) == [
        "lr",
        "picking",
        "epochs",
        "batch",
    ]


def test_runs_that_differ_in_title_or_machine_only_have_no_differing_settings():
    assert (
        differing_settings(
            [Config(), Config(seed=1), Config(strategy="random"), Config(device="cpu")]
        )
        == []
    )


def test_text_of_settings():
    config = Config(size=(96, 128), tasks=("depth", "semseg"), lr=1e-3)
    assert (
        settings_text(config, ["size", "tasks", "lr", "data"])
        == "size 96×128, tasks depth+semseg, lr 0.001"
    )
