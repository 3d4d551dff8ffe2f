"""Lists, sub-folders and draws divide the images; errors name the key."""

import pytest

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import RandomSplit
from mtal.datasets.folder.splits import draw_validation
from tests.datasets.any_folder import (
    DESCRIPTION,
    POOL,
    VALIDATION,
    describe,
    load_folder,
    write_folder,
)


def with_splits(folder, **splits):
    return describe(folder, DESCRIPTION | {"splits": splits})


def test_folders(rooms):
    dataset = load_folder(with_splits(rooms, pool="images/a", validation="images/c"))
    assert (dataset.pool.ids, dataset.validation.ids) == (("a__0001", "a__0002"), ("c__0011",))
    assert dataset.warnings == (
        "splits: not used, since they are in neither split (3): 0007, 0012, b__0001",
    )


def test_the_pool_is_what_validation_leaves(rooms):
    assert load_folder(with_splits(rooms, validation="validation.txt")).pool.ids == (
        "0007",
        "a__0001",
        "a__0002",
        "b__0001",
    )


def test_a_draw_takes_about_that_many_and_stays_when_images_are_added():
    ids = [f"image{number}" for number in range(5000)]
    first = set(draw_validation(ids[:2500], RandomSplit(percent=20)))
    assert 420 < len(first) < 580
    assert set(draw_validation(ids, RandomSplit(percent=20))) & set(ids[:2500]) == first
    assert first < set(draw_validation(ids, RandomSplit(percent=30)))
    assert set(draw_validation(ids[:2500], RandomSplit(percent=20, seed=1))) != first
    for ids, percent in ((["a", "b"], 1), (["a", "b"], 99), (["a", "b", "c"], 1)):
        assert 0 < len(draw_validation(ids, RandomSplit(percent=percent))) < len(ids)


def test_a_draw_divides_all_images(rooms):
    dataset = load_folder(with_splits(rooms, validation={"percent": 40, "seed": 3}))
    assert sorted((*dataset.pool.ids, *dataset.validation.ids)) == sorted(
        key.replace("/", "__") for key in POOL + VALIDATION
    )


@pytest.mark.parametrize(
    ("splits", "files", "message"),
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
            "splits.pool: none of the 2 ids in a.txt has an image in images, such as '1', '2'.* "
            "such as '0007'",
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
def test_what_is_wrong_names_the_key(rooms, splits, files, message):
    for name, text in files.items():
        (rooms / name).parent.mkdir(exist_ok=True)
        (rooms / name).write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        load_folder(with_splits(rooms, **splits))
    assert str(caught.value).startswith(f"{rooms.resolve()}/tasks.yaml: ")


def test_one_image_cannot_be_divided(tmp_path):
    folder = write_folder(
        tmp_path / "rooms", DESCRIPTION | {"splits": {"validation": {"percent": 20}}}, ("0001",), ()
    )
    with pytest.raises(DataError, match="there is 1 image; it takes 2"):
        load_folder(folder)


def test_some_ids_without_an_image_are_a_warning_and_left_to_the_reader(rooms):
    (rooms / "images/a/0002.jpg").unlink()
    dataset = load_folder(rooms)
    assert dataset.warnings[0] == "tasks.semseg.folder: files without an image (1): a/0002.png"
    assert (
        dataset.warnings[-1]
        == "splits.pool: ids of pool.txt without an image in images (1): 'a__0002'"
    )
    with pytest.raises(DataError, match=r"a__0002\.jpg is missing"):
        dataset.pool.image(1)
