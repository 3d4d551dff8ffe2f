"""MATLAB files are read as SciPy reads them; damaged ones raise instead of ending the process."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.io import loadmat, savemat

from mtal.datasets.readers.matlab import variable

REFUSED = (ValueError, struct.error, zlib.error)  # all that a damaged file may raise
NESTED = {
    "anno": {
        "imname": "2008_000001",
        "objects": np.array(
            [[("cat", 8.0, np.eye(3, 4, dtype=np.uint8)), ("person", 15.0, np.ones((3, 4)))]],
            dtype=[("class", object), ("class_ind", object), ("mask", object)],
        ),
        "empty": np.zeros((0, 0)),
    }
}
UTF16 = {"<": "utf-16-le", ">": "utf-16-be"}
DTYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")


def saved(values: dict[str, object], compressed: bool = True) -> bytes:
    stream = io.BytesIO()
    savemat(stream, values, do_compression=compressed)
    return stream.getvalue()


def element(kind: int, content: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}II", kind, len(content)) + content + bytes(-len(content) % 8)


def matrix(
    shape: tuple[int, ...], values: bytes, kind: int, order: str = "<", name: bytes = b"x"
) -> bytes:
    """A variable whose values are an element made by hand. kind: class of the array."""
    return element(
        14,
        element(6, struct.pack(f"{order}II", kind, 0), order)
        + element(5, struct.pack(f"{order}{len(shape)}i", *shape), order)
        + element(1, name, order)
        + values,
        order,
    )


def file(*elements: bytes, order: str = "<", version: int = 0x0100) -> bytes:
    return (
        b"MATLAB 5.0 MAT-file".ljust(124)
        + struct.pack(f"{order}H", version)
        + (b"IM" if order == "<" else b"MI")
        + b"".join(elements)
    )


class TestSameAsSciPy:
    @pytest.mark.parametrize("compressed", [True, False])
    @given(
        st.sampled_from(DTYPES).flatmap(
            lambda dtype: arrays(dtype, array_shapes(min_dims=2, max_dims=3, max_side=5))
        )
    )
    def test_numbers(self, compressed, array):
        data = saved({"other": np.arange(3), "x": array}, compressed)
        read = variable(data, "x")
        np.testing.assert_array_equal(read, loadmat(io.BytesIO(data))["x"])
        np.testing.assert_array_equal(read, array)

    @pytest.mark.parametrize("compressed", [True, False])
    def test_structs_in_structs(self, compressed):
        data = saved(NESTED, compressed)
        (anno,) = variable(data, "anno")
        same = loadmat(io.BytesIO(data))["anno"][0, 0]
        assert anno["imname"] == same["imname"][0] == "2008_000001"
        assert anno["empty"].shape == same["empty"].shape == (0, 0)
        assert [entry["class"] for entry in anno["objects"]] == [
            str(entry["class"][0]) for entry in same["objects"][0]
        ]
        for ours, theirs in zip(anno["objects"], same["objects"][0], strict=True):
            np.testing.assert_array_equal(ours["mask"], theirs["mask"])
            assert ours["class_ind"].item() == theirs["class_ind"].item()

    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize(
        "stored", ["small element", "text of two bytes", "bytes of a double array"]
    )
    def test_what_matlab_writes_and_scipy_does_not(self, order, stored):
        # The head is 0, 3, 0, 2 in a big-endian file.
        small = struct.pack(f"{order}I", 3 << 16 | 2) + bytes([7, 8, 9, 0])
        values = {
            "small element": matrix((1, 3), small, 6, order),
            "text of two bytes": matrix(
                (1, 5), element(4, "llarm".encode(UTF16[order]), order), 4, order
            ),
            "bytes of a double array": matrix(
                (2, 2), element(2, bytes([1, 2, 3, 4]), order), 6, order
            ),
        }[stored]
        data = file(values, order=order)
        theirs = loadmat(io.BytesIO(data))["x"]
        np.testing.assert_array_equal(
            variable(data, "x"), theirs[0] if theirs.dtype.kind == "U" else theirs
        )


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "no MATLAB 5 file"),
            (b"hello\n", "no MATLAB 5 file"),
            (bytes(5000), "no MATLAB 5 file"),
            (file(version=0x0200), r"version 2.*-v6"),
            (file(), "no variable 'x' but none"),
            (saved(NESTED), "no variable 'x' but 'anno'"),
            (file(element(9, bytes(8))), "storage type 9"),
            (file(struct.pack("<II", 14, 10**6)), "ends too early"),
            (
                file(matrix((2, 3), element(4, bytes(6)), 11)),
                r"6 bytes for an array of shape \(2, 3\)",
            ),
            (file(matrix((-1, -6), element(2, bytes(6)), 11)), "shape"),
            (file(matrix((1, 6), element(2, bytes(6)), 5)), "class 5"),
            (file(matrix((1, 6), element(0xA704, bytes(6)), 11)), "storage type 42756"),
            (file(matrix((1, 6), element(99, bytes(6)), 4)), "storage type 99"),
            (
                file(
                    struct.pack("<II", 15, 30)
                    + zlib.compress(matrix((9, 9), element(2, bytes(81)), 9))[:30]
                ),
                "end too early",
            ),
            (saved({"x": np.ones((2, 2)) * 1j}), "complex"),
            (saved({"x": np.array([[{}]], object)}), "class 1"),
        ],
    )
    def test_with_the_reason(self, data, message):
        with pytest.raises(ValueError, match=message):
            variable(data, "x")

    def test_structs_without_end(self):
        nested: dict[str, object] = {"x": 1.0}
        for _ in range(20):
            nested = {"x": nested}
        with pytest.raises(ValueError, match="16 deep"):
            variable(saved(nested), "x")

    def test_a_bomb_is_not_inflated(self, monkeypatch):
        monkeypatch.setattr("mtal.datasets.readers.matlab.MAX_BYTES", 1000)
        with pytest.raises(ValueError, match="more than 1,000 bytes"):
            variable(saved({"x": np.zeros((100, 100))}), "x")

    def test_every_cut_and_thousands_of_wrong_bytes(self):
        """SciPy's reader ends the process on some of these."""
        rng, refused = np.random.default_rng(0), 0
        for data, name in [(saved(NESTED, compressed), "anno") for compressed in (True, False)]:
            for damaged in [
                *(data[:end] for end in range(len(data))),
                *_with_wrong_bytes(data, rng, 2000),
            ]:
                try:
                    variable(damaged, name)
                except REFUSED:
                    refused += 1
        assert refused > 2000


def _with_wrong_bytes(data, rng, count):
    for _ in range(count):
        wrong = bytearray(data)
        for offset in rng.integers(len(data), size=rng.integers(1, 4)):
            wrong[offset] = rng.integers(256)
        yield bytes(wrong)
