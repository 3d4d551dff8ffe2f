"""Small pictures: as many as can be drawn, at most 192 wide, and never those of another image."""
import os

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config
from mtal.datasets.drawn import DRAWN
from mtal.datasets.nyud import NYUD
from mtal.engine.thumbs import write_thumbs
from tests.datasets.nyud_folder import nyud_config, write_nyud


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
        split = DRAWN.load(Config(dataset="drawn", data="2+1", size=size, tasks=("depth",))).validation
        assert write_thumbs(split, paths, f"validation{size[0]}") == 1
        with Image.open(paths.thumb(f"validation{size[0]}", 0)) as image:
            assert (image.format, image.size) == ("JPEG", expected)
            small = np.asarray(Image.fromarray(split.image(0)).resize(image.size, Image.Resampling.BILINEAR), float)
            assert np.abs(np.asarray(image, float) - small).mean() < 6


def test_only_what_changed_is_written_again(paths, folder):
    assert write_thumbs(pool(folder), paths, "pool") == 4
    assert write_thumbs(pool(folder), paths, "pool") == 0
    later = paths.thumb("pool", 1).stat().st_mtime + 5
    os.utime(folder / "images" / "0002.jpg", (later, later))
    assert write_thumbs(pool(folder), paths, "pool") == 1


def test_another_list_of_images_gets_other_pictures(paths, folder):
    write_thumbs(pool(folder), paths, "pool")
    (folder / "gt_sets" / "train.txt").write_text("0001\n0007\n0005\n")
    assert write_thumbs(pool(folder), paths, "pool") == 1
    with Image.open(paths.thumb("pool", 1)) as image:
        expected = np.asarray(Image.open(folder / "images" / "0007.jpg"), float)
        assert np.abs(np.asarray(image, float) - expected).mean() < 30 < np.abs(
            np.asarray(image, float) - np.asarray(Image.open(folder / "images" / "0002.jpg"), float)).mean()


def test_broken_images_get_none_and_stop_nothing(paths, folder):
    write_thumbs(pool(folder), paths, "pool")
    (folder / "images" / "0002.jpg").write_bytes(b"no")
    later = paths.thumb("pool", 1).stat().st_mtime + 5
    os.utime(folder / "images" / "0002.jpg", (later, later))
    seen = []
    assert write_thumbs(pool(folder), paths, "pool", lambda *pair: seen.append(pair)) == 0
    assert seen[-1] == (4, 4)
    assert [paths.thumb("pool", index).exists() for index in range(4)] == [True, False, True, True]
    assert not list(paths.thumbs.rglob(".*"))
