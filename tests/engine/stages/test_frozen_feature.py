"""The frozen feature of a pool: computed once, kept in the store, and knows twins."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import Subset
from mtal.datasets.parallel import quiet
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.engine.stages import frozen_feature as stage
from mtal.engine.stages.frozen_feature import feature_key, frozen_feature
from mtal.training.device import Device

CPU = Device(torch.device("cpu"), False)
ROOMS = 12  # whose images are compared


def config_of(**settings):
    values = {"dataset": "rooms", "tasks": ("depth",), "size": (60, 80)} | settings
    return Config(**values)


def dataset_of(config, images=slice(None)):
    dataset = DATASETS[config.dataset].load(config)
    indices = tuple(range(len(dataset.pool.ids)))[images]
    return dataset.with_splits(Subset(dataset.pool, indices), dataset.validation)


def computed(config, dataset, store):
    pool = Resized(dataset.pool, config.size, 0)
    return frozen_feature(config, dataset, pool, store, CPU, quiet)


def room(image):
    return image.rpartition("_")[0]


def test_the_nearest_image_is_of_the_same_room(empty_store):
    config = config_of()
    dataset = dataset_of(config)
    rooms = list(dict.fromkeys(map(room, dataset.pool.ids)))[:ROOMS]
    chosen = [index for index, name in enumerate(dataset.pool.ids) if room(name) in rooms]
    dataset = dataset.with_splits(Subset(dataset.pool, tuple(chosen)), dataset.validation)
    feature = computed(config, dataset, empty_store)
    assert feature.shape == (len(chosen), 496)
    assert feature.dtype == np.float32
    distances = np.linalg.norm(feature[:, None] - feature[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    ids = dataset.pool.ids
    near = [room(ids[image]) == room(ids[other]) for image, other in enumerate(distances.argmin(1))]
    assert all(near)


class TestKept:
    def test_it_is_computed_once(self, empty_store, monkeypatch):
        config = config_of()
        dataset = dataset_of(config, slice(5))
        first = computed(config, dataset, empty_store)
        monkeypatch.setattr(stage, "build_frozen_network", pytest.fail)
        assert np.array_equal(computed(config, dataset, empty_store), first)

    def test_of_several_runs_at_once_one_computes_it(self, empty_store, monkeypatch):
        config, calls, build = config_of(), [], stage.build_frozen_network
        dataset = dataset_of(config, slice(5))
        monkeypatch.setattr(
            stage, "build_frozen_network", lambda config: calls.append(1) or build(config)
        )
        with ThreadPoolExecutor(3) as threads:
            jobs = [threads.submit(computed, config, dataset, empty_store) for _ in range(3)]
            features = [job.result() for job in jobs]
        assert len(calls) == 1
        assert all(np.array_equal(feature, features[0]) for feature in features)

    def test_a_run_that_waits_can_be_stopped(self, empty_store):
        config = config_of()
        dataset = dataset_of(config, slice(5))
        lock = empty_store.feature_lock(feature_key(config, dataset))
        lock.parent.mkdir(parents=True)

        def stop(done, total, loss=None):
            raise InterruptedError

        pool = Resized(dataset.pool, config.size, 0)
        with lock.open("a") as held:
            assert stage.take(held, 0)
            with pytest.raises(InterruptedError):
                frozen_feature(config, dataset, pool, empty_store, CPU, stop)


class TestKey:
    def test_changes_with_all_that_the_feature_depends_on(self, tmp_path):
        config, other_file = config_of(), tmp_path / "other.pth"
        torch.save({}, other_file)
        dataset = dataset_of(config, slice(5))
        order = dataset_of(config, slice(4, None, -1))
        keys = [
            feature_key(config, dataset),
            feature_key(config, dataset_of(config, slice(4))),
            feature_key(config, order),
            feature_key(config, replace(dataset, folder="/elsewhere")),
            feature_key(config_of(size=(64, 96)), dataset),
            feature_key(config_of(feature_network="resnet18"), dataset),
            feature_key(config_of(feature_weights=str(other_file)), dataset),
        ]
        assert len(set(keys)) == len(keys)

    def test_stays_with_other_tasks_and_settings(self):
        config = config_of()
        other = config_of(tasks=("depth", "normals"), seed=3, strategy="random")
        assert feature_key(config, dataset_of(config)) == feature_key(other, dataset_of(other))

    def test_names_a_file_that_is_missing(self, tmp_path):
        config = config_of(feature_weights=str(tmp_path / "none.pth"))
        with pytest.raises(ConfigError, match=r"^feature_weights: there is no file"):
            feature_key(config, dataset_of(config, slice(5)))
