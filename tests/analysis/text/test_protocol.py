"""What was compared and how far it is, in sentences."""

import pytest

from mtal.analysis.text.protocol import (
    comparison_text,
    data_notes,
    progress_of,
    progress_text,
    protocol_parts,
    runs_table,
    status_word,
)
from mtal.config import Config
from mtal.runs.experiments.experiment import create_experiment
from mtal.runs.experiments.plan import Cell
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from tests.runs.made_run import made_course

BASE = Config(cycles=3)


@pytest.fixture
def runs(tmp_path):
    """Two seeds of ours and one of random that was stopped."""
    ours = [
        made_course(tmp_path, BASE.model_copy(update={"seed": seed}), [5.0, 4.0, 3.0])
        for seed in (0, 1)
    ]
    return [
        *ours,
        made_course(
            tmp_path,
            BASE.model_copy(update={"strategy": "random"}),
            [5.0],
            "stopped",
            fingerprint="ff" * 8,
            strategy_title="Random",
            data_changes=[{"cycle": 1, "before": "a", "after": "b"}],
        ),
    ]


def test_a_sentence_says_what_was_compared(runs):
    assert comparison_text(runs) == (
        "Ours and Random on Made (semseg, depth, normals), network padnet: 3 runs, seeds 0 and 1."
    )
    assert comparison_text(runs[:1]).endswith("1 run, seed 0.")


def test_it_says_that_the_backbone_was_frozen(tmp_path):
    configs = [BASE.model_copy(update={"backbone_frozen": frozen}) for frozen in (True, False)]
    runs = [made_course(tmp_path, config, [5.0]) for config in configs]
    assert "network padnet on a frozen backbone: 1 run" in comparison_text(runs[:1])
    assert "padnet on a frozen backbone or padnet" in comparison_text(runs)
    differing, same = protocol_parts(runs)
    assert list(differing.loc["network"]) == [
        "padnet, efficientnet_lite0, frozen, 256 channels",
        "padnet, efficientnet_lite0, 256 channels",
    ]
    assert list(differing.loc["start of training"]) == [
        "heads anew each cycle, backbone frozen at ImageNet weights",
        "anew from ImageNet weights each cycle",
    ]
    assert all("backbone_frozen=" in title for title in differing.columns)
    assert "network" not in same.index


def statuses_text(progress):
    return progress_text([run.status for run in progress])


def test_how_far_it_is(runs, tmp_path):
    assert statuses_text(progress_of(runs[:2])) == "2 of 2 runs finished"
    assert statuses_text(progress_of(runs)) == "2 of 3 runs finished: 1 stopped"
    cells = [Cell("", run.config) for run in runs] + [Cell("", BASE.model_copy(update={"seed": 9}))]
    progress = progress_of(create_experiment(StorePaths(tmp_path), "plan", "Plan", cells))
    assert statuses_text(progress) == "2 of 4 runs finished: 1 not started, 1 stopped"
    assert [(run.done, run.cycles) for run in progress] == [(3, "3"), (3, "3"), (1, "3"), (0, "3")]
    assert status_word(Status.QUEUED) == "waiting"


def test_every_run_has_digests_of_its_settings_and_data(runs):
    table = runs_table(runs, progress_of(runs)).set_index("run")
    first, second, other = (table.loc[run.name] for run in runs)
    assert first["settings digest"] == second["settings digest"] != other["settings digest"]
    assert (first["data digest"], other["data digest"]) == ("0123456789ab", "ffffffffffff")
    assert all(table.loc[run.name, "settings digest"] in run.config.group for run in runs)
    assert table[["strategy", "seed"]].to_numpy().tolist() == [
        ["ours", "0"],
        ["ours", "1"],
        ["random", "0"],
    ]


def test_data_that_differ_or_changed_are_named(runs):
    several, changed = data_notes(runs)
    assert several.startswith("The runs did not see the same data.")
    assert changed == f"The data of {runs[2].name} changed before cycle 1."
    assert data_notes(runs[:2]) == ["Fingerprint of the data: 0123456789abcdef."]


def test_the_protocol_in_two_parts(runs):
    differing, same = protocol_parts(runs)
    assert list(differing.index) == ["seeds"]
    assert list(differing.columns) == ["Ours", "Random"]
    assert same.columns.tolist() == ["the same for all"]
    assert protocol_parts(runs[:2])[1].columns.tolist() == ["value"]
