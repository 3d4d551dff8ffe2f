"""The errors that decoders raise lead to the right kind of problem."""

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.checks.error_kinds import error_kind
from mtal.datasets.checks.problems import FILES
from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import read_array, read_ids_image, read_rgb


def read_matrix(path):
    return read_array(path, (None, None))


@pytest.mark.parametrize(
    ("name", "read"), [("a.jpg", read_rgb), ("a.png", read_ids_image), ("a.npy", read_matrix)]
)
def test_damaged_files(name, read, tmp_path):
    path = tmp_path / name
    pixels = np.random.default_rng(0).integers(0, 255, (40, 50)).astype(np.uint8)
    np.save(path, pixels) if name.endswith("npy") else Image.fromarray(pixels).save(path)
    whole = path.read_bytes()

    def kind():
        with pytest.raises(DataError) as caught:
            read(path)
        return error_kind(caught.value, path)

    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert kind() == "truncated"
    path.write_bytes(b"")
    assert kind() == "empty file"
    path.write_text("no picture")
    assert kind() == "unreadable"
    path.unlink()
    assert kind() == "missing"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("x.png holds values between 0 and 9; edges must be 0 or 1", "odd values"),
        ("x.png is 3 x 4, but its image is 24 x 32", "wrong size"),
    ],
)
def test_labels_that_were_decoded_and_refused(message, kind):
    assert kind in FILES
    assert error_kind(DataError(message), None) == kind


def test_an_error_inside_a_reader_counts_as_unreadable():
    assert error_kind(KeyError("palette"), None) == "unreadable"


def test_the_message_about_a_cut_array_is_in_plain_words(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((40, 50)))
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:5000])
    with pytest.raises(DataError, match="the file ends too early") as caught:
        read_matrix(tmp_path / "a.npy")
    assert "mmap" not in str(caught.value)
