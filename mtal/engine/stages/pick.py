"""Ask a strategy for a batch, and the table that says why it picked what it picked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mtal.acquisition.pool import Options, Pick, Pool, ranking
from mtal.acquisition.strategy import Strategy
from mtal.engine.stages import stopping
from mtal.engine.stages.limits import NO_LIMITS, Limits, pick_within, within
from mtal.engine.stages.pool_groups import group_columns, limits_of
from mtal.engine.stages.run_context import CycleContext, RunContext
from mtal.engine.stages.signal_quality import versions
from mtal.engine.stages.worth import past_batches
from mtal.pool_columns import CUTOFF, ID, LABELLED, OPEN, PICKED, RANK
from mtal.runs.experiments.budget import labels_per_cycle, mean_labels
from mtal.runs.store.pool_table import SCORE, member_column
from mtal.seeds import PICK
from mtal.signals.committee import partners


@dataclass(frozen=True)
class PickRequest:
    """What every strategy of a cycle is asked: the same pool, budget, random stream and options."""

    pool: Pool  # with all measured signals
    budget: int  # labels
    seed: tuple[int, ...]
    options: Options
    limits: Limits = NO_LIMITS

    def pool_for(self, strategy: Strategy) -> Pool:
        """The pool with those signals only that a strategy needs."""
        pool = self.pool
        signals = {name: pool.signals[name] for name in strategy.signals(self.options)}
        return replace(pool, signals=signals)

    def pick_by(self, strategy: Strategy, before_turn: Callable[[int], None] | None = None) -> Pick:
        """Let a strategy pick within the limits. ValueError if a signal of it is not finite.

        before_turn: called with the budget of each turn; what it raises ends the pick.
        """

        def ask(pool: Pool, budget: int, turn: int) -> Pick:
            if before_turn is not None:
                before_turn(budget)
            rng = np.random.default_rng((*self.seed, turn) if turn else self.seed)
            return strategy.pick(pool, budget, rng, self.options)

        pool = self.pool_for(strategy)
        return (
            pick_within(self.limits, pool, self.budget, ask)
            if self.limits
            else ask(pool, self.budget, 0)
        )

    def ranking(self, pick: Pick) -> np.ndarray:
        """Rank the images, (N,), as `ranking`; what the limits exclude after the pick has none."""
        return ranking(pick, within(self.limits, self.pool, pick.pairs))


def pick_request(cycle: CycleContext, signals: Mapping[str, np.ndarray]) -> PickRequest:
    """What the strategies of a cycle are asked. signals: name -> (N, ...)."""
    config, labels = cycle.context.config, cycle.labels
    acquirable = labels.acquirable
    budget = labels_per_cycle(config, len(acquirable), mean_labels(acquirable))
    return PickRequest(
        Pool(config.tasks, labels.labelled, dict(signals), labels.closed, past_batches(cycle)),
        stopping.affordable(config, budget, int(labels.labelled.sum())),
        (config.seed, cycle.number, PICK),
        Options.from_config(config),
        limits_of(cycle.context),
    )


def pool_table(context: RunContext, request: PickRequest, pick: Pick) -> pd.DataFrame:
    """A row per pool image; see mtal.runs.store.pool_table for the columns."""
    pool, rank, score = request.pool, request.ranking(pick), pick.table.get(SCORE)
    columns = {
        ID: context.dataset.pool.ids,
        LABELLED: pool.labelled.any(axis=1),
        OPEN: pool.open_images,
        PICKED: np.isin(np.arange(len(rank)), pick.images),
        RANK: rank,
    }
    columns |= group_columns(context)
    if "committee" in pool.signals:
        columns |= member_columns(context, pool.signals["committee"])
    columns |= {
        f"{version}.{name}": scores[:, column]
        for (signal, version), scores in versions(pool.signals).items()
        if signal != "committee"
        for column, name in enumerate(context.config.tasks)
    }
    cutoff = {} if score is None else {CUTOFF: np.full(len(rank), score[pick.images[-1]])}
    return pd.DataFrame(pick.table | columns | cutoff)[[*columns, *pick.table, *cutoff]]


def member_columns(context: RunContext, committee: np.ndarray) -> dict[str, np.ndarray]:
    """A column per committee member. committee: (N, T, M) m_{k,l}."""
    names = partners(context.dataset.tasks, context.config)  # task -> names of its members
    return {
        member_column(task, partner): committee[:, row, column]
        for row, (task, members) in enumerate(names.items())
        for column, partner in enumerate(members)
    }
