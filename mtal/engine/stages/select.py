"""Measure the pool, let the strategy pick a batch, and write down what was picked and why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from torch import nn

from mtal.acquisition.pool import Pick
from mtal.engine.rendering.cycle_images import draw_evidence, images_to_draw
from mtal.engine.rendering.draw import RenderContext, ground_truth
from mtal.engine.stages.clusters import cluster_columns
from mtal.engine.stages.fitted_weights import keep_fitted
from mtal.engine.stages.frozen_feature import write_frozen_layout
from mtal.engine.stages.needed_signals import FROZEN, embedding_signal, fitted_signals
from mtal.engine.stages.neighbours import write_neighbours
from mtal.engine.stages.pick import PickRequest, pick_request, pool_table
from mtal.engine.stages.projection import project
from mtal.engine.stages.replay import other_strategies, replay
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.signal_quality import quality_table
from mtal.engine.stages.train import TrainedNetwork, save_weights
from mtal.engine.stages.true_losses import true_losses
from mtal.models.pairwise_distillation import PairBlocks
from mtal.pool_columns import CLUSTER, RANK
from mtal.runs.files import write_json
from mtal.runs.store.pool_table import loss_column
from mtal.signals.class_content import CONTENT, titles
from mtal.signals.describe import describe
from mtal.signals.embedding import EMBEDDING
from mtal.signals.registry import SIGNALS


@dataclass(frozen=True)
class Selection:
    """What a cycle picked, and what it measured on the way that is used afterwards."""

    pairs: np.ndarray  # (K, 2) picked (image, task) pairs, in order
    committee: np.ndarray | None  # (N, T, M) m_{k,l}
    losses: np.ndarray | None  # (N, T) true losses, if signals were compared with them


NOTHING_SELECTED = Selection(np.empty((0, 2), np.int64), None, None)


def select_batch(cycle: CycleContext, trained: TrainedNetwork) -> Selection:
    """Pick the next batch (docs/method.md, section 1, steps 3 to 5) and write it down."""
    fitted = fit_signals(cycle, trained)
    signals = measure_signals(cycle, trained, fitted)
    request = pick_request(cycle, signals)
    pick, table = pick_batch(cycle, request)
    replay_others(cycle, request)
    points = signals.get(embedding_signal(cycle.context.config, cycle.context.strategy))
    if points is not None:
        table = add_clusters(cycle, table, points, pick)
    # true losses are read only now, when nothing can be chosen by them any more
    losses = compare_signals(cycle, trained, signals)
    if losses is not None:
        table = add_losses(cycle, table, losses)
    draw_images(cycle, trained, fitted.get("committee"), table, pick)
    table.to_parquet(cycle.paths.pool)
    np.save(cycle.paths.pick, pick.pairs)
    if "committee" in fitted:
        save_weights(fitted["committee"], cycle.paths.pairs)
    write_embeddings(cycle, signals)
    return Selection(pick.pairs, signals.get("committee"), losses)


def fit_signals(cycle: CycleContext, trained: TrainedNetwork) -> dict[str, nn.Module]:
    """Fit what the signals need on the frozen network: signal -> module, auxiliaries included."""
    context, fitted = cycle.context, dict(trained.auxiliaries)
    for name in fitted_signals(context.strategy, context.signals, context.dataset.tasks):
        signal = SIGNALS[name]
        if signal.fit is not None:
            with cycle.timer.stage(signal.stage) as report:
                fitted[name] = signal.fit(trained.fit_context, report)
    keep_fitted(cycle.context.run, cycle.number, fitted)
    facts = {name: SIGNALS[name].fit_facts(module) for name, module in fitted.items()}
    write_json(cycle.paths.fits, facts)
    return fitted


def measure_signals(
    cycle: CycleContext, trained: TrainedNetwork, fitted: Mapping[str, nn.Module]
) -> dict[str, np.ndarray]:
    """Measure all signals in one pass over the pool: signal -> (N, ...).

    The classes that the images hold are measured in the same pass and written down.
    """
    tasks, pool = cycle.context.dataset.tasks, cycle.context.pool
    names = cycle.context.signals
    signals = {name: SIGNALS[name] for name in names if SIGNALS[name].predicts}
    frozen = cycle.context.frozen
    ready = {} if frozen is None else {FROZEN: frozen}
    if not signals:
        return ready
    if not CONTENT.refuses(tasks):
        signals[CONTENT.name] = CONTENT
    with cycle.timer.stage("score", len(pool)) as report:
        values = describe(trained.fit_context, signals, fitted, report)
    content = values.pop(CONTENT.name, None)
    if content is not None:
        pd.DataFrame(content, columns=titles(tasks)).to_parquet(cycle.paths.content)
    return values | ready


def pick_batch(cycle: CycleContext, request: PickRequest) -> tuple[Pick, pd.DataFrame]:
    """Let the run's strategy pick, and make the table of the pool."""
    with cycle.timer.stage("pick") as report:
        pick = request.pick_by(cycle.context.strategy)
        table = pool_table(cycle.context, request, pick)
        report(1, 1)
    return pick, table


