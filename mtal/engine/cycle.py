"""The heart of the program: train, measure, describe the pool, pick; once per cycle, going on after the last complete one."""

import numpy as np

from mtal.datasets.dataset import Gated
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import stopping
from mtal.engine.stages.apply_reviews import apply_reviews
from mtal.engine.stages.measure import follow, write_measurements
from mtal.engine.stages.prepare import leave_out, prepare, without_broken
from mtal.engine.stages.prepare_data import must_be_learned
from mtal.engine.stages.select import Selection, choose
from mtal.engine.stages.train import save_weights, trained_network, training_batches
from mtal.runs.store.run import Run
from mtal.seeds import SIGNAL
from mtal.signals.signal import FitContext
from mtal.training.device import set_threads
from mtal.training.evaluate import evaluate


def run_cycles(run: Run, watch: StageTimer, accept_data: bool = False) -> str:
    """All cycles of a run that are not complete yet; the rule that ended it, "" if its cycles were up. `accept_data`: also if
    the data changed after the first of them."""
    losses, labels = stopping.so_far(run)
    rule = stopping.reason(run.config, losses, labels)
    if rule or run.cycles_done() >= run.config.cycles:
        return rule  # killed after its last cycle: there is nothing left to do
    study = prepare(run, watch, accept_data)
    for number in range(run.cycles_done(), study.config.cycles):
        set_threads(study.config)  # the map of the cycle before may have changed them
        labelled = apply_reviews(run, number, study.start, study.dataset, study.there)
        study.pool.change_gate(Gated(study.dataset.pool, study.dataset.tasks, labelled))
        with watch.stage(
            "load", len(study.pool)
        ) as report:  # a broken label shows before an hour of training
            broken = study.pool.preload(report, study.dataset.tasks, labelled)
            leave_out(study, "pool", broken)
            must_be_learned(without_broken(labelled, broken, study.config.tasks), study.dataset)
        batches = training_batches(study, number, labelled, watch)
        with run.new_cycle(number) as cycle:
            network, auxiliaries = trained_network(study, number, batches, watch)
            waited = batches.waiting.seconds
            with watch.stage("evaluate", len(study.validation)) as report:
                found = evaluate(
                    network,
                    study.validation,
                    study.dataset.tasks,
                    study.config,
                    study.device,
                    report,
                )
            losses.append(found.loss)
            rule = stopping.reason(study.config, losses, int(labelled.sum()))
            chosen = Selection(np.empty((0, 2), np.int64), None, None)
            if (
                not rule
                and number < study.config.cycles - 1
                and not (labelled | study.closed_in(number)).all()
            ):
                fit_context = FitContext(
                    network,
                    study.pool,
                    batches,
                    study.dataset.tasks,
                    study.config,
                    study.device,
                    (study.config.seed, number, SIGNAL),
                )
                chosen = choose(study, number, labelled, fit_context, auxiliaries, cycle, watch)
            follow(study, labelled, batches, network, number, chosen, cycle, watch)
            save_weights(network, cycle.network)
            write_measurements(study, found, labelled, cycle, watch, waited)
        watch.next_cycle()
        if rule:
            break
    return rule
