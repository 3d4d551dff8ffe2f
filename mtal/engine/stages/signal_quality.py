"""Signal quality: rank correlation of a cycle's signals with the true loss of unlabelled images.

See docs/method.md, section 9. N images in the pool, T tasks. A version is one way to make a number
per image and task of a signal (`Signal.scores`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.acquisition.rank_correlation import correlation
from mtal.acquisition.scores import comparable
from mtal.acquisition.select import distance_to_labelled
from mtal.acquisition.strategy import Strategy
from mtal.config import Config
from mtal.engine.stages.needed_signals import FROZEN, needed_signals
from mtal.runs.store.run import DIVERSITY, LOSS, QUALITY_COLUMNS
from mtal.signals.embedding import EMBEDDING
from mtal.signals.registry import SIGNALS
from mtal.tasks.task import Task

Versions = dict[tuple[str, str], np.ndarray]  # (signal, version) -> (N, T)


def is_measured(config: Config, strategy: Strategy, signals: Sequence[str]) -> bool:
    """Whether a run compares its signals with true losses, which only a simulation knows.

    A frozen feature that only pages use is no reason: Random would pay for another pass.
    """
    needs = needed_signals(config, strategy)
    compared = [
        name
        for name in signals
        if SIGNALS[name].scores is not None
        or (name in DIVERSITY and (name != FROZEN or name in needs))
    ]
    return config.signal_quality and not config.by_people and bool(compared)


def versions(signals: Mapping[str, np.ndarray]) -> Versions:
    """The scores of each signal that should rise with the true loss.

    signals: name -> (N, ...) as `describe` gives it.
    """
    all_scores: Versions = {}
    for name, values in signals.items():
        score = SIGNALS[name].scores
        if score is not None:
            all_scores |= {(name, version): scores for version, scores in score(values).items()}
    return all_scores


def quality_table(
    signals: Mapping[str, np.ndarray],
    losses: np.ndarray,
    labelled: np.ndarray,
    tasks: Sequence[Task],
    config: Config,
    own_embedding: str = EMBEDDING.name,
) -> pd.DataFrame:
    """A row per version and task, and per version and joined tasks; columns as in `Run.quality`.

    signals: name -> (N, ...); losses: (N, T) as `true_losses` gives them; labelled: (N, T) bool,
    what the network learned from; own_embedding: signal in which the run compares images, whose
    distances are listed beside those of the auto-encoder, as far as they are measured.
    """
    unlabelled = np.asarray(~labelled.any(axis=1))  # no task of theirs has been learned from
    weights = np.array([task.weight for task in tasks])
    # multi-task loss; NaN if one of the labels is missing
    total = np.where(unlabelled, losses @ weights, np.nan)
    unseen = np.where(labelled, np.nan, losses)
    rows = []
    for (signal, version), scores in versions(signals).items():
        rows += [
            _row(signal, version, task.name, "", scores[:, column], unseen[:, column])
            for column, task in enumerate(tasks)
        ]
        normalised = comparable(scores, unlabelled, config.normalise)
        rows += [
            _row(signal, version, LOSS, joined, join(normalised, axis=1), total)
            for joined, join in (("mean", np.mean), ("max", np.max))
        ]
    for name in dict.fromkeys((own_embedding, EMBEDDING.name)):
        if name in signals:
            distance = distance_to_labelled(signals[name], ~unlabelled, config.diversity)
            rows.append(_row(name, DIVERSITY[name], LOSS, "", distance, total))
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))


def _row(
    signal: str, version: str, task: str, joined: str, values: np.ndarray, losses: np.ndarray
) -> tuple[object, ...]:
    """A row of the table. values, losses: (N,); images count if their loss is finite."""
    counted = np.isfinite(losses)
    rho, low, high = correlation(values[counted], losses[counted])
    return signal, version, task, joined, rho, low, high, int(counted.sum())
