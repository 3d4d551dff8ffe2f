"""The bundled data set: complete, small, credited, with labels that agree pixel by pixel."""

import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.checks.check import check
from mtal.datasets.dataset import DataError, Subset, label_mask
from mtal.datasets.folder import bundled_rooms
from mtal.datasets.folder.bundled_rooms import BUNDLED, ROOMS
from mtal.datasets.readers.depth_normals import Camera, normals_from_depth
from mtal.rooms.camera import FIELD
from mtal.rooms.labels import borders

TASKS = ("semseg", "depth", "normals", "edge", "saliency", "human_parts")
EVERY = 16  # images that a test of pixels leaves out in between


@pytest.fixture(scope="module")
def dataset():
    return ROOMS.load(Config(dataset="rooms", tasks=TASKS))


@pytest.fixture(scope="module")
def labels(dataset):
    """Task name -> label, of some images of both splits."""
    return [
        {task.name: split.label(index, task) for task in dataset.tasks}
        for split in (dataset.pool, dataset.validation)
        for index in range(0, len(split.ids), EVERY)
    ]


def room_of(name):
    return name.rsplit("_", 1)[0]


def test_it_holds_what_it_promises_in_twenty_megabytes(dataset):
    assert (len(dataset.pool.ids), len(dataset.validation.ids)) == (480, 120)
    for split in (dataset.pool, dataset.validation):
        assert label_mask(split, dataset.tasks).all()
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) <= 20 * 2**20
    assert dataset.pool.image(0).shape == (120, 160, 3)


def test_who_made_the_models_is_said(dataset):
    credits = (BUNDLED / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "CC" in credits
    assert credits.count("\n") > 50
    assert "Rendered" in dataset.note


def test_the_splits_share_no_room_and_the_pool_comes_in_walks(dataset):
    pool, validation = (
        [room_of(name) for name in split.ids] for split in (dataset.pool, dataset.validation)
    )
    assert not set(pool) & set(validation)
    assert len(set(validation)) == 120
    frames = np.unique(pool, return_counts=True)[1]
    assert 3 <= np.median(frames) <= 8
    assert frames.max() <= 8


def test_normals_agree_with_those_of_the_depth_away_from_edges(labels):
    """Median below 3 degrees over all, and below 5 in every image."""
    focal = 80 / np.tan(FIELD / 2)
    medians = []
    for image in labels:
        edge, normals = image["edge"], image["normals"]
        fitted = normals_from_depth(image["depth"], Camera(focal, focal, 80, 60), radius=1)
        shifted = [np.roll(edge, shift, axis) for axis in (0, 1) for shift in (-2, -1, 0, 1, 2)]
        near_edge = np.stack(shifted).any(axis=0)
        sure = (fitted != 0).any(axis=-1) & (normals != 0).any(axis=-1) & ~near_edge
        cosine = (fitted[sure] * normals[sure]).sum(axis=-1).clip(-1, 1)
        medians.append(np.median(np.degrees(np.arccos(cosine))))
        assert sure.mean() > 0.2
    assert np.median(medians) < 3
    assert max(medians) < 5


def test_labels_of_an_image_agree_with_each_other(dataset, labels):
    person = dataset.tasks[0].classes.index("person")
    peopled = 0
    for image in labels:
        classes, edge = image["semseg"], image["edge"]
        assert (image["depth"] > 0).all()
        assert (edge[borders(classes) == 1] == 1).all()  # another class is another object
        assert 0.001 < edge.mean() < 0.4
        if (image["human_parts"] != 255).any():
            peopled += 1
            assert ((image["human_parts"] > 0) == (classes == person)).all()
        else:
            assert not (classes == person).any()
        salient = image["saliency"] == 1
        if salient.any():  # it is one object, so of one class
            assert len(np.unique(classes[salient])) == 1
    assert 0.15 < peopled / len(labels) < 0.6


def test_every_class_occurs_and_no_picture_is_in_both_splits(dataset):
    few = dataset.with_splits(Subset(dataset.pool, tuple(range(0, 480, 4))), dataset.validation)
    report = check(few)
    assert report.leaks == []
    assert not report.harmful
    assert all(share > 0 for _, share, *_ in report.labels["semseg"]["validation"]["classes"])


def test_a_copy_of_the_program_without_the_images_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr(bundled_rooms, "BUNDLED", tmp_path / "none")
    with pytest.raises(DataError, match="python -m mtal rooms"):
        ROOMS.load(Config(dataset="rooms"))
    assert ROOMS.locate(Config(dataset="rooms")) == ""
