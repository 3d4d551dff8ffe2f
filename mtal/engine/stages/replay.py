"""What the other strategies would have picked from the signals measured for the run's own pick.

Pool, network, budget, seed, options and limits are the same, so a difference is one of the
strategies alone. What a strategy changes in the training of its own runs (dropout, loss modules
that shape the network, sample weights) is not replayed.
"""

from collections.abc import Callable, Sequence

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
    (`Strategy.replay_limit`, `replay_pool`), also in the middle of their turns within limits, and
    so are those that raise a ValueError.
    """
    ranks: dict[str, np.ndarray] = {}
    picked: dict[str, list[int]] = {}
    left_out: dict[str, str] = {}
    for done, strategy in enumerate(strategies):
        report(done, len(strategies))
        try:
            pick = request.pick_by(strategy, guard(strategy, request))
        except ValueError as error:  # too slow, or a signal that is not finite: it hinders no other
            left_out[strategy.name] = str(error)
            continue
        ranks[strategy.name] = request.ranking(pick)
        picked[strategy.name] = pick.images.tolist()
    report(len(strategies), len(strategies))
    images = range(len(request.pool.labelled))
    pd.DataFrame(ranks, index=images, dtype=np.int32).to_parquet(paths.others)
    write_json(paths.others_picked, {"picked": picked, "left_out": left_out})


def guard(strategy: Strategy, request: PickRequest) -> Callable[[int], None]:
    """Make a function that is called before each turn with its budget in labels.

    It raises ValueError with the reason once the turns so far and this one are too much work. Work
    is counted, not timed, so that a run that goes on leaves out the same strategies.
    """
    images, tasks = len(request.pool.labelled), len(request.pool.tasks)
    turns: list[int] = []

    def before_turn(budget: int) -> None:
        turns.append(-(-budget // tasks))
        if reason := too_slow(strategy, images, turns):
            raise ValueError(reason)

    return before_turn


def too_slow(strategy: Strategy, images: int, turns: Sequence[int]) -> str:
    """Say why a replay would take too long; "" if it would not.

    images: of the pool; turns: images asked for, per turn. Within limits on the batch a strategy is
    asked several times. Work that grows faster than the pool is taken to grow with its square.
    """
    picks, times = sum(turns), ""
    if len(turns) > 1:
        times = f", in {len(turns)} turns within the limits of the batch,"
    if images**2 * len(turns) > strategy.replay_pool**2:
        return (
            f"its work grows faster than the pool: {images:,} images{times} are more than the "
            f"{strategy.replay_pool:,.0f} up to which it stays small beside the scoring pass"
        )
    if images * picks > strategy.replay_limit:
        return (
            f"its work grows with pool × picks: {images:,} × {picks:,}{times} is more than the "
            f"{strategy.replay_limit:,.0f} up to which it stays small beside the scoring pass"
        )
    return ""
