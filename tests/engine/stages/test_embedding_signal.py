"""In which feature a run compares images, for its map, clusters and neighbours."""

import pytest

from mtal.acquisition.registry import STRATEGIES
from mtal.engine.stages.needed_signals import embedding_signal, needed_signals
from tests.real_runs import tiny_config


@pytest.mark.parametrize(
    ("strategy", "sets", "signal"),
    [
        ("ours", (), "embedding"),
        ("ours", ("embedding_source=frozen",), "frozen"),
        ("ours", ("embedding_source=task features",), "task_features"),
        ("ours", ("terms=inconsistency",), "frozen"),
        ("core-set", (), "shared"),
        ("coverage", (), "frozen"),
        ("random", (), "frozen"),
    ],
)
def test_it_is_measured_or_the_one_that_every_run_has(strategy, sets, signal):
    config = tiny_config(f"strategy={strategy}", *sets)
    assert embedding_signal(config, STRATEGIES[strategy]) == signal
    assert signal in ("frozen", *needed_signals(config, STRATEGIES[strategy]))
