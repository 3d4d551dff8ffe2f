"""A described folder is read as it lies there; what is odd is a warning, what cannot be is told with the key."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config, ConfigError
from mtal.datasets.checks.check import check
from mtal.datasets.dataset import DataError, label_mask
from mtal.datasets.folder.description import RandomSplit
from mtal.datasets.folder.file_tree import list_tree
from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.folder.splits import draw_validation
from mtal.datasets.readers import locate
from mtal.engine.stages.prepare_data import simulated
from tests.datasets.any_folder import (
    ALL,
    DESCRIPTION,
    POOL,
    SIZE,
    VALIDATION,
    describe,
    folder_config,
    save,
    write_folder,
)


@pytest.fixture
def rooms(tmp_path):
    return write_folder(tmp_path / "rooms")


def load(folder, *tasks):
    return FOLDER.load(folder_config(folder, tasks or ALL))


def with_splits(folder, **splits):
    return describe(folder, DESCRIPTION | {"splits": splits})


def test_labels_are_the_stored_values(rooms):
    dataset = load(rooms)
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
    dataset = load(rooms)
    assert (dataset.title, dataset.note, dataset.warnings) == ("Rooms", "Made for tests.", ())
    assert dataset.pool.ids == tuple(key.replace("/", "__") for key in POOL)
    assert dataset.validation.ids == tuple(key.replace("/", "__") for key in VALIDATION)
    files = dataset.pool.files(0, dataset.tasks)
    assert files["depth"] == rooms.resolve() / "depth/a/0001.png"
    assert all(path.is_file() for path in files.values())
    assert dataset.tasks[0].metric.note.endswith("4 classes.")


def test_single_labels_may_be_missing(rooms):
    (rooms / "depth/a/0002.png").unlink()
    dataset = load(rooms)
    there = label_mask(dataset.pool, dataset.tasks)
    assert there.sum() == there.size - 1
    assert not there[1, 1]
    assert dataset.warnings == ()
    with pytest.raises(DataError, match=r"depth/a/0002\.png is missing"):
        dataset.pool.label(1, dataset.tasks[1])


@pytest.mark.parametrize("ending", [".JPG", ".jpeg", ".PNG", ".webp"])
def test_images_of_several_kinds(rooms, ending):
    whole = np.asarray(Image.open(rooms / "images/0007.jpg"))
    (rooms / "images/0007.jpg").unlink()
    save(rooms / f"images/0007{ending}", whole, **({"lossless": True} if ending == ".webp" else {}))
    image = load(rooms).pool.image(3)
    if ending in (".PNG", ".webp"):
        np.testing.assert_array_equal(image, whole)
    assert image.shape == whole.shape


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_images_of_any_mode_become_rgb(rooms, mode):
    (rooms / "images/0007.jpg").unlink()
    grey = Image.fromarray(np.arange(SIZE[0] * SIZE[1], dtype=np.uint16).reshape(SIZE) * 85)
    picture = grey if mode == "I;16" else Image.open(rooms / "images/0012.jpg").convert(mode)
    picture.save(rooms / ("images/0007.jpg" if mode == "CMYK" else "images/0007.png"))
    image = load(rooms).pool.image(3)
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
    dataset = load(rooms)
    np.testing.assert_array_equal(dataset.pool.image(3), upright)
    for task in dataset.tasks:
        assert dataset.pool.label(3, task).shape[:2] == SIZE


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_is_no_orientation(rooms):
    upright = np.asarray(Image.open(rooms / "images/0007.jpg"))
    (rooms / "images/0007.jpg").unlink()
    for exif in (b"Exif\x00\x00nonsense", b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff", b""):
        save(rooms / "images/0007.png", upright, exif=exif)
        dataset = load(rooms)
        np.testing.assert_array_equal(dataset.pool.image(3), upright)
        assert dataset.pool.label(3, dataset.tasks[0]).shape == SIZE


class TestSplits:
    def test_folders(self, rooms):
        dataset = load(with_splits(rooms, pool="images/a", validation="images/c"))
        assert (dataset.pool.ids, dataset.validation.ids) == (("a__0001", "a__0002"), ("c__0011",))
        assert dataset.warnings == (
            "splits: not used, since they are in neither split (3): 0007, 0012, b__0001",
        )

    def test_the_pool_is_what_validation_leaves(self, rooms):
        assert load(with_splits(rooms, validation="validation.txt")).pool.ids == (
            "0007",
            "a__0001",
            "a__0002",
            "b__0001",
        )

    def test_a_draw_takes_about_that_many_and_stays_when_images_are_added(self):
        ids = [f"image{number}" for number in range(5000)]
        first = set(draw_validation(ids[:2500], RandomSplit(percent=20)))
        assert 420 < len(first) < 580
        assert {one for one in draw_validation(ids, RandomSplit(percent=20)) if one in set(ids[:2500])} == first
        assert first < set(draw_validation(ids, RandomSplit(percent=30)))
        assert set(draw_validation(ids[:2500], RandomSplit(percent=20, seed=1))) != first
        for ids, percent in ((["a", "b"], 1), (["a", "b"], 99), (["a", "b", "c"], 1)):
            assert 0 < len(draw_validation(ids, RandomSplit(percent=percent))) < len(ids)

    def test_a_draw_divides_all_images(self, rooms):
        dataset = load(with_splits(rooms, validation={"percent": 40, "seed": 3}))
        assert sorted((*dataset.pool.ids, *dataset.validation.ids)) == sorted(
            key.replace("/", "__") for key in POOL + VALIDATION
        )

    @pytest.mark.parametrize(
        ("splits", "files", "said"),
        [
            ({"validation": "gone.txt"}, {}, r"splits.validation: there is no .*gone\.txt"),
            ({"validation": "a.txt"}, {"a.txt": ""}, r"splits.validation: .*a\.txt is empty"),
            (
                {"pool": "a.txt", "validation": "validation.txt"},
                {"a.txt": "0007\n0007\n"},
                "splits.pool: .*'0007' more than once",
            ),
            (
                {"pool": "a.txt", "validation": "validation.txt"},
                {"a.txt": "0007\n0012\n"},
                "splits: 0012 is in pool and in validation",
            ),
            (
                {"pool": "a.txt", "validation": "validation.txt"},
                {"a.txt": "1\n2\n"},
                "splits.pool: none of the 2 ids in a.txt has an image in images, such as '1', '2'.* such as '0007'",
            ),
            (
                {"pool": "a.txt", "validation": "validation.txt"},
                {"a.txt": "../x\n"},
                r"splits.pool: .*'\.\./x'",
            ),
            (
                {"validation": "a.txt"},
                {"a.txt": "0007\n0012\na__0001\na__0002\nb__0001\nc__0011\n"},
                "splits.pool: validation takes all 6",
            ),
            ({"validation": "semseg"}, {}, "splits.validation: semseg does not lie in images"),
            (
                {"validation": "images/empty"},
                {"images/empty/x.txt": ""},
                "splits.validation: there are no images in images/empty",
            ),
            (
                {"pool": "images", "validation": "images/a"},
                {},
                "splits: a__0001, a__0002 are in pool and in validation",
            ),
        ],
    )
    def test_what_is_wrong_names_the_key(self, rooms, splits, files, said):
        for name, text in files.items():
            (rooms / name).parent.mkdir(exist_ok=True)
            (rooms / name).write_text(text)
        with pytest.raises(DataError, match=said) as caught:
            load(with_splits(rooms, **splits))
        assert str(caught.value).startswith(f"{rooms.resolve()}/tasks.yaml: ")

    def test_one_image_cannot_be_divided(self, tmp_path):
        folder = write_folder(
            tmp_path / "rooms",
            DESCRIPTION | {"splits": {"validation": {"percent": 20}}},
            ("0001",),
            (),
        )
        with pytest.raises(DataError, match="there is 1 image; it takes 2"):
            load(folder)

    def test_some_ids_without_an_image_are_a_warning_and_left_to_the_reader(self, rooms):
        (rooms / "images/a/0002.jpg").unlink()
        dataset = load(rooms)
        assert dataset.warnings[0] == "tasks.semseg.folder: files without an image (1): a/0002.png"
        assert (
            dataset.warnings[-1]
            == "splits.pool: ids of pool.txt without an image in images (1): 'a__0002'"
        )
        with pytest.raises(DataError, match=r"a__0002\.jpg is missing"):
            dataset.pool.image(1)


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
            dataset = load(flat, "semseg", "depth")
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
        dataset = load(describe(rooms, DESCRIPTION | {"images": "."}))
        assert dataset.warnings == ()
        assert len(dataset.pool.ids) == 4

    def test_odd_files_are_warnings(self, rooms):
        shutil.copy(rooms / "depth/0007.png", rooms / "depth/0099.png")
        np.save(rooms / "depth/0007.npy", np.ones(SIZE))
        shutil.copy(rooms / "images/0007.jpg", rooms / "images/new\nline.jpg")
        (rooms / "images/.hidden.jpg").write_text("")
        assert load(rooms).warnings == (
            r"images: left out, since their names cannot be ids (1): 'new\nline'",
            "tasks.depth.folder: files without an image (1): 0099.png",
            "tasks.depth.folder: images with two files, of which one is taken (1): "
            "0007.png, not 0007.npy",
        )

    @pytest.mark.parametrize(
        ("other", "said"),
        [("0007.png", r"0007\.jpg and 0007\.png"), ("a__0001.jpg", r"a__0001\.jpg")],
    )
    def test_two_images_of_one_id_are_refused(self, rooms, other, said):
        shutil.copy(rooms / "images/0012.jpg", rooms / "images" / other)
        with pytest.raises(
            DataError, match=rf"tasks\.yaml: images: .*{said}.* would have the same id"
        ):
            load(rooms)

    @pytest.mark.parametrize(
        ("spoil", "said"),
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
                "tasks.depth.folder: no file in .* belongs to an image, such as .*label.png for .*jpg",
            ),
        ],
    )
    def test_folders_that_hold_nothing_of_use(self, rooms, spoil, said):
        spoil(rooms)
        with pytest.raises(DataError, match=rf"tasks\.yaml: {said}"):
            load(rooms)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda depth: shutil.rmtree(depth),
            lambda depth: [path.unlink() for path in depth.rglob("*.png")],
        ],
    )
    def test_a_task_without_labels_yet_is_a_warning(self, rooms, spoil):
        spoil(rooms / "depth")
        dataset = load(rooms, "semseg", "depth")
        assert label_mask(dataset.pool, dataset.tasks)[:, 1].sum() == 0
        assert label_mask(dataset.pool, dataset.tasks)[:, 0].all()
        assert dataset.warnings == (
            "tasks: there are no PNG or NPY files yet for depth (depth); images can be checked without, "
            "a run needs some labels in pool and validation",
        )
        assert dataset.pool.files(0, dataset.tasks)["depth"] == rooms.resolve() / "depth/a/0001.png"

    def test_images_without_any_label_can_be_checked(self, rooms):
        (rooms / "images/0007.jpg").write_bytes(b"broken")
        describe(rooms, DESCRIPTION | {"tasks": {}})
        tasks = FOLDER.tasks_in(folder_config(rooms))
        report = check(load(rooms, *tasks))
        assert [(row["id"], row["kind"]) for row in report.problems] == [("0007", "unreadable")]
        assert report.splits["pool"]["coverage"] == dict.fromkeys(tasks, 0)
        assert report.warnings == [
            "tasks: tasks.yaml names no labels; images can be checked without, a run needs some labels in "
            "pool and validation"
        ]
        with pytest.raises(
            DataError, match=r"no pool image in .* has a label of depth.*: label some images"
        ):
            simulated(load(rooms, "depth"))

    def test_tasks_that_nobody_asked_for_may_be_missing(self, rooms):
        shutil.rmtree(rooms / "depth")
        assert load(rooms, "semseg").pool.ids
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
            load(rooms)

    def test_links_that_stay_inside(self, rooms):
        (rooms / "depth/0007.png").unlink()
        (rooms / "depth/0007.png").symlink_to("a/0001.png")
        shutil.move(rooms / "edge", rooms / "borders")
        (rooms / "edge").symlink_to("borders")
        dataset = load(rooms)
        assert dataset.pool.label(3, dataset.tasks[1]).shape == SIZE
        assert label_mask(dataset.pool, dataset.tasks).all()

    def test_links_that_lead_round_in_circles(self, rooms):
        (rooms / "images/a/again").symlink_to(rooms / "images")
        with pytest.raises(DataError, match="again is a link to a folder"):
            load(rooms)

    def test_a_link_to_the_whole_folder_is_the_same_folder(self, rooms, tmp_path):
        (tmp_path / "link").symlink_to(rooms)
        assert load(tmp_path / "link").folder == str(rooms.resolve())


class TestPlace:
    def test_relative_folders_count_from_the_project(self, rooms, monkeypatch):
        monkeypatch.setattr(locate, "USER_FOLDER", rooms.parent)
        config = Config(dataset="folder", data="rooms", tasks=("depth",))
        assert FOLDER.locate(config) == FOLDER.load(config).folder == str(rooms.resolve())
        monkeypatch.setenv("HOME", str(rooms.parent))
        assert FOLDER.locate(Config(dataset="folder", data="~/rooms")) == str(rooms.resolve())

    def test_no_folder(self, tmp_path):
        assert FOLDER.locate(Config(dataset=FOLDER.name)) == ""
        for data, said in (
            ("", "data: name the folder"),
            (str(tmp_path / "gone"), "data: there is no folder .*gone"),
        ):
            config = Config(dataset="folder", data=data)
            assert (FOLDER.locate(config), FOLDER.tasks_in(config)) == ("", ())
            for ask in (FOLDER.load, FOLDER.write_missing):
                with pytest.raises(DataError, match=said):
                    ask(config)

    def test_without_a_description_the_way_out_is_told(self, rooms):
        (rooms / "tasks.yaml").unlink()
        assert FOLDER.locate(folder_config(rooms)) == str(rooms.resolve())
        assert FOLDER.tasks_in(folder_config(rooms)) == ()
        with pytest.raises(
            DataError,
            match=rf"no .*tasks\.yaml; `python -m mtal check --set dataset=folder --set data={rooms}`",
        ):
            load(rooms)

    @pytest.mark.parametrize(
        "text", ["a: [", "a: !!timestamp x", 'a: !!int ""', "a: !!bool x", "a: \0"]
    )
    def test_broken_description_has_no_tasks(self, rooms, text):
        (rooms / "tasks.yaml").write_text(text)
        assert FOLDER.tasks_in(folder_config(rooms)) == ()
        with pytest.raises(DataError, match=r"tasks\.yaml is no YAML"):
            load(rooms)

    def test_a_folder_of_labels_with_an_impossible_name_is_no_traceback(self, rooms):
        describe(rooms, DESCRIPTION | {"tasks": {"depth": {"folder": "a" * 300}}})
        with pytest.raises(ConfigError, match="File name too long"):
            FOLDER.tasks_in(folder_config(rooms))

    def test_task_that_is_not_described(self, rooms):
        describe(rooms, DESCRIPTION | {"tasks": {"depth": {"folder": "depth"}}})
        with pytest.raises(ConfigError, match="Rooms has no labels for 'edge'; it has depth"):
            load(rooms, "edge")


def test_fingerprint_knows_what_values_mean_and_no_more(rooms):
    def again(**changes):
        describe(rooms, DESCRIPTION | changes)
        return load(rooms, "depth").fingerprint()

    tasks = DESCRIPTION["tasks"]
    first = again()
    assert again(title="Other", note="") == first
    assert again(tasks=tasks | {"edge": {"folder": "edge", "weight": 3}}) == first
    assert again(tasks=tasks | {"depth": tasks["depth"] | {"scale": 0.002}}) != first
    os.utime(rooms / "images/a/0001.jpg", (1, 1))
    assert again() != first
    assert json.loads(load(rooms, "depth").label_settings) == {"depth": tasks["depth"]}


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
        dataset = load(rooms)
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
        dataset = load(rooms)
        with pytest.raises(DataError, match=r"edge/0007\.png is 3 x 4, but its image is 24 x 32"):
            dataset.pool.label(3, dataset.tasks[3])

    def test_objects_are_never_unpickled(self, rooms, tmp_path):
        class Evil:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "owned"),)

        np.save(rooms / "normals/0007.npy", np.array([Evil()], object), allow_pickle=True)
        with pytest.raises(DataError, match=r"0007\.npy"):
            load(rooms).pool.label(3, load(rooms).tasks[2])
        assert not (tmp_path / "owned").exists()


def test_each_folder_is_listed_once_and_no_file_is_touched(rooms, monkeypatch):
    opened, listed = [], []
    scandir, real_open = os.scandir, Image.open
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(str(path)) or scandir(path))
    monkeypatch.setattr(
        Image, "open", lambda *words, **more: opened.append(words) or real_open(*words, **more)
    )
    load(rooms, "semseg", "depth")
    assert opened == []
    assert len(listed) == len(set(listed)) == 3 * 4  # images, semseg, depth, each with a, b and c


def test_a_tree_is_what_walking_it_finds(rooms):
    for folder, endings in (
        ("depth", (".png", ".npy")),
        (".", (".jpg", ".npy")),
        ("normals", (".png",)),
    ):
        walked = sorted(
            path.relative_to(rooms / folder).as_posix()
            for path in (rooms / folder).rglob("*")
            if path.is_file() and path.suffix in endings
        )
        tree = list_tree(rooms.resolve(), folder, endings)
        assert sorted(tree.files.values()) == walked
        assert all(path.rsplit(".", 1)[0] == key for key, path in tree.files.items())
