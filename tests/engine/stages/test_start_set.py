import pytest

from mtal.config import ConfigError
from mtal.datasets.dataset import Dataset
from mtal.datasets.registry import DATASETS
from mtal.engine.stages.start_set import images_of_start_set
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run
from tests.real_runs import tiny_config


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return DATASETS["drawn"].load(tiny_config())


@pytest.fixture
def store(tmp_path) -> StorePaths:
    return StorePaths(tmp_path)


def saved(store, dataset, images, name=""):
    data = store.data("drawn", dataset.folder).folder.name
    return ReviewDatabase(store).save_set(data, images, "Ada", name)


def held_images(store, dataset, *sets):
    run = Run(create(tiny_config(*sets), store).folder)
    return images_of_start_set(run, dataset).nonzero()[0].tolist()


def test_a_set_is_found_by_its_name_and_by_its_id(store, dataset):
    ids = dataset.pool.ids
    set_id = saved(store, dataset, [ids[7], ids[2]], "first walk")
    assert held_images(store, dataset, "start=set", "start_set=first walk") == [2, 7]
    assert held_images(store, dataset, "start=coverage", f"start_set={set_id}") == [2, 7]


def test_no_set_holds_nothing(store, dataset):
    assert held_images(store, dataset, "start=coverage") == []


def test_an_unknown_set_names_those_that_there_are(store, dataset):
    with pytest.raises(ConfigError, match=r"start_set: there is no set 'mine' .*there are none"):
        held_images(store, dataset, "start=set", "start_set=mine")
    saved(store, dataset, dataset.pool.ids[:3], "yours")
    with pytest.raises(ConfigError, match=r"there are: yours \(3\)"):
        held_images(store, dataset, "start=set", "start_set=mine")


def test_two_sets_of_one_name_need_the_id(store, dataset):
    ids = dataset.pool.ids
    both = [saved(store, dataset, [ids[number]], "mine") for number in (0, 1)]
    with pytest.raises(ConfigError, match=rf"2 sets are called 'mine'.*{both[1]}"):
        held_images(store, dataset, "start=set", "start_set=mine")


def test_images_that_are_not_in_the_pool_are_named(store, dataset):
    saved(store, dataset, [dataset.pool.ids[0], "elsewhere"], "mine")
    with pytest.raises(ConfigError, match=r"1 of 2 images.*no label.*: elsewhere"):
        held_images(store, dataset, "start=set", "start_set=mine")
    with pytest.raises(ConfigError, match=r"1 of 2 images.*cannot be read: elsewhere"):
        held_images(store, dataset, "start=set", "start_set=mine", "labelling=people")


def test_a_set_that_is_larger_than_the_share_says_what_to_do(store, dataset):
    saved(store, dataset, dataset.pool.ids[:7], "mine")
    with pytest.raises(ConfigError, match=r"7 images, more than the 6 .* start_percent.*start=set"):
        held_images(store, dataset, "start=random", "start_set=mine")
    assert len(held_images(store, dataset, "start=set", "start_set=mine")) == 7
