"""A described folder is read as it is; errors name the file or the key and say what to do."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import DataError, label_mask
from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.readers import locate
from tests.datasets.any_folder import (
    DESCRIPTION,
    POOL,
    SIZE,
    VALIDATION,
    describe,
    folder_config,
    load_folder,
    save,
)


def test_labels_are_the_stored_values(rooms):
    dataset = load_folder(rooms)
    semseg, depth, normals, edge, saliency, parts = (
        dataset.pool.label(1, task) for task in dataset.tasks
    )
    np.testing.assert_array_equal(semseg, np.asarray(Image.open(rooms / "semseg/a/0002.png")))
    np.testing.assert_allclose(
        depth, np.asarray(Image.open(rooms / "depth/a/0002.png")) / 1000, rtol=1e-6
    )
    np.testing.assert_allclose(normals, np.load(rooms / "normals/a/0002.npy"), atol=1e-6)
    np.testing.assert_array_equal(edge, np.asarray(Image.open(rooms / "edge/a/0002.png")))
    np.testing.assert_array_equal(
        saliency * 255, np.asarray(Image.open(rooms / "saliency/a/0002.png"))
    )
    np.testing.assert_array_equal(parts, np.asarray(Image.open(rooms / "human_parts/a/0002.png")))
    np.testing.assert_array_equal(
        dataset.pool.image(1), np.asarray(Image.open(rooms / "images/a/0002.jpg"))
    )


def test_title_note_ids_and_files(rooms):
    dataset = load_folder(rooms)
    assert (dataset.title, dataset.note, dataset.warnings) == ("Rooms", "Made for tests.", ())
    assert dataset.pool.ids == tuple(key.replace("/", "__") for key in POOL)
    assert dataset.validation.ids == tuple(key.replace("/", "__") for key in VALIDATION)
    files = dataset.pool.files(0, dataset.tasks)
    assert files["depth"] == rooms.resolve() / "depth/a/0001.png"
    assert all(path.is_file() for path in files.values())
    assert dataset.tasks[0].metric.note.endswith("4 classes.")


def test_single_labels_may_be_missing(rooms):
    (rooms / "depth/a/0002.png").unlink()
    dataset = load_folder(rooms)
    mask = label_mask(dataset.pool, dataset.tasks)
    assert mask.sum() == mask.size - 1
    assert not mask[1, 1]
    assert dataset.warnings == ()
    with pytest.raises(DataError, match=r"depth/a/0002\.png is missing"):
        dataset.pool.label(1, dataset.tasks[1])


@pytest.mark.parametrize("ending", [".JPG", ".jpeg", ".PNG", ".webp"])
def test_images_of_several_kinds(rooms, ending):
    whole = np.asarray(Image.open(rooms / "images/0007.jpg"))
    (rooms / "images/0007.jpg").unlink()
    save(rooms / f"images/0007{ending}", whole, **({"lossless": True} if ending == ".webp" else {}))
    image = load_folder(rooms).pool.image(3)
    if ending in (".PNG", ".webp"):
        np.testing.assert_array_equal(image, whole)
    assert image.shape == whole.shape


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_images_of_any_mode_become_rgb(rooms, mode):
    (rooms / "images/0007.jpg").unlink()
    grey = Image.fromarray(np.arange(SIZE[0] * SIZE[1], dtype=np.uint16).reshape(SIZE) * 85)
    picture = grey if mode == "I;16" else Image.open(rooms / "images/0012.jpg").convert(mode)
    picture.save(rooms / ("images/0007.jpg" if mode == "CMYK" else "images/0007.png"))
    image = load_folder(rooms).pool.image(3)
    assert (image.dtype, image.shape) == (np.uint8, (*SIZE, 3))
    if mode == "I;16":
        np.testing.assert_array_equal(image[..., 1], np.asarray(grey) // 256)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_are_turned_as_their_exif_says(rooms, orientation):
    """Viewers and labelling tools turn them, so labels are drawn on the turned image."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = np.asarray(Image.open(rooms / "images/0007.jpg"))
    (rooms / "images/0007.jpg").unlink()
    turns = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }  # how each is stored so that its orientation undoes it
    save(rooms / "images/0007.png", np.ascontiguousarray(turns[orientation](upright)), exif=exif)
    dataset = load_folder(rooms)
    np.testing.assert_array_equal(dataset.pool.image(3), upright)
    for task in dataset.tasks:
        assert dataset.pool.label(3, task).shape[:2] == SIZE


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_is_no_orientation(rooms):
    upright = np.asarray(Image.open(rooms / "images/0007.jpg"))
    (rooms / "images/0007.jpg").unlink()
    for exif in (b"Exif\x00\x00nonsense", b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff", b""):
        save(rooms / "images/0007.png", upright, exif=exif)
        dataset = load_folder(rooms)
        np.testing.assert_array_equal(dataset.pool.image(3), upright)
        assert dataset.pool.label(3, dataset.tasks[0]).shape == SIZE


class TestPlace:
    def test_relative_folders_count_from_the_project(self, rooms, monkeypatch):
        monkeypatch.setattr(locate, "USER_FOLDER", rooms.parent)
        config = Config(dataset="folder", data="rooms", tasks=("depth",))
        assert FOLDER.locate(config) == FOLDER.load(config).folder == str(rooms.resolve())
        monkeypatch.setenv("HOME", str(rooms.parent))
        assert FOLDER.locate(Config(dataset="folder", data="~/rooms")) == str(rooms.resolve())

    def test_no_folder(self, tmp_path):
        assert FOLDER.locate(Config(dataset=FOLDER.name)) == ""
        for data, message in (
            ("", "data: name the folder"),
            (str(tmp_path / "gone"), "data: there is no folder .*gone"),
        ):
            config = Config(dataset="folder", data=data)
            assert (FOLDER.locate(config), FOLDER.tasks_in(config)) == ("", ())
            for ask in (FOLDER.load, FOLDER.write_missing):
                with pytest.raises(DataError, match=message):
                    ask(config)

    def test_without_a_description_the_way_out_is_told(self, rooms):
        (rooms / "tasks.yaml").unlink()
        assert FOLDER.locate(folder_config(rooms)) == str(rooms.resolve())
        assert FOLDER.tasks_in(folder_config(rooms)) == ()
        with pytest.raises(
            DataError,
            match=rf"no .*tasks\.yaml; "
            rf"`python -m mtal check --set dataset=folder --set data={rooms}`",
        ):
            load_folder(rooms)

    @pytest.mark.parametrize(
        "text", ["a: [", "a: !!timestamp x", 'a: !!int ""', "a: !!bool x", "a: \0"]
    )
    def test_broken_description_has_no_tasks(self, rooms, text):
        (rooms / "tasks.yaml").write_text(text)
        assert FOLDER.tasks_in(folder_config(rooms)) == ()
        with pytest.raises(DataError, match=r"tasks\.yaml is no YAML"):
            load_folder(rooms)

    def test_a_folder_of_labels_with_an_impossible_name_is_no_traceback(self, rooms):
        describe(rooms, DESCRIPTION | {"tasks": {"depth": {"folder": "a" * 300}}})
        with pytest.raises(ConfigError, match="File name too long"):
            FOLDER.tasks_in(folder_config(rooms))

    def test_task_that_is_not_described(self, rooms):
        describe(rooms, DESCRIPTION | {"tasks": {"depth": {"folder": "depth"}}})
        with pytest.raises(ConfigError, match="Rooms has no labels for 'edge'; it has depth"):
            load_folder(rooms, "edge")


def test_fingerprint_knows_what_values_mean_and_no_more(rooms):
    def again(**changes):
        describe(rooms, DESCRIPTION | changes)
        return load_folder(rooms, "depth").fingerprint()

    tasks = DESCRIPTION["tasks"]
    first = again()
    assert again(title="Other", note="") == first
    assert again(tasks=tasks | {"edge": {"folder": "edge", "weight": 3}}) == first
    assert again(tasks=tasks | {"depth": tasks["depth"] | {"scale": 0.002}}) != first
    os.utime(rooms / "images/a/0001.jpg", (1, 1))
    assert again() != first
    assert json.loads(load_folder(rooms, "depth").label_settings) == {"depth": tasks["depth"]}


class TestDamagedFile:
    @pytest.mark.parametrize("way", ["empty", "cut", "head", "text", "zeros", "pickle"])
    @pytest.mark.parametrize(
        "what",
        [
            "images/0007.jpg",
            "semseg/0007.png",
            "depth/0007.png",
            "normals/0007.npy",
            "edge/0007.png",
            "saliency/0007.png",
            "human_parts/0007.png",
        ],
    )
    def test_is_named_when_read(self, rooms, what, way):
        whole = (rooms / what).read_bytes()
        dataset = load_folder(rooms)
        (rooms / what).write_bytes(
            {
                "empty": b"",
                "cut": whole[: len(whole) // 2],
                "head": whole[:20],
                "text": b"hello\n",
                "zeros": bytes(200),
                "pickle": b"\x80\x04]\x94.",
            }[way]
        )
        task = next((task for task in dataset.tasks if task.name == what.split("/")[0]), None)
        with pytest.raises(DataError, match=what):
            dataset.pool.label(3, task) if task else dataset.pool.image(3)

    def test_label_of_another_size(self, rooms):
        save(rooms / "edge/0007.png", np.zeros((3, 4), np.uint8))
        dataset = load_folder(rooms)
        with pytest.raises(DataError, match=r"edge/0007\.png is 3 x 4, but its image is 24 x 32"):
            dataset.pool.label(3, dataset.tasks[3])

    def test_objects_are_never_unpickled(self, rooms, tmp_path):
        class Evil:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "owned"),)

        np.save(rooms / "normals/0007.npy", np.array([Evil()], object), allow_pickle=True)
        with pytest.raises(DataError, match=r"0007\.npy"):
            load_folder(rooms).pool.label(3, load_folder(rooms).tasks[2])
        assert not (tmp_path / "owned").exists()
