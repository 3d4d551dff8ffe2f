"""Which signals a run cannot do without: those of its strategy, and of its sample weights."""

from collections.abc import Sequence

from mtal.acquisition.pool import Options
from mtal.acquisition.strategy import Strategy
from mtal.config import Config
from mtal.signals.registry import SIGNALS
from mtal.tasks.task import Task

FROZEN = "frozen"  # the signal that is the same in every cycle


def weights_setting(config: Config, strategy: Strategy) -> str:
    """How labelled images are weighted, `auto` resolved: off, ordered or scores.

    Without inconsistency in the score (terms=diversity) `auto` has nothing to order labels by.
    """
    if config.sample_weights != "auto":
        return config.sample_weights
    inconsistent = "committee" in strategy.signals(Options.from_config(config))
    return "ordered" if strategy.weights_samples and inconsistent else "off"


def embedding_signal(config: Config, strategy: Strategy) -> str:
    """Name the signal in which a run compares images, for its map, clusters and neighbours.

    The one in which its strategy measures diversity; the frozen feature where it measures none.
    """
    if not strategy.own_embedding:
        return FROZEN
    options = Options.from_config(config)
    signal = options.embedding(strategy.own_embedding)
    return signal if signal in strategy.signals(options) else FROZEN


def needed_signals(config: Config, strategy: Strategy) -> tuple[str, ...]:
    """Name the signals of the strategy, and those of the run's other settings.

    The committee gives sample weights; near-duplicates are those of the frozen feature.
    """
    needs = strategy.signals(Options.from_config(config))
    wanted = {
        "committee": weights_setting(config, strategy) != "off",
        FROZEN: config.one_of_near_duplicates,
    }
    return (
        *needs,
        *[name for name, is_wanted in wanted.items() if is_wanted and name not in needs],
    )


def fitted_signals(
    strategy: Strategy, signals: Sequence[str], tasks: Sequence[Task]
) -> tuple[str, ...]:
    """Name the signals whose modules are fitted: those measured, and those the strategy fits only.

    signals: that are measured. What cannot be measured for the tasks is not fitted either.
    """
    only_fitted = [name for name in strategy.fits if name not in signals]
    return (*signals, *[name for name in only_fitted if not SIGNALS[name].refuses(tasks)])
