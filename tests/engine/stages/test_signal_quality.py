"""Signal quality: correlations against ranks by hand, planted signals, and who reads labels."""

import math
from dataclasses import replace

import numpy as np
import pytest

from mtal.acquisition.registry import STRATEGIES
from mtal.datasets.dataset import DataError
from mtal.datasets.oracle import OracleSplit
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages import signal_quality
from mtal.engine.stages.signal_quality import is_measured, quality_table
from mtal.engine.stages.true_losses import true_losses
from mtal.pool_columns import SCORES
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import DIVERSITY, LOSS, Run
from mtal.signals.describe import allowed
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import Signal
from mtal.training.evaluate import evaluate
from tests.acquisition.test_rank_correlation import by_hand
from tests.real_runs import tiny_config
from tests.training.contexts import quiet, small_context

IMAGES = 200


def scaled(value, column, how):
    """A value between 0 and 1 by the range of its column, or by how many are below it."""
    if how == "minmax":
        return (value - min(column)) / (max(column) - min(column))
    return sum(other < value for other in column) / (len(column) - 1)


def planted(losses):
    """What each version of the signal "planted" says of losses (N, T)."""
    noise = np.random.default_rng(7).normal(size=losses.shape)
    return {"true": losses, "reverse": -losses, "noise": noise, "flat": np.zeros_like(losses)}


@pytest.fixture
def plant(monkeypatch):
    """plant(versions) -> a signal whose versions these are."""

    def make(scores):
        monkeypatch.setitem(
            signal_quality.SIGNALS,
            "planted",
            Signal("planted", "Planted", None, scores=lambda values: scores),
        )

    return make


@pytest.fixture
def tasks():
    return DATASETS["drawn"].load(tiny_config()).tasks


@pytest.fixture
def losses():
    return np.random.default_rng(3).gamma(2, size=(IMAGES, 3))


class TestTable:
    def cell(self, table, version, task, joined=""):
        [row] = table.query("version == @version and task == @task and joined == @joined").to_dict(
            "records"
        )
        return row

    def test_a_planted_signal_is_1_its_negative_minus_1_and_noise_about_0(
        self, plant, tasks, losses
    ):
        plant(planted(losses))
        labelled = np.zeros(losses.shape, bool)
        labelled[:20] = True
        table = quality_table({"planted": np.empty(0)}, losses, labelled, tasks, tiny_config())
        for task in tasks:
            assert self.cell(table, "true", task.name)["rho"] == 1
            assert self.cell(table, "reverse", task.name)["rho"] == -1
            noise = self.cell(table, "noise", task.name)
            assert noise["low"] < 0 < noise["high"]
            assert abs(noise["rho"]) < 0.2
            assert np.isnan(self.cell(table, "flat", task.name)["rho"])
        assert set(table["n"]) == {IMAGES - 20}
        assert len(table) == 4 * (3 + 2)

    @pytest.mark.parametrize("how", ["minmax", "rank"])
    def test_joined_tasks_are_compared_with_the_multi_task_loss(self, plant, tasks, losses, how):
        """By hand: as the run normalises unlabelled images, mean or max; sum of lambda_k L_k."""
        scores = np.random.default_rng(4).normal(size=losses.shape) + losses
        plant({"own": scores})
        labelled = np.zeros(losses.shape, bool)
        labelled[150:] = True
        config = tiny_config(f"normalise={how}")
        table = quality_table({"planted": np.empty(0)}, losses, labelled, tasks, config)
        weights, free = [task.weight for task in tasks], range(150)
        total = [
            sum(weight * losses[image, task] for task, weight in enumerate(weights))
            for image in free
        ]
        columns = [scores[:150, task].tolist() for task in range(3)]
        parts = [[scaled(column[image], column, how) for column in columns] for image in free]
        for joined, values in (
            ("mean", [sum(part) / 3 for part in parts]),
            ("max", [max(part) for part in parts]),
        ):
            row = self.cell(table, "own", LOSS, joined)
            assert (row["rho"], row["low"], row["high"]) == pytest.approx(by_hand(values, total))

    def test_only_unlabelled_pairs_with_a_known_loss_count(self, plant, tasks, losses):
        """Pairs that were learned from, or have no label, would change the correlation of -1."""
        scores = -losses
        labelled = np.zeros(losses.shape, bool)
        labelled[:30], labelled[30:40, 0] = (
            True,
            True,
        )  # ten images are labelled for the first task only
        losses[40:45, 1] = np.nan
        scores[labelled] = 1e9
        plant({"own": scores})
        table = quality_table({"planted": np.empty(0)}, losses, labelled, tasks, tiny_config())
        counts = [self.cell(table, "own", task.name)["n"] for task in tasks]
        assert counts == [IMAGES - 40, IMAGES - 35, IMAGES - 30]
        assert [self.cell(table, "own", task.name)["rho"] for task in tasks] == [-1, -1, -1]
        assert self.cell(table, "own", LOSS, "mean")["n"] == IMAGES - 45

    def test_diversity_is_the_distance_to_what_is_labelled(self, tasks, losses):
        points = np.random.default_rng(5).normal(size=(IMAGES, 4)).astype(np.float32)
        labelled = np.zeros(losses.shape, bool)
        labelled[:10] = True
        table = quality_table({"embedding": points}, losses, labelled, tasks, tiny_config())
        assert table[["signal", "version", "task", "joined"]].values.tolist() == [
            ["embedding", "diversity (auto-encoder)", LOSS, ""]
        ]
        near = [
            min(math.dist(points[image], points[other]) for other in range(10))
            for image in range(10, IMAGES)
        ]
        total = (losses[10:] @ [task.weight for task in tasks]).tolist()
        assert table["rho"].iloc[0] == pytest.approx(by_hand(near, total)[0])

    def test_diversity_is_listed_for_the_embedding_of_the_strategy_and_named_by_it(
        self, tasks, losses
    ):
        rng = np.random.default_rng(5)
        spaces = {name: rng.normal(size=(IMAGES, 4)).astype(np.float32) for name in DIVERSITY}
        labelled = np.zeros(losses.shape, bool)
        labelled[:10] = True

        def listed(signals, own):
            table = quality_table(signals, losses, labelled, tasks, tiny_config(), own)
            return dict(zip(table["version"], table["rho"], strict=True))

        alone = {name: listed({name: points}, name) for name, points in spaces.items()}
        assert [*alone["frozen"]] == ["diversity (frozen feature)"]
        assert [*alone["shared"]] == ["diversity (shared feature)"]
        assert [*alone["task_features"]] == ["diversity (task features)"]
        # beside the auto-encoder's, which is measured where everything is
        assert listed(spaces, "frozen") == alone["frozen"] | alone["embedding"]
        assert listed({}, "frozen") == {}


