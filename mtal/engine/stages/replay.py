"""What the other strategies would have picked from the signals measured for the run's own pick.

Pool, network, budget, seed, options and limits are the same, so a difference is one of the
strategies alone. What a strategy changes in the training of its own runs (dropout, loss modules
that shape the network, sample weights) is not replayed.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.acquisition.pool import Options
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.config import Config
from mtal.engine.stages.pick import PickRequest
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.training.batches import Report


def other_strategies(config: Config, signals: Sequence[str]) -> list[Strategy]:
    """List the built-in strategies beside a run's own that its signals and tasks allow."""
    options = Options.from_config(config)
    return [
        strategy
        for name, strategy in STRATEGIES.items()
        if name != config.strategy
        and set(strategy.signals(options)) <= set(signals)
        and set(strategy.tasks) <= set(config.tasks)
    ]


def replay(
    strategies: Sequence[Strategy], request: PickRequest, paths: CyclePaths, report: Report
) -> None:
    """Write down `Run.others` and `Run.others_picked`.

    Strategies whose work would not stay small beside the scoring pass are left out with the reason
    (`Strategy.replay_limit`, `replay_pool`), and so are those that raise a ValueError.
    """
    ranks: dict[str, np.ndarray] = {}
    picked: dict[str, list[int]] = {}
    left_out: dict[str, str] = {}
    for done, strategy in enumerate(strategies):
        report(done, len(strategies))
        if reason := too_slow(strategy, request):
            left_out[strategy.name] = reason
            continue
        try:
            pick = request.pick_by(strategy)
        except ValueError as error:  # such as a signal that is not finite, which hinders no other
            left_out[strategy.name] = str(error)
            continue
        ranks[strategy.name] = request.ranking(pick)
        picked[strategy.name] = pick.images.tolist()
    report(len(strategies), len(strategies))
    images = range(len(request.pool.labelled))
    pd.DataFrame(ranks, index=images, dtype=np.int32).to_parquet(paths.others)
    write_json(paths.others_picked, {"picked": picked, "left_out": left_out})


def too_slow(strategy: Strategy, request: PickRequest) -> str:
    """Say why a replay would take too long; "" if it would not."""
    images, tasks = len(request.pool.labelled), len(request.pool.tasks)
    picks = -(-request.budget // tasks)
    if images > strategy.replay_pool:
        return (
            f"its work grows faster than the pool: {images:,} images are more than the "
            f"{strategy.replay_pool:,.0f} up to which it stays small beside the scoring pass"
        )
    if images * picks > strategy.replay_limit:
        return (
            f"its work grows with pool × picks: {images:,} × {picks:,} is more than the "
            f"{strategy.replay_limit:,.0f} up to which it stays small beside the scoring pass"
        )
    return ""