def replay_others(cycle: CycleContext, request: PickRequest) -> None:
    """Replay the other strategies that the measured signals allow, and write their picks down."""
    context = cycle.context
    others = other_strategies(context.config, context.signals)
    if others:
        with cycle.timer.stage("others", len(others)) as report:
            replay(others, request, cycle.paths, report)


def add_clusters(
    cycle: CycleContext, table: pd.DataFrame, embedding: np.ndarray, pick: Pick
) -> pd.DataFrame:
    """Add clusters and distances to the nearest labelled image. embedding: (N, D)."""
    context, config = cycle.context, cycle.context.config
    labelled = np.asarray(cycle.labels.labelled.any(axis=1))
    before = None
    if cycle.number:
        pool = context.run.pool(cycle.number - 1)
        before = pool[CLUSTER].to_numpy() if CLUSTER in pool else None
    columns = cluster_columns(
        embedding, labelled, pick.images, config.diversity, before, config.seed
    )
    return table.assign(**columns)


def compare_signals(
    cycle: CycleContext, trained: TrainedNetwork, signals: Mapping[str, np.ndarray]
) -> np.ndarray | None:
    """Compare the signals with the true losses and write that down (docs/method.md, section 9).

    Returns (N, T) true losses; None where the run does not compare.
    """
    context = cycle.context
    if context.oracle is None:
        return None
    with cycle.timer.stage("quality", len(context.pool)) as report:
        exists = context.labels.exists
        losses = true_losses(trained.fit_context, context.oracle, exists, report)
        tasks, labelled = context.dataset.tasks, cycle.labels.labelled
        own = embedding_signal(context.config, context.strategy)
        table = quality_table(signals, losses, labelled, tasks, context.config, own)
        table.to_parquet(cycle.paths.quality)
    return losses


def add_losses(cycle: CycleContext, table: pd.DataFrame, losses: np.ndarray) -> pd.DataFrame:
    """Add a column of true losses per task. losses: (N, T)."""
    tasks = cycle.context.config.tasks
    return table.assign(
        **{loss_column(name): losses[:, column] for column, name in enumerate(tasks)}
    )


def draw_images(
    cycle: CycleContext,
    trained: TrainedNetwork,
    blocks: nn.Module | None,
    table: pd.DataFrame,
    pick: Pick,
) -> None:
    """Draw the picked images and the near misses. blocks: of the committee, None without one.

    A simulation shows labels beside predictions: all with signal quality, else the acquired ones.
    """
    context, dataset = cycle.context, cycle.context.dataset
    images = images_to_draw(table[RANK].to_numpy(), len(pick.images))
    readable = cycle.labels.readable_after(pick.pairs)
    render_context = RenderContext(
        network=trained.network,
        blocks=blocks if isinstance(blocks, PairBlocks) else None,
        pool=context.pool,
        truth=ground_truth(dataset.pool, dataset.tasks, readable, context.config),
        tasks=dataset.tasks,
        config=context.config,
        device=context.device,
    )
    with cycle.timer.stage("evidence", len(images)) as report:
        draw_evidence(render_context, images, cycle.paths, report)


def write_embeddings(cycle: CycleContext, signals: Mapping[str, np.ndarray]) -> None:
    """Write what images are compared by, how alike neighbours are, and the maps.

    signals: name -> (N, ...). The frozen feature is the run's, with one map for all cycles. The
    auto-encoder's map starts from that of the cycle before.
    """
    context = cycle.context
    config, run = context.config, context.run
    own = embedding_signal(config, context.strategy)
    kept = {name: signals[name] for name in (own, EMBEDDING.name) if name in signals}
    for name, points in kept.items():
        if name != FROZEN:
            np.save(cycle.paths.feature(name), points)
    write_neighbours(cycle, kept)
    if config.projection == "none":
        return
    with cycle.timer.stage("project"):
        write_frozen_layout(context)
        if EMBEDDING.name in signals:
            before = run.layout(cycle.number - 1) if cycle.number else None
            layout = project(signals[EMBEDDING.name], before, config.projection, config.seed)
            np.save(cycle.paths.layout, layout)
