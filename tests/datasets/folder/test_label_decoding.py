"""Labels are decoded as a plain loop over pixels says; values without a meaning are refused."""

import colorsys
import math

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.label_specs import Depth, Edge, HumanParts, Normals, Saliency, Semseg
from tests.datasets.any_folder import SIZE, save, some_normals

RNG = np.random.default_rng(0)
PIXELS = [(row, column) for row in range(SIZE[0]) for column in range(SIZE[1])]


@pytest.fixture
def stored(tmp_path):
    def write(pixels, ending=".png"):
        path = tmp_path / f"label{ending}"
        if ending == ".npy":
            np.save(path, pixels)
        else:
            save(path, pixels)
        return path

    return write


def semseg(**keys):
    return Semseg(folder="semseg", **keys)


class TestClasses:
    def test_ids_are_kept_and_255_is_ignored(self, stored):
        pixels = RNG.choice([0, 1, 2, 255], SIZE).astype(np.uint8)
        np.testing.assert_array_equal(semseg(classes=["a", "b", "c"]).read(stored(pixels)), pixels)

    def test_first_shifts_and_ignores_what_is_below(self, stored):
        pixels = RNG.integers(0, 6, SIZE).astype(np.uint8)
        label = semseg(classes=["a", "b", "c"], first=3).read(stored(pixels))
        for at in PIXELS:
            assert label[at] == (pixels[at] - 3 if pixels[at] >= 3 else 255)

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_values_go_to_the_classes_that_they_name(self, stored, dtype):
        pixels = RNG.choice([7, 8, 12, 200], SIZE).astype(dtype)
        labels = semseg(
            classes=["sky", "road"], values={7: "road", 8: "road", 12: "sky"}, ignore=[200]
        )
        label = labels.read(stored(pixels))
        for at in PIXELS:
            assert label[at] == {7: 1, 8: 1, 12: 0, 200: 255}[int(pixels[at])]
        assert semseg(values={3: "b", 1: "a", 2: "b"}).task().classes == ("b", "a")

    def test_colours_go_to_the_classes_that_they_name(self, stored):
        colours = {"sky": [[70, 130, 180], "#000001"], "road": "#804080", "void": [0, 0, 0]}
        table = [(70, 130, 180), (0, 0, 1), (128, 64, 128), (0, 0, 0), (255, 255, 255)]
        number = {table[0]: 0, table[1]: 0, table[2]: 1, table[3]: 2, table[4]: 255}
        pixels = np.array(table, np.uint8)[RNG.integers(0, 5, SIZE)]
        label = semseg(colours=colours, ignore=["#ffffff"]).read(stored(pixels))
        for at in PIXELS:
            assert label[at] == number[tuple(pixels[at].tolist())]

    def test_a_palette_is_looked_up_for_colours_only(self, tmp_path):
        picture = Image.fromarray(RNG.integers(0, 2, SIZE).astype(np.uint8)).convert("P")
        picture.putpalette([255, 0, 0, 0, 0, 255])
        picture.save(tmp_path / "a.png")
        np.testing.assert_array_equal(
            semseg(classes=["a", "b"]).read(tmp_path / "a.png"), np.array(picture)
        )
        label = semseg(colours={"blue": "#0000ff", "red": "#ff0000"}).read(tmp_path / "a.png")
        np.testing.assert_array_equal(label, 1 - np.array(picture))

    def test_grey_saved_as_colour_and_whole_floats_will_do(self, stored):
        pixels = RNG.integers(0, 3, SIZE).astype(np.uint8)
        labels = semseg(classes=["a", "b", "c"])
        np.testing.assert_array_equal(labels.read(stored(np.dstack([pixels] * 3))), pixels)
        np.testing.assert_array_equal(labels.read(stored(np.dstack([pixels] * 4))), pixels)
        for dtype in (np.float32, np.int64, np.uint16):
            np.testing.assert_array_equal(labels.read(stored(pixels.astype(dtype), ".npy")), pixels)
        np.testing.assert_array_equal(labels.read(stored(pixels > 0, ".npy")), pixels > 0)
        np.testing.assert_array_equal(
            labels.read(stored(pixels > 0)), pixels > 0
        )  # a PNG of one bit

    @pytest.mark.parametrize(
        ("keys", "pixels", "message"),
        [
            (
                {"classes": ["a", "b"]},
                np.full(SIZE, 2, np.uint8),
                r"values that are no class: 2 \(768 pixels\).*others: ignore",
            ),
            (
                {"classes": ["a", "b"]},
                np.full(SIZE, 256, np.uint16),
                "no class: 256",
            ),  # does not wrap to 0
            ({"classes": ["a", "b"], "ignore": []}, np.full(SIZE, 255, np.uint8), "no class: 255"),
            ({"classes": ["a", "b"]}, np.eye(3, dtype=np.uint8)[None], "colour picture"),
            (
                {"colours": {"a": "#000000", "b": "#ffffff"}},
                np.full(SIZE, 9, np.uint8),
                "colours that are no class: #090909",
            ),
            (
                {"colours": {"a": "#000000", "b": "#ffffff"}},
                np.full(SIZE, 9, np.uint16),
                "8 bits per channel",
            ),
        ],
    )
    def test_values_without_a_meaning(self, stored, keys, pixels, message):
        path = stored(pixels)
        with pytest.raises(DataError, match=message) as caught:
            semseg(**keys).read(path)
        assert str(path) in str(caught.value)

    @pytest.mark.parametrize("value", [0.5, np.nan, np.inf, -1.0, 1e20])
    def test_fractions_and_the_like_are_no_ids(self, stored, value):
        with pytest.raises(DataError, match=r"label\.npy"):
            semseg(classes=["a", "b"]).read(stored(np.full(SIZE, value), ".npy"))

    def test_others_can_be_ignored(self, stored):
        pixels = RNG.integers(0, 9, SIZE).astype(np.uint8)
        label = semseg(classes=["a", "b"], others="ignore").read(stored(pixels))
        np.testing.assert_array_equal(label, np.where(pixels < 2, pixels, 255))

    def test_labels_are_not_read_from_jpeg(self, tmp_path):
        Image.fromarray(np.zeros(SIZE, np.uint8)).save(tmp_path / "a.png", "JPEG")
        with pytest.raises(DataError, match="JPEG by content"):
            semseg(classes=["a", "b"]).read(tmp_path / "a.png")


