"""What the other strategies would have picked: each replayed on the very signals that were measured for the run's own pick.

The same pool, network, budget, seed and switches, so a difference is one of the strategies alone. What a strategy changes in the
training of its own runs (dropout, loss modules that shape the network, sample weights) is not replayed.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.acquisition.pool import Options, Pool, ranking
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.runs.files import write_json
from mtal.runs.paths import CyclePaths
from mtal.training.batches import Report


def rivals(own: str, signals: Sequence[str], tasks: Sequence[str]) -> list[Strategy]:
    """The built-in strategies beside a run's own that its signals and tasks allow."""
    return [
        strategy
        for name, strategy in STRATEGIES.items()
        if name != own and set(strategy.needs) <= set(signals) and set(strategy.tasks) <= set(tasks)
    ]


def replay(
    strategies: Sequence[Strategy],
    found: Mapping[str, np.ndarray],
    pool: Pool,
    budget: int,
    seed: Sequence[int],
    options: Options,
    cycle: CyclePaths,
    report: Report,
) -> None:
    """Write down `Run.others` and `Run.others_picked`. `pool`: of the run's pick; its signals are replaced by each one's own.

    Those whose work would not stay small beside the scoring pass are left out, with the reason: see `Strategy.replay_limit`
    and `replay_pool`.
    """
    ranks: dict[str, np.ndarray] = {}
    picked: dict[str, list[int]] = {}
    left_out: dict[str, str] = {}
    for done, strategy in enumerate(strategies):
        report(done, len(strategies))
        if reason := _too_much(strategy, pool, budget):
            left_out[strategy.name] = reason
            continue
        own = Pool(
            pool.tasks, pool.labelled, {name: found[name] for name in strategy.needs}, pool.closed
        )
        try:
            pick = strategy.pick(own, budget, np.random.default_rng(seed), options)
        except ValueError as error:  # such as a signal that is not finite: it hinders this one only
            left_out[strategy.name] = str(error)
            continue
        ranks[strategy.name] = ranking(pick, own)
        picked[strategy.name] = pick.images.tolist()
    report(len(strategies), len(strategies))
    pd.DataFrame(ranks, index=range(len(pool.labelled)), dtype=np.int32).to_parquet(cycle.others)
    write_json(cycle.others_picked, {"picked": picked, "left_out": left_out})


def _too_much(strategy: Strategy, pool: Pool, budget: int) -> str:
    """Why a replay would take too long; "" if it would not."""
    images, picks = len(pool.labelled), -(-budget // len(pool.tasks))
    if images > strategy.replay_pool:
        return (
            f"its work grows faster than the pool: {images:,} images are more than the {strategy.replay_pool:,.0f} up to "
            f"which it stays small beside the scoring pass"
        )
    if images * picks > strategy.replay_limit:
        return (
            f"its work grows with pool × picks: {images:,} × {picks:,} is more than the {strategy.replay_limit:,.0f} up to "
            f"which it stays small beside the scoring pass"
        )
    return ""
