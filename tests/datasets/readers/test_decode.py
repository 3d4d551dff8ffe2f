"""A broken file is a DataError that names it; errors of the machine stay what they are."""

import errno
import struct

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.dataset import DataError
from mtal.datasets.readers import decode
from mtal.datasets.readers.decode import TRANSIENT, read_array, read_mat, read_rgb
from mtal.datasets.readers.hdf5_images import ArraySpec, open_stacks
from tests.datasets.nyud_mat_file import scenes, write_mat

READ = {
    "a.png": read_rgb,
    "a.npy": lambda path: read_array(path, (None, None)),
    "a.mat": lambda path: read_mat(path, "x"),
    "b.mat": lambda path: open_stacks(
        path, {"images": ArraySpec(np.uint8, 3)}, frozenset({"images"})
    ).read("images", 0),
}


def with_head(path, text):
    """A .npy whose head is a text."""
    head = text.encode("latin-1") + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(64))
    return path


@pytest.mark.parametrize(
    "head",
    [
        "{b'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}",
        "{[]: 1}",
        "~" * 5000 + "1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 2)}",
        "{'descr': [('a',)], 'fortran_order': False, 'shape': (2, 2)}",
    ],
)
def test_damaged_heads_of_arrays(tmp_path, head):
    with pytest.raises(DataError, match=r"a\.npy cannot be read .*broken"):
        read_array(with_head(tmp_path / "a.npy", head), (None, None))


@pytest.mark.parametrize("name", READ)
class TestSystem:
    @pytest.fixture
    def path(self, name, tmp_path):
        pixels = np.zeros((4, 5), np.uint8)
        if name == "b.mat":
            return write_mat(tmp_path / name, scenes(2))
        if name == "a.mat":
            (tmp_path / name).write_bytes(bytes(200))
        elif name == "a.npy":
            np.save(tmp_path / name, pixels)
        else:
            Image.fromarray(pixels).save(tmp_path / name)
        return tmp_path / name

    @pytest.mark.parametrize("number", sorted(TRANSIENT))
    def test_trouble_of_the_machine_stays_what_it_is(self, name, path, refuse, number):
        refuse(path, number)
        with pytest.raises(OSError, match=r"Errno") as caught:
            READ[name](path)
        assert caught.value.errno == number

    @pytest.mark.parametrize(
        ("number", "message"),
        [
            (errno.EACCES, "may not be read: permission denied"),
            (errno.EPERM, "may not be read: permission denied"),
            (errno.EISDIR, "cannot be read"),
            (errno.ENOENT, "is missing"),
        ],
    )
    def test_trouble_of_the_file_names_it(self, name, path, refuse, number, message):
        refuse(path, number)
        with pytest.raises(DataError, match=f"{name} {message}"):
            READ[name](path)

    def test_too_little_memory_stays_what_it_is(self, name, path, monkeypatch):
        def full(*args, **kwargs):
            raise MemoryError

        for name_in_numpy in ("array", "memmap", "ascontiguousarray"):
            monkeypatch.setattr(np, name_in_numpy, full)
        monkeypatch.setattr(decode, "variable", full)
        with pytest.raises(MemoryError):
            READ[name](path)