class TestParts:
    def test_own_ids_and_none_where_nobody_is(self, stored):
        pixels = RNG.choice([0, 3, 6, 255], SIZE).astype(np.uint8)
        np.testing.assert_array_equal(HumanParts(folder="p").read(stored(pixels)), pixels)
        for nobody in (0, 255):
            assert (
                HumanParts(folder="p").read(stored(np.full(SIZE, nobody, np.uint8))) == 255
            ).all()

    def test_other_ids(self, stored):
        labels = HumanParts(folder="p", classes={0: "background", 4: "head", 5: "torso", 9: "head"})
        pixels = RNG.choice([0, 4, 5, 9, 255], SIZE).astype(np.uint8)
        label = labels.read(stored(pixels))
        for at in PIXELS:
            assert label[at] == {0: 0, 4: 1, 9: 1, 5: 2, 255: 255}[int(pixels[at])]
        with pytest.raises(DataError, match="no class: 6"):
            labels.read(stored(np.full(SIZE, 6, np.uint8)))


class TestDepth:
    @pytest.mark.parametrize(
        ("keys", "metres"),
        [
            ({}, lambda value: value * 0.001),
            ({"scale": 0.0002}, lambda value: value * 0.0002),
            ({"inverse": 19660.5}, lambda value: 19660.5 / value),
        ],
    )
    def test_png(self, stored, keys, metres):
        pixels = RNG.integers(300, 65536, SIZE).astype(np.uint16)
        pixels[0, 0] = 0
        pixels[0, 1] = 65535
        label = Depth(folder="d", ignore=[65535], **keys).read(stored(pixels))
        assert label.dtype == np.float32
        for at in PIXELS:
            value = int(pixels[at])
            assert label[at] == pytest.approx(0 if value in (0, 65535) else metres(value), rel=1e-6)

    def test_npy_is_in_metres_unless_a_scale_is_given(self, stored):
        metres = RNG.uniform(0.5, 9, SIZE).astype(np.float32)
        metres[0, :3] = 0, np.nan, np.inf
        expected = np.where(np.isfinite(metres), metres, 0)
        path = stored(metres, ".npy")
        np.testing.assert_array_equal(Depth(folder="d").read(path), expected)
        np.testing.assert_allclose(Depth(folder="d", scale=0.5).read(path), expected / 2)

    def test_eight_bits_need_a_scale(self, stored):
        path = stored(np.full(SIZE, 100, np.uint8))
        with pytest.raises(DataError, match=r"8 bits.*`scale`"):
            Depth(folder="d").read(path)
        assert (Depth(folder="d", scale=0.1).read(path) == np.float32(10)).all()


