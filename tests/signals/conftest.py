"""A trained bench that the tests of signals share."""

import pytest
from torch import nn

from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext
from mtal.training.train import train
from tests.training.benches import quiet, small_bench

FITTED = [name for name, signal in SIGNALS.items() if signal.fit]


def trained_bench(*sets: str) -> tuple[FitContext, dict[str, nn.Module]]:
    """A bench whose network was trained for a while, and what was trained with it or afterwards."""
    bench = small_bench("epochs=6", "lr=0.003", *sets)
    network = bench.network.requires_grad_(True)
    along = {
        name: signal.along(network, bench.tasks, True)
        for name, signal in SIGNALS.items()
        if signal.along
    }
    train(network, bench.feed, bench.config, [0], quiet, list(along.values()))
    for module in (network, *along.values()):
        module.eval().requires_grad_(False)
    return bench, along | {name: SIGNALS[name].fit(bench, quiet) for name in FITTED}


@pytest.fixture(scope="package")
def made():
    return trained_bench()


@pytest.fixture(scope="package")
def bench(made):
    return made[0]


@pytest.fixture(scope="package")
def fitted(made):
    return made[1]


@pytest.fixture(scope="package")
def together(bench, fitted):
    """All signals in one pass."""
    return describe(bench, SIGNALS, fitted, quiet)