class TestTrueLosses:
    def test_they_are_those_of_evaluation(self):
        """The pool taken as a validation split gives the same numbers."""
        context = small_context()
        whole = DATASETS["drawn"].load(context.config)
        labels = Resized(OracleSplit(whole.pool), context.config.size, 0.001)
        losses = true_losses(context, labels, np.ones((24, 3), bool), quiet)
        expected = evaluate(
            context.network,
            Resized(whole.pool, context.config.size, 0.1),
            context.tasks,
            context.config,
            context.device,
            quiet,
        )
        np.testing.assert_allclose(losses, expected.image_losses, rtol=1e-5)

    def test_a_label_that_cannot_be_read_or_is_not_there_is_left_out(self):
        context = small_context()
        pool = DATASETS["drawn"].load(context.config).pool
        available = np.ones((24, 3), bool)
        available[5] = False

        class Damaged:
            ids, image = pool.ids, staticmethod(pool.image)

            def label(self, index, task):
                assert index != 5, "a label that is not there is not asked for"
                if index in (2, 9) and task.name != "depth":
                    raise DataError("broken")
                return pool.label(index, task)

        labels = Resized(OracleSplit(Damaged()), context.config.size, 0.1)
        for _ in range(2):  # read, and then from memory
            losses = true_losses(context, labels, available, quiet)
            unknown = {(2, 0), (2, 2), (9, 0), (9, 2), (5, 0), (5, 1), (5, 2)}
            assert set(map(tuple, np.argwhere(np.isnan(losses)).tolist())) == unknown


@pytest.mark.parametrize(
    ("strategy", "sets", "signals", "measured"),
    [
        ("ours", (), ("committee",), True),
        ("ours", ("signal_quality=false",), ("committee",), False),
        ("ours", ("start=labelled",), ("committee",), False),
        ("random", (), (), False),
        ("random", (), ("frozen",), False),
        ("random", (), ("committee", "frozen"), True),
        ("coverage", (), ("frozen",), True),
        ("core-set", ("embedding_source=frozen",), ("frozen",), True),
        ("core-set", (), ("shared", "frozen"), True),
        ("ours", ("terms=diversity", "embedding_source=frozen"), ("frozen",), True),
    ],
)
def test_it_is_measured_in_simulations_that_measure_signals(strategy, sets, signals, measured):
    config = tiny_config(f"strategy={strategy}", *sets)
    assert is_measured(config, STRATEGIES[strategy], signals) is measured


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """One cycle of Random that measures every signal, and its picks and label reads in order."""
    config = tiny_config("strategy=random", "describe=always", "cycles=2")
    run = Run(create(config, StorePaths(tmp_path_factory.mktemp("described"))).folder)
    timer, happened = StageTimer(run, 0), []
    source, strategy = DATASETS["drawn"], STRATEGIES["random"]

    class Spy:
        def __init__(self, split):
            self.split, self.ids = split, split.ids
            self.image, self.files, self.has_label = split.image, split.files, split.has_label

        def label(self, index, task):
            happened.append(("read", timer.current, index, task.name))
            return self.split.label(index, task)

    def pick(pool, budget, rng, options):
        happened.append(("pick", pool.signals))
        return strategy.pick(pool, budget, rng, options)

    def load(config):
        dataset = source.load(config)
        return dataset.with_splits(Spy(dataset.pool), dataset.validation)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATASETS, "drawn", replace(source, load=load))
        patch.setitem(STRATEGIES, "random", replace(strategy, pick=pick))
        cycle.run_cycles(run, timer)
    return run, happened