class TestNormals:
    def test_npy_is_made_of_unit_length(self, stored):
        vectors = some_normals(RNG)
        label = Normals(folder="n").read(stored(vectors * np.float32(1.3 / np.sqrt(3)), ".npy"))
        np.testing.assert_allclose(label, vectors, atol=1e-6)
        assert not label[0].any()

    def test_png_is_a_loop_over_pixels(self, stored):
        pixels = np.rint((some_normals(RNG) + 1) / 2 * 255).astype(np.uint8)
        pixels[0, 0], pixels[0, 1] = 0, 128
        label = Normals(folder="n", flip=["y", "z"]).read(stored(pixels))
        for at in PIXELS:
            x, y, z = (2 * int(value) / 255 - 1 for value in pixels[at])
            length = math.sqrt(x * x + y * y + z * z)
            valid = pixels[at].any() and length > 0.1  # black, and mid-grey, which has no direction
            expected = (x / length, -y / length, -z / length) if valid else (0, 0, 0)
            assert label[at].tolist() == pytest.approx(expected, abs=1e-6)
        assert not np.signbit(label[0, 0]).any()

    @pytest.mark.parametrize(
        ("pixels", "ending", "message"),
        [
            (np.zeros(SIZE, np.uint8), ".png", "is grey"),
            (np.full((*SIZE, 3), 7, np.float32), ".npy", "reaches 7"),
            (np.zeros((*SIZE, 3), np.uint8), ".npy", "floating-point"),
            (np.zeros(SIZE, np.float32), ".npy", "any x any x 3"),
        ],
    )
    def test_what_are_no_normals(self, stored, pixels, ending, message):
        with pytest.raises(DataError, match=message):
            Normals(folder="n").read(stored(pixels, ending))


class TestYesOrNo:
    @pytest.mark.parametrize(
        ("pixels", "ending"),
        [
            ((RNG.random(SIZE) < 0.3).astype(np.uint8), ".png"),
            ((RNG.random(SIZE) < 0.3) * np.uint8(255), ".png"),
            ((RNG.random(SIZE) < 0.3), ".npy"),
            ((RNG.random(SIZE) < 0.3).astype(np.float32), ".npy"),
            (RNG.integers(0, 256, SIZE).astype(np.uint8), ".png"),
            (RNG.random(SIZE), ".npy"),
            (np.zeros(SIZE, np.uint8), ".png"),
            (RNG.integers(0, 65536, SIZE).astype(np.uint16), ".png"),
            (np.ones(SIZE, np.uint8), ".png"),
        ],
    )
    def test_more_than_half_is_yes(self, stored, pixels, ending):
        top = next(value for value in (1, 255, 65535) if pixels.max() <= value)
        for labels in (Edge(folder="e"), Saliency(folder="s")):
            label = labels.read(stored(pixels, ending))
            for at in PIXELS:
                assert label[at] == (
                    2 * int(pixels[at]) > top if pixels.dtype.kind == "u" else pixels[at] > 0.5
                )

    def test_255_is_yes_or_nothing_as_the_description_says(self, stored):
        pixels = RNG.choice([0, 1, 255], SIZE).astype(np.uint8)
        with pytest.raises(DataError, match=r"ignore: \[255\]"):
            Edge(folder="e").read(stored(pixels))
        np.testing.assert_array_equal(Edge(folder="e", ignore=[255]).read(stored(pixels)), pixels)
        mask = RNG.choice([0, 128, 255], SIZE).astype(np.uint8)
        label = Saliency(folder="s", ignore=[128]).read(stored(mask))
        np.testing.assert_array_equal(label, np.choose((mask / 127).astype(int), [0, 255, 1]))

    @pytest.mark.parametrize(
        ("pixels", "ending"),
        [
            (np.full(SIZE, 5, np.uint8), ".png"),
            (np.full(SIZE, 300, np.uint16), ".png"),
            (np.full(SIZE, -1.0), ".npy"),
            (np.full(SIZE, np.nan), ".npy"),
            (np.full(SIZE, np.inf), ".npy"),
            (np.full(SIZE, 1e6), ".npy"),
        ],
    )
    def test_numbers_of_objects_are_no_masks(self, stored, pixels, ending):
        with pytest.raises(DataError, match="0 and 1"):
            Saliency(folder="s").read(stored(pixels, ending))


def test_as_many_colours_as_one_likes(stored):
    colours = [
        tuple(round(255 * part) for part in colorsys.hsv_to_rgb(index / 97, 1, 1))
        for index in range(97)
    ]
    pixels = np.array(colours, np.uint8)[RNG.integers(0, 97, SIZE)]
    label = semseg(
        colours={f"c{index}": list(colour) for index, colour in enumerate(colours)}
    ).read(stored(pixels))
    np.testing.assert_array_equal(np.array(colours, np.uint8)[label], pixels)
