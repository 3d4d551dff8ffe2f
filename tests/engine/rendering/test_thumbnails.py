"""Small pictures: as many as can be drawn, at most 192 wide, and never those of another image."""

import os

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config
from mtal.datasets.readers.nyud import NYUD
from mtal.datasets.synthetic.shapes import DRAWN
from mtal.engine.rendering.thumbnails import write_thumbnails
from tests.datasets.nyud_folder import TRAIN, nyud_config, write_nyud


@pytest.fixture
def paths(empty_store):
    return empty_store.data("nyud", "somewhere")


@pytest.fixture
def folder(tmp_path):
    return write_nyud(tmp_path / "NYUD_MT")


def pool(folder):
    return NYUD.load(nyud_config(folder, ("depth",))).pool


def test_large_images_become_small_and_small_ones_stay(paths):
    for size, expected in (((120, 400), (192, 58)), ((30, 40), (40, 30))):
        split = DRAWN.load(
            Config(dataset="drawn", data="2+1", size=size, tasks=("depth",))
        ).validation
        assert write_thumbnails(split, paths, f"validation{size[0]}") == {}
        with Image.open(paths.thumbnail(f"validation{size[0]}", split.ids[0])) as image:
            assert (image.format, image.size) == ("JPEG", expected)
            small = np.asarray(
                Image.fromarray(split.image(0)).resize(image.size, Image.Resampling.BILINEAR), float
            )
            assert np.abs(np.asarray(image, float) - small).mean() < 6


def stamps(paths):
    return {
        name: paths.thumbnail("pool", name).stat().st_mtime_ns
        for name in TRAIN
        if paths.thumbnail("pool", name).exists()
    }


def test_only_what_changed_is_written_again(paths, folder):
    write_thumbnails(pool(folder), paths, "pool")
    first = stamps(paths)
    write_thumbnails(pool(folder), paths, "pool")
    assert stamps(paths) == first
    later = paths.thumbnail("pool", "0002").stat().st_mtime + 5
    os.utime(folder / "images" / "0002.jpg", (later, later))
    write_thumbnails(pool(folder), paths, "pool")
    assert [name for name in TRAIN if stamps(paths)[name] != first[name]] == ["0002"]


def test_a_picture_belongs_to_an_image_wherever_it_stands_in_the_list(paths, folder):
    write_thumbnails(pool(folder), paths, "pool")
    first = stamps(paths)
    (folder / "gt_sets" / "train.txt").write_text("0007\n0001\n")
    write_thumbnails(pool(folder), paths, "pool")
    assert stamps(paths) == first
    with Image.open(paths.thumbnail("pool", "0007")) as image:
        own, other = (
            np.asarray(Image.open(folder / "images" / f"{name}.jpg"), float)
            for name in ("0007", "0002")
        )
        assert (
            np.abs(np.asarray(image, float) - own).mean()
            < 30
            < np.abs(np.asarray(image, float) - other).mean()
        )


def test_broken_and_missing_images_are_told_get_none_and_stop_nothing(paths, folder):
    write_thumbnails(pool(folder), paths, "pool")
    (folder / "images" / "0002.jpg").write_bytes(b"no")
    later = paths.thumbnail("pool", "0002").stat().st_mtime + 5
    os.utime(folder / "images" / "0002.jpg", (later, later))
    (folder / "images" / "0007.jpg").unlink()
    seen = []
    problems = write_thumbnails(pool(folder), paths, "pool", lambda *pair: seen.append(pair))
    assert list(problems) == [1, 3]
    assert "images/0002.jpg cannot be read" in problems[1]
    assert "images/0007.jpg is missing" in problems[3]
    assert seen[-1] == (4, 4)
    assert list(stamps(paths)) == ["0001", "0005"]
    assert not list(paths.thumbnails.rglob(".*"))


def test_a_file_exchanged_for_an_older_one_gets_a_new_picture(paths, folder):
    """Copies keep their times: newer than the image is no sign of being made of it."""
    write_thumbnails(pool(folder), paths, "pool")
    first = stamps(paths)
    image = folder / "images" / "0002.jpg"
    image.write_bytes((folder / "images" / "0007.jpg").read_bytes())
    os.utime(image, (1, 1))
    write_thumbnails(pool(folder), paths, "pool")
    assert [name for name in TRAIN if stamps(paths)[name] != first[name]] == ["0002"]
    image.write_bytes(b"no")
    os.utime(image, (1, 1))
    assert list(write_thumbnails(pool(folder), paths, "pool")) == [1]


def test_very_tall_images_can_be_drawn_small(paths):
    class Tower:
        ids = ("tower",)

        def image(self, index):
            return np.zeros((70_000, 20, 3), np.uint8)

        def files(self, index, tasks):
            return {}

    assert write_thumbnails(Tower(), paths, "pool") == {}
    with Image.open(paths.thumbnail("pool", "tower")) as image:
        assert max(image.size) <= 8 * 192