class TestRun:
    def test_every_cycle_that_picks_has_its_table(self, finished_run):
        tasks = finished_run.config.tasks
        for number in (0, 1):
            table = finished_run.quality(number)
            assert set(table["version"]) == {
                "committee max",
                "committee mean",
                "committee min",
                "diversity (auto-encoder)",
            }
            assert len(table) == 3 * (len(tasks) + 2) + 1
            assert set(table["n"]) == {int((~finished_run.pool(number)["labelled"]).sum())}
        assert finished_run.quality(2).empty
        assert finished_run.qualities()["cycle"].tolist() == [0] * 16 + [1] * 16

    def test_the_numbers_follow_from_the_pool_table(self, finished_run):
        pool, table = finished_run.pool(1), finished_run.quality(1)
        free = pool[~pool["labelled"]]
        for task in finished_run.config.tasks:
            row = table.query("version == 'committee max' and task == @task").iloc[0]
            expected = by_hand(free[f"s.{task}"].tolist(), free[f"loss.{task}"].tolist())
            assert (row["rho"], row["low"], row["high"]) == pytest.approx(expected)
        total = sum(task.weight * free[f"loss.{task.name}"] for task in finished_run.tasks)
        row = table.query("version == 'committee max' and joined == 'max'").iloc[0]
        assert row["rho"] == pytest.approx(
            by_hand(free["inconsistency"].tolist(), total.tolist())[0]
        )
        row = table.query("version == 'diversity (auto-encoder)'").iloc[0]
        assert row["rho"] == pytest.approx(
            by_hand(free["diversity_start"].tolist(), total.tolist())[0]
        )

    def test_nothing_is_measured_where_nothing_needs_a_signal(self, random_run):
        assert random_run.qualities().empty
        assert not [column for column in random_run.pool(0) if column.startswith("loss.")]

    def test_labels_that_were_not_acquired_are_read_after_the_pick_and_to_measure_only(
        self, described
    ):
        run, happened = described
        picked_at = [index for index, event in enumerate(happened) if event[0] == "pick"]
        assert len(picked_at) == 1
        start = run.facts.start
        early = [
            event
            for event in happened[: picked_at[0]]
            if event[0] == "read" and event[2] not in start
        ]
        assert early == []
        measured = [
            event
            for event in happened[picked_at[0] :]
            if event[0] == "read" and event[1] == "quality"
        ]
        assert {event[2] for event in measured} == set(range(24))
        later = {*start, *run.picked(0)[:, 0].tolist()}
        others = [
            event
            for event in happened[picked_at[0] :]
            if event[0] == "read" and event[1] not in {"quality", "evidence"}
        ]
        assert all(event[2] in later for event in others)
        shown = [event for event in happened if event[0] == "read" and event[1] == "evidence"]
        assert shown
        assert {event[2] for event in shown} <= set(run.evidence(0)["images"])
        assert happened.index(shown[0]) > picked_at[0]

    def test_every_signal_has_a_column_per_task_and_a_quality(self, described):
        run, _ = described
        pool, table = run.pool(0), run.quality(0)
        diversities = set(DIVERSITY.items())
        for signal, version in (
            set(zip(table["signal"], table["version"], strict=True)) - diversities
        ):
            for task in run.config.tasks:
                assert (f"{version}.{task}" in pool) == (signal != "committee"), (version, task)
        says_nothing = Signal.__dataclass_fields__["scores"].default
        expected = {name for name in run_signals(run) if SIGNALS[name].scores is not says_nothing}
        assert set(table["signal"]) == expected | {"embedding", "frozen"}
        assert len(expected) > 2

    def test_measuring_changes_no_pick(self, finished_run, tmp_path):
        config = finished_run.config.model_copy(update={"signal_quality": False})
        run = Run(create(config, StorePaths(tmp_path)).folder)
        cycle.run_cycles(run, StageTimer(run, 0))
        assert run.qualities().empty
        for number in range(3):
            np.testing.assert_array_equal(run.picked(number), finished_run.picked(number))
        assert "quality" not in set(run.seconds()["stage"])
        assert "quality" in set(finished_run.seconds()["stage"])


def run_signals(run):
    """All that can be measured for the tasks of a run."""
    return allowed(SIGNALS, DATASETS["drawn"].load(run.config).tasks)


def test_no_strategy_may_name_a_column_like_the_scores_of_a_signal():
    """The reserved names are those that `versions` gives, beside the members of the committee."""
    values = np.ones((4, 3, 2))
    scored = {
        name: signal for name, signal in SIGNALS.items() if signal.scores and name != "committee"
    }
    names = {version for signal in scored.values() for version in signal.scores(values)}
    assert names == set(SCORES)
