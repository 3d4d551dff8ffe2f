"""Describe the pool, let the strategy pick, write down what was picked and why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from torch import nn

from mtal.acquisition.pool import Options, Pick, Pool, ranking
from mtal.datasets.resized import Resized
from mtal.engine.rendering.cycle_images import draw_evidence, to_draw
from mtal.engine.rendering.draw import RenderContext, truth_of
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import stopping
from mtal.engine.stages.clusters import cluster_columns
from mtal.engine.stages.loss_history import bought_with
from mtal.engine.stages.prepare import RunContext
from mtal.engine.stages.projection import project
from mtal.engine.stages.replay import replay, rivals
from mtal.engine.stages.signal_quality import quality_table, versions
from mtal.engine.stages.train import save_weights
from mtal.engine.stages.true_losses import true_losses
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import TwoStageNetwork
from mtal.runs.experiments.budget import labels_per_cycle, mean_labels
from mtal.runs.paths import CyclePaths
from mtal.runs.store.pool_table import (
    CLUSTER,
    CUTOFF,
    ID,
    LABELLED,
    OPEN,
    PICKED,
    RANK,
    SCORE,
    loss_column,
    member_column,
)
from mtal.seeds import PICK
from mtal.signals.class_content import CONTENT, titles
from mtal.signals.committee import partners
from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext


@dataclass(frozen=True)
class Selection:
    """What a cycle picked, and what was measured on the way that is of use afterwards."""

    pairs: np.ndarray  # (K, 2); empty if it only measures
    committee: np.ndarray | None  # (N, T, M) m_{k,l}
    losses: np.ndarray | None  # (N, T) true losses, if signals were compared with them


def choose(
    study: RunContext,
    number: int,
    labelled: np.ndarray,
    fit_context: FitContext,
    auxiliaries: Mapping[str, nn.Module],
    cycle: CyclePaths,
    watch: StageTimer,
) -> Selection:
    """Fit and measure the signals, let the strategy pick, and write down what was picked and why."""
    config, fitted = study.config, dict(auxiliaries)
    for name in study.signals:
        if (fit := SIGNALS[name].fit) is not None:
            with watch.stage(SIGNALS[name].stage) as report:
                fitted[name] = fit(fit_context, report)
    found = described(study, fit_context, fitted, cycle, watch)
    with watch.stage("pick") as report:
        closed = study.closed_in(number)
        pool = Pool(
            config.tasks, labelled, {name: found[name] for name in study.strategy.needs}, closed
        )
        budget = stopping.affordable(
            config, labels_per_cycle(
                config, len(study.for_sale), mean_labels(study.for_sale)
            ), int(labelled.sum())
        )
        options = Options(
            config.committee,
            config.normalise,
            config.across,
            config.terms,
            config.diversity,
            config.picking,
        )
        seed = (config.seed, number, PICK)
        pick = study.strategy.pick(pool, budget, np.random.default_rng(seed), options)
        table = pool_table(study, pool, pick, found)
        report(1, 1)
    if others := rivals(study.strategy.name, study.signals, config.tasks):
        with watch.stage("others", len(others)) as report:
            replay(others, found, pool, budget, seed, options, cycle, report)
    if "embedding" in found:
        before = study.run.pool(number - 1).get(CLUSTER) if number else None
        table = table.assign(
            **cluster_columns(
                found["embedding"],
                np.asarray(labelled.any(axis=1)),
                pick.images,
                config.diversity,
                None if before is None else before.to_numpy(),
                config.seed,
            )
        )
    losses = None
    if study.truth is not None:  # only now, when nothing can be chosen by it any more
        losses = measure_quality(
            study, study.truth, fit_context.network, labelled, found, cycle, watch
        )
        table = table.assign(
            **{loss_column(name): losses[:, column] for column, name in enumerate(config.tasks)}
        )
    draw(
        study,
        fit_context,
        fitted.get("committee"),
        table,
        pick,
        bought_with(labelled, pick.pairs, config),
        cycle,
        watch,
    )
    table.to_parquet(cycle.pool)
    np.save(cycle.pick, pick.pairs)
    if "committee" in fitted:
        save_weights(fitted["committee"], cycle.pairs)
    if "embedding" in found:
        np.save(cycle.embedding, found["embedding"])
        if config.projection != "none":
            with watch.stage("project"):
                layout = study.run.layout(number - 1) if number else None
                np.save(
                    cycle.layout,
                    project(found["embedding"], layout, config.projection, config.seed),
                )
    return Selection(pick.pairs, found.get("committee"), losses)


def described(
    study: RunContext,
    fit_context: FitContext,
    fitted: Mapping[str, nn.Module],
    cycle: CyclePaths,
    watch: StageTimer,
) -> dict[str, np.ndarray]:
    """Signal -> (N, ...), all of one pass over the pool; what the images hold is found and written down on the way."""
    signals = {name: SIGNALS[name] for name in study.signals}
    if not signals:
        return {}
    if not CONTENT.refuses(fit_context.tasks):
        signals[CONTENT.name] = CONTENT
    with watch.stage("score", len(study.pool)) as report:
        found = describe(fit_context, signals, fitted, report)
    if (shares := found.pop(CONTENT.name, None)) is not None:
        pd.DataFrame(shares, columns=titles(fit_context.tasks)).to_parquet(cycle.content)
    return found


def draw(
    study: RunContext,
    fit_context: FitContext,
    blocks: nn.Module | None,
    table: pd.DataFrame,
    pick: Pick,
    bought: np.ndarray,
    cycle: CyclePaths,
    watch: StageTimer,
) -> None:
    """Pictures of the picked images and the near misses. In a simulation labels are shown beside predictions, without signal
    quality only those of `bought` (N, T) bool."""
    shown = to_draw(table[RANK].to_numpy(), len(pick.images))
    truth = truth_of(study.dataset.pool, study.dataset.tasks, bought, study.config)
    easel = RenderContext(
        fit_context.network,
        blocks if isinstance(blocks, PairBlocks) else None,
        study.pool,
        truth,
        fit_context.tasks,
        study.config,
        study.device,
    )
    with watch.stage("evidence", len(shown)) as report:
        draw_evidence(easel, shown, cycle, report)


def measure_quality(
    study: RunContext,
    truth: Resized,
    network: TwoStageNetwork,
    labelled: np.ndarray,
    found: dict[str, np.ndarray],
    cycle: CyclePaths,
    watch: StageTimer,
) -> np.ndarray:
    """Compare the signals with the true losses, (N, T), and write that down."""
    tasks = study.dataset.tasks
    with watch.stage("quality", len(study.pool)) as report:
        losses = true_losses(
            network, study.pool, truth, study.there, tasks, study.config, study.device, report
        )
        quality_table(found, losses, labelled, tasks, study.config).to_parquet(cycle.quality)
    return losses


def pool_table(
    study: RunContext, pool: Pool, pick: Pick, found: dict[str, np.ndarray]
) -> pd.DataFrame:
    """A row per pool image; see mtal.runs.store.pool_table for its columns."""
    rank, score = ranking(pick, pool), pick.table.get(SCORE)
    columns = {
        ID: study.dataset.pool.ids,
        LABELLED: pool.labelled.any(axis=1),
        OPEN: pool.open_images,
        PICKED: np.isin(np.arange(len(rank)), pick.images),
        RANK: rank,
    }
    if "committee" in found:
        columns |= {
            member_column(name, partner): found["committee"][:, row, column]
            for row, (name, others) in enumerate(
                partners(study.dataset.tasks, study.config).items()
            )
            for column, partner in enumerate(others)
        }
    columns |= {
        f"{version}.{name}": scores[:, column]
        for (signal, version), scores in versions(found).items()
        if signal != "committee"
        for column, name in enumerate(study.config.tasks)
    }
    cutoff = {} if score is None else {CUTOFF: np.full(len(rank), score[pick.images[-1]])}
    return pd.DataFrame(pick.table | columns | cutoff)[[*columns, *pick.table, *cutoff]]
