"""A trained network, with its signals, that the tests of signals share."""

import pytest
from torch import nn

from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext
from mtal.training.train import train
from tests.training.contexts import quiet, small_context

FITTED = [name for name, signal in SIGNALS.items() if signal.fit]


def trained_context(*sets: str) -> tuple[FitContext, dict[str, nn.Module]]:
    """A context whose network was trained a little, and the modules of the signals."""
    context = small_context("epochs=6", "lr=0.003", *sets)
    network = context.network.requires_grad_(True)
    auxiliaries = {
        name: signal.build_auxiliary(network, context.tasks, True, context.config)
        for name, signal in SIGNALS.items()
        if signal.build_auxiliary
    }
    train(network, context.batches, context.config, [0], quiet, list(auxiliaries.values()))
    for module in (network, *auxiliaries.values()):
        module.eval().requires_grad_(False)
    return context, auxiliaries | {name: SIGNALS[name].fit(context, quiet) for name in FITTED}


@pytest.fixture(scope="package")
def trained():
    return trained_context()


@pytest.fixture(scope="package")
def context(trained):
    return trained[0]


@pytest.fixture(scope="package")
def fitted(trained):
    return trained[1]


@pytest.fixture(scope="package")
def together(context, fitted):
    """All signals, measured in one pass."""
    return describe(context, SIGNALS, fitted, quiet)
