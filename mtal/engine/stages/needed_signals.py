"""Which signals a run cannot do without: those of its strategy, and of its sample weights."""

from mtal.acquisition.pool import Options
from mtal.acquisition.strategy import Strategy
from mtal.config import Config


def weights_setting(config: Config, strategy: Strategy) -> str:
    """How labelled images are weighted, `auto` resolved: off, ordered or scores.

    Without inconsistency in the score (terms=diversity) `auto` has nothing to order labels by.
    """
    if config.sample_weights != "auto":
        return config.sample_weights
    inconsistent = "committee" in strategy.signals(Options.from_config(config))
    return "ordered" if strategy.weights_samples and inconsistent else "off"


def needed_signals(config: Config, strategy: Strategy) -> tuple[str, ...]:
    """Name the signals of the strategy; the committee joins where it gives the sample weights."""
    needs = strategy.signals(Options.from_config(config))
    weighted = weights_setting(config, strategy) != "off"
    return (*needs, "committee") if weighted and "committee" not in needs else needs
