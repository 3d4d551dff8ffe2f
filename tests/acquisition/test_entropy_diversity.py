"""The control of ours differs from it in the signal only."""

from dataclasses import replace

import numpy as np
import pytest

from mtal.acquisition.contract import SWITCHES
from mtal.acquisition.entropy_diversity import ENTROPY_DIVERSITY
from mtal.acquisition.pool import Options
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.trial_pools import trial_pool

OURS = STRATEGIES["ours"]
SHARED = ("normalise", "across", "terms", "diversity", "picking", "embedding_source")
EVERY = [replace(Options(), **{name: value}) for name in SHARED for value in SWITCHES[name]]


@pytest.mark.parametrize("options", EVERY, ids=str)
def test_ours_with_the_same_scores_picks_the_same(options):
    """A committee of one member that says what the entropy says."""
    pool = trial_pool(ENTROPY_DIVERSITY.signals(options), images=40, seed=2)
    signals = dict(pool.signals)
    if "initial_uncertainty" in signals:
        signals["committee"] = signals["initial_uncertainty"][..., None]
    both = replace(pool, signals=signals)
    own, control = (
        strategy.pick(both, 24, np.random.default_rng(0), options)
        for strategy in (OURS, ENTROPY_DIVERSITY)
    )
    np.testing.assert_array_equal(own.pairs, control.pairs)
    np.testing.assert_array_equal(own.table["score"], control.table["score"])


def test_a_term_that_is_left_out_is_not_measured():
    for terms, needed in {
        "product": {"committee", "embedding"},
        "inconsistency": {"committee"},
        "diversity": {"embedding"},
    }.items():
        assert set(OURS.signals(Options(terms=terms))) == needed
        control = {"initial_uncertainty" if name == "committee" else name for name in needed}
        assert set(ENTROPY_DIVERSITY.signals(Options(terms=terms))) == control


def test_it_uses_every_setting_of_ours_but_the_committees():
    assert ENTROPY_DIVERSITY.uses < OURS.uses
    assert set(SHARED) <= ENTROPY_DIVERSITY.uses
