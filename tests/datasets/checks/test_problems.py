"""Every kind has a way out and a consequence, and what decoders say leads to the right one."""

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.checks.problems import (
    FILES,
    IGNORED,
    LEFT_OUT,
    NOTE,
    NOTES,
    SEVERITIES,
    kind_of,
    severity,
)
from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import read_array, read_ids_image, read_rgb


def test_consequences():
    assert {severity(kind, "image") for kind in FILES} == {LEFT_OUT}
    assert {severity(kind, "depth") for kind in FILES} == {IGNORED}
    assert {severity(kind, what) for kind in NOTES for what in ("image", "depth")} == {NOTE}
    assert list(SEVERITIES) == [LEFT_OUT, IGNORED, NOTE]
    assert not set(FILES) & set(NOTES)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("a.jpg", read_rgb),
        ("a.png", read_ids_image),
        ("a.npy", lambda path: read_array(path, (None, None))),
    ],
)
def test_damaged_files(name, read, tmp_path):
    path = tmp_path / name
    pixels = np.random.default_rng(0).integers(0, 255, (40, 50)).astype(np.uint8)
    np.save(path, pixels) if name.endswith("npy") else Image.fromarray(pixels).save(path)
    whole = path.read_bytes()

    def kind():
        with pytest.raises(DataError) as found:
            read(path)
        return kind_of(found.value, path)

    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert kind() == "truncated"
    path.write_bytes(b"")
    assert kind() == "empty file"
    path.write_text("no picture")
    assert kind() == "unreadable"
    path.unlink()
    assert kind() == "missing"


def test_a_reader_that_fails_is_unreadable():
    assert kind_of(KeyError("palette"), None) == "unreadable"
    assert (
        kind_of(DataError("x.png holds values between 0 and 9; edges must be 0 or 1"), None)
        == "odd values"
    )


def test_a_cut_array_is_told_in_plain_words(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((40, 50)))
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:5000])
    with pytest.raises(DataError, match="the file ends too early") as found:
        read_array(tmp_path / "a.npy", (None, None))
    assert "mmap" not in str(found.value)
