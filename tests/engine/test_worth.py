"""Scores against the losses on the labels just bought, in simulations and where people label."""

import numpy as np
import pandas as pd
import pytest

from mtal.datasets.dataset import Gated
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import worth
from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.pick import pick_request
from mtal.engine.stages.prepare import prepare
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.workers import run as run_worker
from mtal.runs.store.pool_table import loss_column, task_score_column
from tests.datasets.nyud_folder import write_nyud
from tests.engine.stages.test_prepare_data import TRAIN, VAL, bring, move
from tests.engine.test_reviews_while_waiting import DRAWN_BY_HAND, ranked, waiting


def numbers(table, prefix, tasks):
    return table[[f"{prefix}.{task}" for task in tasks]].to_numpy(float)


class TestASimulation:
    def test_rows_are_the_batch_with_its_scores_and_true_losses_when_picked(self, finished_run):
        tasks = finished_run.config.tasks
        assert finished_run.worth(0).empty
        for number in (1, 2):
            table, pool = finished_run.worth(number), finished_run.pool(number - 1)
            assert table.index.tolist() == np.flatnonzero(pool["picked"]).tolist()
            assert table["id"].tolist() == pool["id"][table.index].tolist()
            np.testing.assert_allclose(
                numbers(table, "s", tasks), numbers(pool.loc[table.index], "s", tasks), rtol=1e-6
            )
            np.testing.assert_allclose(
                numbers(table, "loss", tasks),
                numbers(pool.loc[table.index], "loss", tasks),
                rtol=1e-5,
            )

    def test_without_scores_the_losses_are_there_all_the_same(self, random_run):
        tasks, table = random_run.config.tasks, random_run.worth(2)
        assert np.isnan(numbers(table, "s", tasks)).all()
        history = pd.read_parquet(random_run.cycle(1).afterwards).loc[table.index]
        losses = numbers(table, "loss", tasks)
        np.testing.assert_array_equal(losses, numbers(history, "loss", tasks))
        assert np.isfinite(losses).all()

    def test_the_losses_are_what_the_last_network_would_predict_now(
        self, finished_run, monkeypatch
    ):
        """A run that cannot read them from the cycle before, as where people label."""
        tasks, stored = finished_run.config.tasks, finished_run.worth(2)
        context = prepare(finished_run, StageTimer(finished_run, 2), accept_data=False)
        labelled = finished_run.labelled(2, finished_run.start_labels())
        labels = LabelState(labelled, labelled, context.labels.exists, ~labelled & False, False)
        context.pool.change_gate(Gated(context.dataset.pool, context.dataset.tasks, labelled))
        cycle = CycleContext(context, 2, labels, None, StageTimer(finished_run, 2))
        bought = np.zeros_like(labelled)
        bought[stored.index] = True
        trained = trained_network(cycle)
        losses = worth.losses_before(cycle, trained, bought)
        np.testing.assert_allclose(
            losses[stored.index], numbers(stored, "loss", tasks), rtol=1e-3, atol=1e-5
        )
        assert np.isnan(np.delete(losses, stored.index, axis=0)).all()

    def test_strategies_see_the_past_batches(self, finished_run):
        context = prepare(finished_run, StageTimer(finished_run, 1), accept_data=False)
        for number in range(3):
            labelled = finished_run.labelled(number, finished_run.start_labels())
            labels = LabelState(labelled, labelled, labelled, ~labelled & False, True)
            paths = finished_run.cycle(number)
            request = pick_request(CycleContext(context, number, labels, paths, None), {})
            assert len(request.pool.past) == number
            for earlier, batch in enumerate(request.pool.past):
                table = finished_run.worth(earlier + 1)
                tasks = finished_run.config.tasks
                np.testing.assert_array_equal(batch.scores, numbers(table, "s", tasks))
                np.testing.assert_array_equal(batch.losses, numbers(table, "loss", tasks))


def trained_network(cycle):
    """What the cycle's training would leave, untrained: only its data are used."""
    from mtal.engine.stages.last_modules import last_network
    from mtal.engine.stages.train import TrainedNetwork, training_batches
    from mtal.signals.signal import FitContext

    context = cycle.context
    network = last_network(context, 1).eval()
    fit_context = FitContext(
        network,
        context.pool,
        training_batches(cycle),
        context.dataset.tasks,
        context.config,
        context.device,
        (0, 2, 3),
    )
    return TrainedNetwork(network, {}, fit_context, 0.0)


@pytest.fixture
def folder(tmp_path):
    """Four images with labels; the others have depth only, the rest is on somebody's desk."""
    folder = write_nyud(tmp_path / "NYUD_MT", train=TRAIN, val=VAL)
    for name in TRAIN[4:]:
        for pattern in DRAWN_BY_HAND:
            move(folder, folder.parent / "desk", pattern.format(name))
    return folder


def test_where_people_label_only_new_labels_are_read_and_a_resumed_run_writes_the_same(
    folder, tmp_path
):
    run = waiting(folder, tmp_path / "store")
    assert run.worth(0).empty
    picked, tasks = ranked(run, 0, 1, 3), run.config.tasks
    bring(folder, picked)
    run_worker.work(run.paths)
    table = run.worth(1)
    assert set(table["id"]) == set(picked)
    # depth was there before the start, so nothing was learnt about it by this batch
    assert np.isnan(table[loss_column("depth")]).all()
    assert np.isfinite(numbers(table, "loss", ("semseg", "normals"))).all()
    pool = run.pool(0)
    for task in tasks:
        np.testing.assert_allclose(
            table[task_score_column(task)], pool.loc[table.index, task_score_column(task)], 1e-6
        )
    assert "worth" in set(run.seconds().query("cycle == 1")["stage"])
    assert run.facts.plan[1]["worth"] == 3
    first = run.cycle(1).worth.read_bytes()
    run.cycle(1).folder.rename(tmp_path / "gone")
    run_worker.work(run.paths)
    assert run.cycle(1).worth.read_bytes() == first
