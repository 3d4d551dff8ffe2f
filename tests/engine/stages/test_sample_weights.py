"""Any strategy can be trained with the weights of ours: Random with weights."""

import numpy as np
import pytest

from mtal.acquisition.registry import STRATEGIES
from mtal.config import Config
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.needed_signals import needed_signals, weights_setting
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.sample_weights import training_weights
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config


@pytest.mark.parametrize(
    ("settings", "weights", "signals"),
    [
        ({"strategy": "random"}, "off", ()),
        ({"strategy": "random", "sample_weights": "ordered"}, "ordered", ("committee",)),
        ({"strategy": "rbal", "sample_weights": "scores"}, "scores", ("uncertainty", "committee")),
        ({}, "ordered", ("committee", "embedding")),
        ({"sample_weights": "off"}, "off", ("committee", "embedding")),
        ({"terms": "inconsistency"}, "ordered", ("committee",)),
        ({"terms": "diversity"}, "off", ("embedding",)),
        ({"terms": "diversity", "embedding_source": "frozen"}, "off", ("frozen",)),
        (
            {"terms": "diversity", "sample_weights": "ordered"},
            "ordered",
            ("embedding", "committee"),
        ),
    ],
)
def test_weights_need_the_committee_and_nothing_else_does(settings, weights, signals):
    config = Config(**settings)
    strategy = STRATEGIES[config.strategy]
    assert weights_setting(config, strategy) == weights
    assert set(needed_signals(config, strategy)) == set(signals)


def test_random_with_weights(tmp_path):
    """Its picks are those of Random; its labels are weighted by the committee when picked."""
    config = tiny_config("strategy=random", "sample_weights=ordered", "cycles=2")
    run = Run(create(config, StorePaths(tmp_path)).folder)
    cycle.run_cycles(run, StageTimer(run, 0))
    context = prepare(run, StageTimer(run, 1), accept_data=False)
    labelled = run.labelled(1, run.start_labels())
    weights = training_weights(context, 1, labelled)
    picked = run.picked(0)
    assert set(np.unique(weights[labelled])) == {0.5, 1}
    assert set(weights[tuple(picked.T)]) == {0.5, 1}
    table = run.pool(0)
    for column, task in enumerate(config.tasks):
        others = [f"m.{task}.{other}" for other in config.tasks if other != task]
        scores = table[others].max(axis=1)[table["open"]]
        best = scores.sort_values(ascending=False).index[:5].tolist()  # what the task would choose
        for image in picked[picked[:, 1] == column, 0].tolist():
            assert weights[image, column] == (1 if image in best else 0.5)
