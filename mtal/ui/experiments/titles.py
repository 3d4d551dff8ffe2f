"""Titles of data sets and strategies on the Experiments page."""

from collections.abc import Sequence

from mtal.analysis.numbers import count, listed
from mtal.runs.experiments.state import Experiment
from mtal.ui import loaders
from mtal.ui.components import strategy_cards
from mtal.ui.text import plain

NAMED = 3  # strategies that a text names


REFERENCE_TITLE = "Reference: all labels"


def data_title(experiment: Experiment) -> str:
    """Title of an experiment's data set, else its name.

    The title comes from a run of the experiment, or of any other run on the same kind of data,
    since the registry of data sets imports torch.
    """
    kind = experiment.cells[0].config.dataset
    own = [run for run in map(experiment.run, experiment.cells) if run]
    others = [run for run in loaders.runs() if run.config.dataset == kind]
    return next((run.facts.dataset_title for run in (*own, *others) if run.facts.written), kind)


def strategy_title(name: str) -> str:
    """Title of a strategy; the name where a user's strategy is not installed any more."""
    return strategy_cards.titles().get(name, name)


def some_titles(strategies: Sequence[str]) -> str:
    """`Random, RBAL and 5 more strategies`; at most three are named."""
    titles = [plain(strategy_title(name)) for name in strategies]
    if len(titles) > NAMED:
        titles = [*titles[:NAMED], count(len(titles) - NAMED, "more strategy", "more strategies")]
    return listed(titles)
