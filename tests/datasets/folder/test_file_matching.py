"""Labels are found by the paths of their images; nothing outside the folder is opened."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.checks.check import check
from mtal.datasets.dataset import DataError, label_mask
from mtal.datasets.folder.folder import FOLDER
from mtal.engine.stages.prepare_data import drop_unlabelled
from tests.datasets.any_folder import (
    DESCRIPTION,
    POOL,
    SIZE,
    VALIDATION,
    describe,
    folder_config,
    load_folder,
)


class TestLayouts:
    def test_everything_in_one_folder_told_by_suffixes(self, rooms, tmp_path):
        flat = tmp_path / "flat"
        flat.mkdir()
        for key in POOL + VALIDATION:
            name = key.replace("/", "-")
            Image.open(rooms / f"images/{key}.jpg").save(flat / f"{name}_rgb.png")
            shutil.copy(rooms / f"semseg/{key}.png", flat / f"{name}_seg.png")
            shutil.copy(rooms / f"depth/{key}.png", flat / f"{name}_depth.png")
        tasks = {
            "semseg": DESCRIPTION["tasks"]["semseg"] | {"folder": ".", "suffix": "_seg"},
            "depth": {"folder": ".", "suffix": "_depth"},
        }
        for images in ("_rgb", ""):
            if not images:  # images may be the ones without a suffix
                for path in flat.glob("*_rgb.png"):
                    path.rename(str(path).replace("_rgb", ""))
            describe(
                flat,
                {
                    "images": ".",
                    "suffix": images,
                    "splits": {"validation": {"percent": 20}},
                    "tasks": tasks,
                },
            )
            dataset = load_folder(flat, "semseg", "depth")
            assert dataset.warnings == ()
            assert set(dataset.pool.ids + dataset.validation.ids) == {
                key.replace("/", "-") for key in POOL + VALIDATION
            }
            index = dataset.pool.ids.index(dataset.pool.ids[0])
            np.testing.assert_array_equal(
                dataset.pool.label(index, dataset.tasks[0]),
                np.asarray(Image.open(flat / f"{dataset.pool.ids[0]}_seg.png")),
            )
            assert label_mask(dataset.pool, dataset.tasks).all()

    def test_images_around_the_labels(self, rooms):
        for path in (rooms / "images").iterdir():
            shutil.move(path, rooms / path.name)
        dataset = load_folder(describe(rooms, DESCRIPTION | {"images": "."}))
        assert dataset.warnings == ()
        assert len(dataset.pool.ids) == 4

    def test_odd_files_are_warnings(self, rooms):
        shutil.copy(rooms / "depth/0007.png", rooms / "depth/0099.png")
        np.save(rooms / "depth/0007.npy", np.ones(SIZE))
        shutil.copy(rooms / "images/0007.jpg", rooms / "images/new\nline.jpg")
        (rooms / "images/.hidden.jpg").write_text("")
        assert load_folder(rooms).warnings == (
            r"images: left out, since their names cannot be ids (1): 'new\nline'",
            "tasks.depth.folder: files without an image (1): 0099.png",
            "tasks.depth.folder: images with two files, of which one is taken (1): "
            "0007.png, not 0007.npy",
        )

    @pytest.mark.parametrize(
        ("other", "message"),
        [("0007.png", r"0007\.jpg and 0007\.png"), ("a__0001.jpg", r"a__0001\.jpg")],
    )
    def test_two_images_of_one_id_are_refused(self, rooms, other, message):
        shutil.copy(rooms / "images/0012.jpg", rooms / "images" / other)
        with pytest.raises(
            DataError, match=rf"tasks\.yaml: images: .*{message}.* would have the same id"
        ):
            load_folder(rooms)

    @pytest.mark.parametrize(
        ("spoil", "message"),
        [
            (lambda rooms: shutil.rmtree(rooms / "images"), "images: there is no folder images"),
            (
                lambda rooms: [path.unlink() for path in (rooms / "images").rglob("*.jpg")],
                "images: there are no images",
            ),
            (
                lambda rooms: [
                    path.rename(f"{path}.label.png") for path in (rooms / "depth").rglob("*.png")
                ],
                "tasks.depth.folder: no file in .* belongs to an image, "
                "such as .*label.png for .*jpg",
            ),
        ],
    )
    def test_folders_that_hold_nothing_of_use(self, rooms, spoil, message):
        spoil(rooms)
        with pytest.raises(DataError, match=rf"tasks\.yaml: {message}"):
            load_folder(rooms)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda depth: shutil.rmtree(depth),
            lambda depth: [path.unlink() for path in depth.rglob("*.png")],
        ],
    )
    def test_a_task_without_labels_yet_is_a_warning(self, rooms, spoil):
        spoil(rooms / "depth")
        dataset = load_folder(rooms, "semseg", "depth")
        assert label_mask(dataset.pool, dataset.tasks)[:, 1].sum() == 0
        assert label_mask(dataset.pool, dataset.tasks)[:, 0].all()
        assert dataset.warnings == (
            "tasks: there are no PNG or NPY files yet for depth (depth); images can be checked "
            "without, a run needs some labels in pool and validation",
        )
        assert dataset.pool.files(0, dataset.tasks)["depth"] == rooms.resolve() / "depth/a/0001.png"

    def test_images_without_any_label_can_be_checked(self, rooms):
        (rooms / "images/0007.jpg").write_bytes(b"broken")
        describe(rooms, DESCRIPTION | {"tasks": {}})
        tasks = FOLDER.tasks_in(folder_config(rooms))
        report = check(load_folder(rooms, *tasks))
        assert [(row["id"], row["kind"]) for row in report.problems] == [("0007", "unreadable")]
        assert report.splits["pool"]["coverage"] == dict.fromkeys(tasks, 0)
        assert report.warnings == [
            "tasks: tasks.yaml names no labels; images can be checked without, a run needs some "
            "labels in pool and validation"
        ]
        with pytest.raises(
            DataError,
            match=r"no pool image in .* has a label of depth.*: let people .*, or label some",
        ):
            drop_unlabelled(load_folder(rooms, "depth"))

    def test_tasks_that_nobody_asked_for_may_be_missing(self, rooms):
        shutil.rmtree(rooms / "depth")
        assert load_folder(rooms, "semseg").pool.ids
        assert FOLDER.tasks_in(folder_config(rooms)) == (
            "semseg",
            "normals",
            "edge",
            "saliency",
            "human_parts",
        )


class TestNothingOutsideIsOpened:
    @pytest.mark.parametrize(
        "what",
        [
            "depth",
            "depth/0007.png",
            "images",
            "images/0007.jpg",
            "images/a",
            "pool.txt",
            "tasks.yaml",
        ],
    )
    def test_links_that_lead_out(self, rooms, tmp_path, what):
        shutil.move(rooms / what, tmp_path / "elsewhere")
        (rooms / what).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(DataError, match=f"{what} is a link that leads out"):
            load_folder(rooms)

    def test_links_that_stay_inside(self, rooms):
        (rooms / "depth/0007.png").unlink()
        (rooms / "depth/0007.png").symlink_to("a/0001.png")
        shutil.move(rooms / "edge", rooms / "borders")
        (rooms / "edge").symlink_to("borders")
        dataset = load_folder(rooms)
        assert dataset.pool.label(3, dataset.tasks[1]).shape == SIZE
        assert label_mask(dataset.pool, dataset.tasks).all()

    def test_links_that_lead_round_in_circles(self, rooms):
        (rooms / "images/a/again").symlink_to(rooms / "images")
        with pytest.raises(DataError, match="again is a link to a folder"):
            load_folder(rooms)

    def test_a_link_to_the_whole_folder_is_the_same_folder(self, rooms, tmp_path):
        (tmp_path / "link").symlink_to(rooms)
        assert load_folder(tmp_path / "link").folder == str(rooms.resolve())


def test_each_folder_is_listed_once_and_no_file_is_touched(rooms, monkeypatch):
    opened, listed = [], []
    scandir, real_open = os.scandir, Image.open
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(str(path)) or scandir(path))
    monkeypatch.setattr(
        Image, "open", lambda *words, **more: opened.append(words) or real_open(*words, **more)
    )
    load_folder(rooms, "semseg", "depth")
    assert opened == []
    assert len(listed) == len(set(listed)) == 3 * 4  # images, semseg, depth, each with a, b and c
