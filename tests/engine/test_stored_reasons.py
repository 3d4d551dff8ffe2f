"""What a real run stores to explain its picks, against slow twins made of what else it stored."""

import math
from dataclasses import replace
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.strategy import Strategy
from mtal.config import Config
from mtal.datasets.dataset import LabelNotBought
from mtal.datasets.oracle import OracleSplit
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine import cycle
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.clusters import (
    by_size,
    cluster_columns,
    cluster_count,
    clusters,
    renumbered,
)
from mtal.engine.stages.label_state import readable_labels
from mtal.engine.stages.loss_history import readable_losses
from mtal.engine.stages.pick import PickRequest
from mtal.engine.stages.replay import other_strategies, replay
from mtal.engine.stages.true_losses import true_losses
from mtal.engine.workers import reload_cycle
from mtal.runs.jobs.launch import create
from mtal.runs.paths import CyclePaths, StorePaths
from mtal.runs.store.run import Run
from mtal.signals.class_content import titles
from mtal.tasks.classes import class_shares
from mtal.training.network_inputs import ImageInputs
from tests.real_runs import tiny_config
from tests.training.contexts import quiet, small_context


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Three cycles of ours that measure every signal."""
    config = tiny_config("describe=always", "class_distance=tv")
    run = Run(create(config, StorePaths(tmp_path_factory.mktemp("explained"))).folder)
    cycle.run_cycles(run, StageTimer(run, 0))
    return run


# strategies whose work grows faster than the pool, however few images they pick
OF_THE_POOL = {"probcover", "typiclust", "coverage", "clue", "trust-weighted"}


class TestContent:
    def test_shares_are_counted_pixels(self):
        output = torch.randn(3, 5, 4, 7)
        ids = output.argmax(1).tolist()
        twin = [
            [sum(pixel == number for row in image for pixel in row) / 28 for number in range(5)]
            for image in ids
        ]
        np.testing.assert_allclose(class_shares(output), twin, rtol=1e-6)

    def test_a_row_per_image_and_what_its_picture_shows(self, run):
        """The pool is scored with folded layers, so pixels between two classes may differ."""
        [task] = [task for task in run.tasks if task.classes]
        for number in (0, 1):
            content = run.content(number)
            assert list(content) == [f"{task.name}/{title}" for title in task.classes]
            assert len(content) == 24
            np.testing.assert_allclose(content.sum(axis=1), 1, rtol=1e-5)
            for image in run.drawn(number):
                ids = run.maps(number, image)[f"{task.name}.initial"]
                twin = np.bincount(ids.ravel(), minlength=len(task.classes)) / ids.size
                np.testing.assert_allclose(content.loc[image], twin, atol=2.5 / ids.size)
        assert run.content(2).empty

    def test_classes_of_one_name_are_told_apart(self):
        task = type("T", (), {"name": "a", "classes": ("x", "y", "x"), "shares": len})
        without = type("T", (), {"name": "b", "classes": (), "shares": None})
        assert titles([task, without]) == ["a/x", "a/y", "a/x (2)"]


class TestOthers:
    def test_ranks_and_picks_are_those_of_the_strategy_itself(self, run):
        config = run.config
        for number in (0, 1):
            table, ranks = run.pool(number), run.others(number)
            labelled = run.labelled(number, run.start_labels())
            uncertainty = table[[f"uncertainty.{task}" for task in config.tasks]].to_numpy()
            pool = Pool(config.tasks, labelled, {"uncertainty": uncertainty})
            for name in ("rbal", "partal", "random"):
                pick = STRATEGIES[name].pick(
                    pool, 15, np.random.default_rng([config.seed, number, 4]), Options()
                )
                assert run.others_picked(number)[name] == pick.images.tolist()
                assert ranks[name].iloc[pick.images].tolist() == list(
                    range(1, len(pick.images) + 1)
                )
            score = (
                STRATEGIES["rbal"]
                .pick(pool, 15, np.random.default_rng([config.seed, number, 4]), Options())
                .table["score"]
            )
            order = np.argsort(ranks["rbal"].where(ranks["rbal"] > 0, 99), kind="stable")[
                : int((~labelled[:, 0]).sum())
            ]
            assert (np.diff(score[order]) <= 0).all()

    def test_everyone_whose_signals_and_tasks_are_there_takes_part(self, run, finished_run):
        fitting = {
            name
            for name, strategy in STRATEGIES.items()
            if set(strategy.tasks) <= set(run.config.tasks)
        }
        assert set(run.others(0)) == set(run.others_picked(0)) == fitting - {"ours"}
        assert run.others_left_out(0) == {}
        measured = {"committee", "embedding", "frozen"}
        assert set(finished_run.others(0)) == {
            name
            for name, strategy in STRATEGIES.items()
            if name != "ours" and set(strategy.signals()) <= measured
        }
        assert run.others(2).empty
        open_images = run.pool(1)["open"].to_numpy()
        assert (run.others(1).to_numpy()[~open_images] == 0).all()

    def test_what_takes_too_long_or_fails_is_left_out_by_name_and_hinders_nobody(self, tmp_path):
        def broken(pool, budget, rng, options):
            raise ValueError("not finite")

        def heavy(pool, budget, rng, options):
            pytest.fail("must not be tried")

        about = {"blurb": "It is.", "formula": "f", "source": "s"}
        tried = [
            Strategy("broken", title="B", pick=broken, **about),
            STRATEGIES["random"],
            Strategy("heavy", title="H", pick=heavy, replay_limit=49, **about),
        ]
        pool, paths = Pool(("a", "b"), np.zeros((10, 2), bool), {}), CyclePaths(tmp_path)
        replay(tried, PickRequest(pool, 10, (0, 0, 4), Options()), paths, quiet)
        run = Run(tmp_path)
        run.cycle = lambda number: paths
        assert list(run.others(0)) == list(run.others_picked(0)) == ["random"]
        assert len(run.others_picked(0)["random"]) == 5
        assert run.others_left_out(0)["broken"] == "not finite"
        assert "10 × 5" in run.others_left_out(0)["heavy"]

    @pytest.mark.parametrize(
        ("images", "picks", "left_out"),
        [
            (5_000, 500, set()),
            (100_000, 10_000, {"ours", "entropy-diversity", "core-set", "badge", *OF_THE_POOL}),
            (100_000, 5, OF_THE_POOL),
        ],
    )
    def test_a_pool_of_5000_is_replayed_by_all_and_100000_only_by_the_quick(
        self, tmp_path, images, picks, left_out
    ):
        tried = [
            replace(strategy, pick=STRATEGIES["random"].pick, needs=())
            for strategy in STRATEGIES.values()
        ]
        pool, paths = Pool(("a", "b"), np.zeros((images, 2), bool), {}), CyclePaths(tmp_path)
        replay(tried, PickRequest(pool, 2 * picks, (0, 0, 4), Options()), paths, quiet)
        run = Run(tmp_path)
        run.cycle = lambda number: paths
        assert set(run.others_left_out(0)) == left_out

    def test_without_signals_there_is_nobody_but_random(self):
        others = other_strategies(Config(tasks=("depth",)), ("committee", "embedding"))
        assert [strategy.name for strategy in others] == ["random"]
        assert other_strategies(Config(strategy="random", tasks=("depth",)), ()) == []


class TestClusters:
    def test_distances_are_those_to_the_nearest_label_before_and_after(self, run):
        for number in (0, 1):
            table, points = run.pool(number), np.asarray(run.embedding(number), np.float64)
            labelled, picked = table.index[table["labelled"]], table.index[table["picked"]]
            before = [
                min(math.dist(point, points[other]) for other in labelled) for point in points
            ]
            after = [
                min(math.dist(point, points[other]) for other in [*labelled, *picked])
                for point in points
            ]
            assert len(points) == 24
            np.testing.assert_allclose(table["nearest"], before, rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(table["nearest_after"], after, rtol=1e-5, atol=1e-6)
            free = table["open"]
            np.testing.assert_allclose(
                table.loc[free, "nearest"], table.loc[free, "diversity_start"], rtol=1e-5
            )
            assert table["cluster"].nunique() == cluster_count(24) == 3

    def test_groups_that_are_plain_to_see_are_found_and_keep_their_numbers(self):
        rng = np.random.default_rng(0)
        truth = np.repeat(np.arange(5), [30, 12, 8, 5, 5])  # 60 images: 5 clusters
        centres = np.eye(5) * 20
        first = clusters(centres[truth] + rng.normal(size=(60, 5)), None, 0)
        np.testing.assert_array_equal(first == 0, truth == 0)  # the largest is called 0
        later = clusters(
            centres[truth] @ np.linalg.qr(rng.normal(size=(5, 5)))[0] + rng.normal(size=(60, 5)),
            first,
            1,
        )
        np.testing.assert_array_equal(first, later)
        np.testing.assert_array_equal(
            first, clusters(centres[truth] + np.random.default_rng(0).normal(size=(60, 5)), None, 0)
        )

    @pytest.mark.parametrize("seed", range(5))
    def test_numbers_are_kept_for_as_many_images_as_can_be(self, seed):
        rng = np.random.default_rng(seed)
        before = rng.integers(-1, 4, size=50)
        labels = np.unique(rng.integers(4, size=50), return_inverse=True)[1]
        best = max(
            sum(names[label] == other for label, other in zip(labels, before, strict=True))
            for names in permutations(range(4))
        )
        numbers = renumbered(labels, before)
        assert (numbers == before).sum() == best
        pairs = set(zip(labels.tolist(), numbers.tolist(), strict=True))
        assert len(pairs) == len(set(labels.tolist()))  # the same clusters

    def test_a_cluster_without_a_partner_takes_a_free_number(self):
        assert renumbered(np.array([0, 0, 1, 2]), np.array([1, 1, 0, 0])).max() == 2
        assert by_size(np.array([0, 1, 1, 2, 2, 2])).tolist() == [2, 1, 1, 0, 0, 0]

    def test_images_that_are_all_alike_are_one_cluster(self):
        columns = cluster_columns(
            np.ones((40, 3)), np.arange(40) < 4, np.array([7]), "euclidean", None, 0
        )
        assert set(columns["cluster"]) == {0}
        assert (columns["nearest"] == 0).all()

    def test_large_pools_are_sampled_and_repeat_too(self):
        points = np.random.default_rng(1).normal(size=(10_500, 3))
        first = clusters(points, None, 3)
        np.testing.assert_array_equal(first, clusters(points, None, 3))
        assert len(np.unique(first)) == 20


class TestAfterwards:
    def test_a_row_per_cycle_from_the_pick_on(self, run):
        image = int(run.picked(0)[0, 0])
        history = run.loss_history(0, image)
        assert history["cycle"].tolist() == [0, 1, 2]
        assert history["learned"].tolist() == [False, True, True]
        assert run.loss_history(1, int(run.picked(1)[0, 0]))["learned"].tolist() == [False, True]
        assert run.loss_history(0, run.facts.start[0]).empty  # of the start, nobody picked it

    def test_numbers_are_those_that_the_cycles_measured(self, run):
        for image in run.picked(0)[::3, 0].tolist():
            history = run.loss_history(0, image)
            for task in run.config.tasks:
                for number in (0, 1):
                    table = run.pool(number)
                    members = [column for column in table if column.startswith(f"m.{task}.")]
                    assert history[f"loss.{task}"][number] == pytest.approx(
                        table[f"loss.{task}"][image]
                    )
                    assert history[f"s.{task}"][number] == pytest.approx(
                        table.loc[image, members].max()
                    )
                assert np.isnan(history[f"s.{task}"][2])  # the last cycle trains no committee
                assert history[f"weight.{task}"][0] == 0
                assert history[f"weight.{task}"][1] > 0

    def test_the_last_cycle_measures_what_was_acquired(self, run):
        """Its saved network, loaded again, gives the same losses."""
        reloaded = reload_cycle.reload_cycle(run, 2)
        context = SimpleNamespace(
            **vars(reloaded), inputs=ImageInputs(reloaded.pool, reloaded.device)
        )
        labels = Resized(OracleSplit(DATASETS["drawn"].load(run.config).pool), run.config.size, 0)
        twin = true_losses(context, labels, np.ones((24, 3), bool), quiet)
        for image in np.unique(np.concatenate([run.picked(0)[:, 0], run.picked(1)[:, 0]])):
            first = 0 if image in run.picked(0)[:, 0] else 1
            np.testing.assert_allclose(
                run.loss_history(first, int(image)).filter(like="loss.").iloc[-1],
                twin[image],
                rtol=1e-4,
            )

    def test_without_signal_quality_the_picked_images_are_measured_once_labelled(self, random_run):
        image = int(random_run.picked(0)[0, 0])
        history = random_run.loss_history(0, image)
        assert np.isfinite(history.filter(like="loss.")).all(axis=None)
        assert history.filter(like="s.").filter(regex=r"^s\.").isna().all(axis=None)
        assert history["weight.depth"].tolist() == [0, 1, 1]

    def test_the_gate_stays_shut_for_all_else(self):
        context = small_context()
        dataset = DATASETS["drawn"].load(context.config)
        labelled, pairs = np.zeros((24, 3), bool), np.array([[5, 0], [5, 1], [9, 2]])
        readable = readable_labels(labelled, pairs, simulated=True)
        assert np.argwhere(readable).tolist() == pairs.tolist()
        losses = readable_losses(context, dataset, readable, readable, quiet)
        assert np.argwhere(np.isfinite(losses)).tolist() == pairs.tolist()
        wanted = readable.copy()
        wanted[6, 0] = True
        with pytest.raises(LabelNotBought):
            readable_losses(context, dataset, wanted, readable, quiet)

    def test_where_people_label_a_batch_has_no_labels_yet(self):
        labelled, pairs = np.zeros((24, 3), bool), np.array([[5, 0], [5, 1], [9, 2]])
        assert not readable_labels(labelled, pairs, simulated=False).any()


class TestMaps:
    def test_they_say_what_the_pictures_and_the_table_say(self, run):
        table = run.pool(0)
        for image in run.evidence(0)["images"][:4]:
            maps = run.maps(0, image)
            for task in run.config.tasks:
                for partner in (other for other in run.config.tasks if other != task):
                    gap = maps[f"{task}.gap.{partner}"]
                    assert gap.mean() == pytest.approx(
                        table[f"m.{task}.{partner}"][image], rel=0.02, abs=1e-3
                    )
            changed = (maps["semseg.initial"] != maps["semseg.from.depth"]).mean()
            assert 0 <= changed <= 1
            assert maps["depth.initial"].min() > 0
            np.testing.assert_allclose(np.linalg.norm(maps["normals.final"], axis=-1), 1, atol=0.02)

    def test_the_truth_is_the_label(self, run):
        pool = Resized(OracleSplit(DATASETS["drawn"].load(run.config).pool), run.config.size, 0)
        [semseg, *_] = DATASETS["drawn"].load(run.config).tasks
        image = run.evidence(0)["images"][0]
        label = pool.targets([image], semseg)[0, 0].numpy()
        truth = run.maps(0, image)["semseg.truth"]
        height, width = truth.shape
        twin = [
            [
                label[int((row + 0.5) * 33 / height), int((column + 0.5) * 47 / width)]
                for column in range(width)
            ]
            for row in range(height)
        ]
        np.testing.assert_array_equal(truth, twin)
