"""The contract of every data set. A new one needs its entry in SMALL, a config of a small one."""

import contextlib
import re
import string
from pathlib import Path

import numpy as np
import pytest
import torch

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import DataError, Gated, LabelNotBought, Subset, label_mask
from mtal.datasets.readers import locate
from mtal.datasets.registry import DATASETS
from tests.datasets.any_folder import folder_config, write_folder
from tests.datasets.nyud_folder import nyud_config, write_nyud
from tests.datasets.nyud_mat_file import small_mat
from tests.datasets.pascal_folder import pascal_config, write_pascal

SMALL = {  # name -> function from an empty folder to a config of a small data set
    "nyud": lambda folder: nyud_config(write_nyud(folder / "NYUD_MT")),
    "nyud-mat": small_mat,
    "pascal": lambda folder: pascal_config(write_pascal(folder / "PASCAL_MT")),
    "drawn": lambda folder: Config(
        dataset="drawn",
        data="5+3",
        size=(21, 34),
        tasks=("semseg", "depth", "normals", "edge", "saliency", "human_parts"),
    ),
    "folder": lambda folder: folder_config(write_folder(folder / "rooms")),
    "rooms": lambda folder: folder_config(write_folder(folder / "rooms")).model_copy(
        update={"dataset": "rooms"}
    ),
}


@pytest.mark.parametrize("name", DATASETS)
class TestEveryDataset:
    @pytest.fixture
    def config(self, name, tmp_path):
        return SMALL[name](tmp_path)

    @pytest.fixture
    def dataset(self, name, config):
        return DATASETS[name].load(config)

    def test_has_the_tasks_asked_for_in_their_order(self, name, config, dataset):
        assert tuple(task.name for task in dataset.tasks) == config.tasks
        reverse = config.model_copy(update={"tasks": config.tasks[::-1]})
        assert [task.name for task in DATASETS[name].load(reverse).tasks] == list(
            config.tasks[::-1]
        )
        assert set(config.tasks) == set(DATASETS[name].task_names)

    def test_ids_are_different_and_fit_for_file_names(self, dataset):
        for split in (dataset.pool, dataset.validation):
            assert len(set(split.ids)) == len(split.ids) > 0
            assert set("".join(split.ids)) <= set(string.ascii_letters + string.digits + "_-.")

    def test_images_are_rgb_and_labels_have_their_form(self, dataset):
        for split in (dataset.pool, dataset.validation):
            for index in range(len(split.ids)):
                image = split.image(index)
                assert image.dtype == np.uint8
                assert image.shape[2:] == (3,)
                for task in dataset.tasks:
                    label = split.label(index, task)
                    assert label.dtype == task.label_dtype
                    vector = (3,) if task.label_channels == 3 else ()
                    assert label.shape == image.shape[:2] + vector
                    assert task.problem(label) == ""
                    target = torch.from_numpy(label.reshape(*label.shape[:2], -1)).permute(2, 0, 1)[
                        None
                    ]
                    assert task.valid(target).shape == (1, 1, *label.shape[:2])

    def test_reading_twice_gives_the_same_and_nobody_can_spoil_it(self, dataset):
        for read in (
            dataset.pool.image,
            *(lambda index, task=task: dataset.pool.label(index, task) for task in dataset.tasks),
        ):
            first = read(1)
            first[:] = 0
            np.testing.assert_array_equal(read(1), read(1))
            assert read(1).any()

    def test_locate_gives_the_folder_without_loading(self, name, config, dataset):
        assert DATASETS[name].locate(config) == dataset.folder != ""

    @pytest.mark.parametrize("data", ["a" * 300, "nul\0byte", "round", "~/" + "b" * 300])
    def test_a_text_that_can_be_no_path_is_named(self, name, data, monkeypatch, tmp_path):
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path)
        (tmp_path / "round").symlink_to("round")
        config = Config(dataset=name, data=data)
        for ask in (DATASETS[name].locate, DATASETS[name].tasks_in, DATASETS[name].load):
            # Drawn data have all tasks whatever the text.
            if name != "drawn" or ask != DATASETS[name].tasks_in:
                with pytest.raises(ConfigError, match=re.escape(repr(data))):
                    ask(config)

    def test_a_folder_that_may_not_be_read_is_named(self, name, config, refuse):
        if name == "drawn":
            return  # it reads no folder
        refuse(Path(config.data))
        source = DATASETS[name]
        for ask in filter(None, (source.locate, source.tasks_in, source.write_missing)):
            # Some can answer without a look inside.
            with contextlib.suppress(ConfigError, DataError):
                ask(config)
        with pytest.raises(
            (ConfigError, DataError), match=rf"{re.escape(config.data)}.*Permission denied"
        ):
            source.load(config)

    def test_the_folder_has_the_labels_that_can_be_read(self, name, config, dataset):
        assert set(DATASETS[name].tasks_in(config)) == set(config.tasks)
        for split in (dataset.pool, dataset.validation):
            assert label_mask(split, dataset.tasks).all()

    def test_a_subset_is_the_same_images_at_other_positions(self, dataset):
        indices = (len(dataset.pool.ids) - 1, 1)
        subset = Subset(dataset.pool, indices)
        assert subset.ids == tuple(dataset.pool.ids[index] for index in indices)
        for position, index in enumerate(indices):
            np.testing.assert_array_equal(subset.image(position), dataset.pool.image(index))
            assert subset.files(position, dataset.tasks) == dataset.pool.files(index, dataset.tasks)
            for task in dataset.tasks:
                np.testing.assert_array_equal(
                    subset.label(position, task), dataset.pool.label(index, task)
                )

    def test_a_subset_of_a_subset_and_its_ids_are_made_once(self, dataset):
        inner = Subset(dataset.pool, tuple(range(len(dataset.pool.ids))[::-1]))
        outer = Subset(inner, (0, 1))
        assert outer.ids == dataset.pool.ids[::-1][:2]
        assert outer.ids is outer.ids
        np.testing.assert_array_equal(outer.image(0), dataset.pool.image(len(dataset.pool.ids) - 1))

    def test_unknown_task_is_named_with_those_that_there_are(self, name, config):
        with pytest.raises(ConfigError, match=r"'flow'.*semseg"):
            DATASETS[name].load(config.model_copy(update={"tasks": ("flow",)}))

    def test_weights_of_the_config_win(self, name, config, dataset):
        own = {task.name: task.weight for task in dataset.tasks}
        heavier = config.model_copy(update={"loss_weights": {config.tasks[1]: 3.5}})
        tasks = DATASETS[name].load(heavier).tasks
        assert {task.name: task.weight for task in tasks} == own | {config.tasks[1]: 3.5}
        assert own[config.tasks[1]] != 3.5

    def test_gate_lets_through_labelled_pairs_only(self, dataset):
        labelled = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
        labelled[1, 2] = True
        gated = Gated(dataset.pool, dataset.tasks, labelled)
        labelled[:] = True  # the gate has its own copy
        np.testing.assert_array_equal(
            gated.label(1, dataset.tasks[2]), dataset.pool.label(1, dataset.tasks[2])
        )
        for index, task in ((0, dataset.tasks[2]), (1, dataset.tasks[0])):
            with pytest.raises(LabelNotBought, match=dataset.pool.ids[index]):
                gated.label(index, task)
        assert not hasattr(gated, "files")

    def test_fingerprint_stays_unless_something_changes(self, name, config, dataset):
        assert DATASETS[name].load(config).fingerprint() == dataset.fingerprint()
        fewer = config.model_copy(update={"tasks": config.tasks[:2]})
        assert DATASETS[name].load(fewer).fingerprint() != dataset.fingerprint()
