"""What counts as the cost of a strategy: sums by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from mtal.analysis.tables.costs import cycle_costs
from mtal.runs.store.run_facts import RunFacts

SECONDS = pd.DataFrame(
    [
        (0, "load", 1.0),
        (0, "train", 10.0),
        (0, "pairs", 4.0),
        (0, "embedding", 3.0),
        (0, "score", 2.0),
        (0, "pick", 0.5),
        (0, "evidence", 7.0),
        (1, "guess", 0.25),
        (1, "train", 20.0),
        (1, "evaluate", 9.0),
    ],
    columns=["cycle", "stage", "seconds"],
)


def of(facts, describe="needed"):
    """cycle, kind -> seconds, exact."""
    config = SimpleNamespace(describe=describe)
    costs = cycle_costs(SimpleNamespace(facts=RunFacts(**facts), config=config), SECONDS)
    return {(row.cycle, row.kind): (row.seconds, row.exact) for row in costs.itertuples()}


def test_only_the_stages_that_the_strategy_needs_are_counted():
    needed = {"train": True, "embedding": True, "score": False, "pick": True, "guess": True}
    assert of({"needed_stages": needed}, "always") == {
        (0, "training"): (10.0, True),
        (0, "selection"): (5.5, False),
        (1, "training"): (20.25, True),
    }


def test_what_needs_no_signal_costs_its_pick_alone():
    assert of({"needed_stages": {"train": False, "pick": True}}, "always") == {
        (0, "training"): (10.0, False),
        (0, "selection"): (0.5, True),
        (1, "training"): (20.0, False),
    }


@pytest.mark.parametrize("describe", ["needed", "always"])
def test_runs_that_did_not_write_it_down_count_all_and_say_when_that_is_too_much(describe):
    exact = describe != "always"
    assert of({}, describe) == {
        (0, "training"): (10.0, exact),
        (0, "selection"): (9.5, exact),
        (1, "training"): (20.25, exact),
    }
