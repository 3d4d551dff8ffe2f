"""Strategy: a function that picks, and what the engine and the pages must know about it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool


@dataclass(frozen=True)
class Strategy:
    """A way to choose what is labelled next.

    `pick(pool, budget, rng, options)` picks `budget` (image, task) pairs. In the tables of all
    strategies a higher score is more worth labelling.
    """

    name: str
    title: str
    pick: Callable[[Pool, int, np.random.Generator, Options], Pick]
    blurb: str  # one sentence for the launch form
    formula: str  # plain text
    source: str  # the paper
    choices: str = ""  # what the paper leaves open and was decided here
    # signals that must be measured first, or a function that says which for some options
    needs: tuple[str, ...] | Callable[[Options], tuple[str, ...]] = ()
    # signal in which it measures diversity where embedding_source is auto; "" without diversity
    own_embedding: str = ""
    # signals whose modules are fitted for the next training, without being measured
    fits: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()  # tasks that it cannot do without
    uses: frozenset[str] = frozenset()  # settings of selection that change what it picks
    weights_samples: bool = False  # whether `sample_weights: auto` means ordered, else off
    pseudo_labels: bool = False  # whether missing tasks are learned from pseudo-labels
    replay_limit: float = inf  # pool images x picks up to which runs of other strategies replay it
    replay_pool: float = inf  # pool images up to which they replay it, whatever the picks
    dropout: float = 0.0  # share of task features dropped while the network is trained

    def signals(self, options: Options | None = None) -> tuple[str, ...]:
        """Name the signals that must be measured first. options: those of the run, or defaults."""
        if callable(self.needs):
            return self.needs(options or Options())
        return self.needs
