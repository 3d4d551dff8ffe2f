"""The cycles of a run (docs/method.md, section 1), going on after the last complete one."""

from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import stopping
from mtal.engine.stages.apply_reviews import apply_reviews
from mtal.engine.stages.fitted_weights import delete_fitted
from mtal.engine.stages.frozen_feature import with_frozen_feature
from mtal.engine.stages.measure import evaluate_network, write_loss_history, write_measurements
from mtal.engine.stages.open_labels import open_labels
from mtal.engine.stages.pool_groups import with_pool_groups
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.run_context import CycleContext, RunContext
from mtal.engine.stages.select import NOTHING_SELECTED, select_batch
from mtal.engine.stages.stored_pyramids import with_stored_pyramids
from mtal.engine.stages.train import save_weights, train_network
from mtal.engine.stages.worth import write_worth
from mtal.runs.store.manifest import damages
from mtal.runs.store.run import Run
from mtal.training.device import set_threads


def run_cycles(run: Run, timer: StageTimer, accept_data: bool = False) -> str:
    """Run the cycles that are not complete yet.

    accept_data: go on although the data changed since the first cycle. Returns why the run ended
    before its last cycle, "" if it did not. StopRequested, ConfigError, DataError or DamagedFile
    end it too.
    """
    if run.cycles_done() >= run.config.cycles:
        delete_fitted(run)
        return ""  # killed after its last cycle, so nothing else is left to do
    losses, label_count = stopping.so_far(run)
    if ended_by := stopping.reason(run.config, losses, label_count):
        delete_fitted(run)
        return ended_by  # killed after the cycle with which a rule ended it
    for damage in damages(run):
        raise damage
    context = begin(run, timer, accept_data)
    for number in range(run.cycles_done(), context.config.cycles):
        set_threads(context.config)  # the map of the cycle before may have changed them
        labels = apply_reviews(run, number, context.dataset, context.labels)
        open_labels(context, labels, timer)
        with run.new_cycle(number) as paths:
            cycle = CycleContext(context, number, labels, paths, timer)
            ended_by = run_cycle(cycle, losses)
        timer.next_cycle()
        if ended_by:
            break
    delete_fitted(run)  # no cycle goes on from them any more
    return ended_by


def begin(run: Run, timer: StageTimer, accept_data: bool = False) -> RunContext:
    """Prepare a run, with all that stays the same over its cycles; errors as in `prepare`."""
    context = with_stored_pyramids(prepare(run, timer, accept_data), timer)
    return with_pool_groups(with_frozen_feature(context, timer), timer)


def run_cycle(cycle: CycleContext, losses: list[float]) -> str:
    """Train, evaluate, compare the last scores with the labels that came, pick the next batch.

    All of it is written down. losses: multi-task loss of each cycle so far; that of this cycle is
    appended. Returns why the run ends with this cycle, "" if it goes on.
    """
    trained = train_network(cycle)
    evaluation = evaluate_network(cycle, trained.network)
    write_worth(cycle, trained)
    losses.append(evaluation.loss)
    ended_by = ""  # a run that ends because its cycles are up is ended by no rule
    if not cycle.is_last:
        ended_by = stopping.reason(cycle.context.config, losses, int(cycle.labels.labelled.sum()))
    selection = NOTHING_SELECTED
    if not (ended_by or cycle.is_last) and cycle.labels.open_pairs.any():
        selection = select_batch(cycle, trained)
    write_loss_history(cycle, trained, selection)
    save_weights(trained.network, cycle.paths.network)
    write_measurements(cycle, evaluation, trained.waited_s)
    return ended_by
