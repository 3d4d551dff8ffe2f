"""A MATLAB 7.3 file is read image by image in MATLAB's axes, and every fault is named."""

import threading

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from mtal.datasets.dataset import DataError
from mtal.datasets.parallel import in_threads
from mtal.datasets.readers.hdf5_images import ArraySpec, open_stacks
from tests.datasets.nyud_mat_file import HEAD, scenes, write_mat

FORMS = {
    "images": ArraySpec(np.uint8, 3),
    "depths": ArraySpec(np.floating),
    "instances": ArraySpec(np.unsignedinteger),
}
NEEDED = frozenset({"images", "depths"})


@pytest.fixture
def arrays():
    return scenes(6)


@pytest.fixture
def path(tmp_path, arrays):
    return write_mat(tmp_path / "some.mat", arrays)


def opened(path, needed=NEEDED):
    return open_stacks(path, FORMS, needed)


@pytest.mark.parametrize(
    "storage", [{}, {"chunks": True, "compression": "gzip", "compression_opts": 3}]
)
def test_axes_are_those_of_matlab(tmp_path, arrays, storage):
    path = write_mat(tmp_path / "stored.mat", arrays, **storage)
    stacks = opened(path)
    assert path.read_bytes().startswith(HEAD)
    assert len(stacks) == 6
    assert stacks.size == (18, 24)
    for name in FORMS:
        for index in range(6):
            np.testing.assert_array_equal(stacks.read(name, index), arrays[name][index])
            assert stacks.read(name, index).flags.c_contiguous


def test_what_is_not_needed_may_be_missing(tmp_path, arrays):
    del arrays["instances"]
    stacks = opened(write_mat(tmp_path / "less.mat", arrays))
    assert "instances" not in stacks
    assert "depths" in stacks
    with pytest.raises(
        DataError,
        match=r"less\.mat holds no instances \(it holds depths, images, labels, rawDepths\)",
    ):
        opened(tmp_path / "less.mat", NEEDED | {"instances"})


def test_many_threads_read_the_same_as_one(tmp_path, arrays):
    stacks = opened(write_mat(tmp_path / "packed.mat", arrays, chunks=True, compression="gzip"))
    begin = threading.Barrier(2)

    def read(number):
        if number < 2:
            begin.wait(timeout=10)  # so that two are at it at the same time
        return stacks.read(("images", "depths")[number % 2], number % 6)

    for number, image in enumerate(in_threads(read, range(300))):
        np.testing.assert_array_equal(image, arrays[("images", "depths")[number % 2]][number % 6])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"hello\n", "cannot be read"),
        (bytes(5000), "cannot be read"),
        (b"<html><body>404 Not Found</body></html>", "HDF5"),
    ],
)
def test_no_hdf5(tmp_path, content, message):
    (tmp_path / "other.mat").write_bytes(content)
    with pytest.raises(DataError, match=rf"other\.mat.*{message}"):
        opened(tmp_path / "other.mat")


def test_a_file_of_matlab_5(tmp_path, arrays):
    savemat(tmp_path / "old.mat", {"images": arrays["images"]})
    with pytest.raises(DataError, match=r"old\.mat is a MATLAB 5 file.*-v7\.3"):
        opened(tmp_path / "old.mat")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_cut_file(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"some\.mat.*get it again"):
        opened(path)


def test_a_broken_image_is_named_and_the_others_can_be_read(tmp_path, arrays):
    path = write_mat(tmp_path / "packed.mat", arrays)
    with h5py.File(path, "a") as file:
        del file["depths"]
        stack = file.create_dataset(
            "depths",
            data=arrays["depths"].transpose(0, 2, 1),
            chunks=(1, 24, 18),
            compression="gzip",
        )
        packed = stack.id.get_chunk_info(3)
    with path.open("r+b") as file:
        file.seek(packed.byte_offset)
        file.write(bytes(packed.size))
    stacks = opened(path)
    np.testing.assert_array_equal(stacks.read("depths", 2), arrays["depths"][2])
    with pytest.raises(DataError, match=r"packed\.mat: depths of image 4 cannot be read"):
        stacks.read("depths", 3)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (
            "images",
            lambda images: images[..., :2],
            r"images is 6 x 2 x 24 x 18 of uint8, not images x 3 x width x height",
        ),
        ("images", lambda images: images[..., 0], "images is 6 x 24 x 18"),
        ("images", lambda images: images.astype(np.uint16), "of uint16, not"),
        (
            "depths",
            lambda depths: depths.astype(int),
            "depths is 6 x 24 x 18 of int64, not images x width x height of floating",
        ),
        (
            "depths",
            lambda depths: depths[:5],
            r"depths has shape 5 x 24 x 18 and images 6 x 3 x 24 x 18",
        ),
        ("depths", lambda depths: depths[:, :, :20], "depths has shape 6 x 20 x 18 and images"),
        ("instances", lambda instances: instances[..., None], "instances is 6 x 1 x 24 x 18"),
    ],
)
def test_other_shapes_and_types(tmp_path, arrays, name, change, message):
    path = write_mat(tmp_path / "odd.mat", arrays | {name: change(arrays[name])})
    with pytest.raises(DataError, match=rf"odd\.mat.*{message}"):
        opened(path)


@pytest.mark.parametrize("size", [(0, 5), (9000, 9000)])
def test_sizes_that_no_image_has(tmp_path, size):
    with h5py.File(tmp_path / "huge.mat", "w") as file:  # promised, never written
        file.create_dataset(
            "images", (6, 3, *size), np.uint8, chunks=(1, 1, 1, 1) if size[0] else None
        )
        file.create_dataset("depths", (6, *size), np.float32, chunks=(1, 1, 1) if size[0] else None)
    with pytest.raises(DataError, match=r"huge\.mat: images of .* pixels cannot be used"):
        opened(tmp_path / "huge.mat")


@pytest.mark.parametrize("way", ["link to a file", "outside storage", "virtual", "group"])
def test_numbers_outside_of_the_file_are_refused(tmp_path, arrays, path, way):
    other = write_mat(tmp_path / "other.mat", arrays)
    with h5py.File(path, "a") as file:
        shape = file["depths"].shape
        del file["depths"]
        if way == "link to a file":
            file["depths"] = h5py.ExternalLink(str(other), "depths")
        elif way == "outside storage":
            file.create_dataset(
                "depths", shape, np.float32, external=[(str(other), 0, h5py.h5f.UNLIMITED)]
            )
        elif way == "virtual":
            layout = h5py.VirtualLayout(shape, np.float32)
            layout[:] = h5py.VirtualSource(other, "depths", shape=shape)
            file.create_virtual_dataset("depths", layout)
        else:
            file.create_group("depths")
    with pytest.raises(DataError, match=r"some\.mat: depths is no plain array of this file"):
        opened(path)


def test_without_h5py_the_way_out_is_said(path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(DataError, match="pip install"):
        opened(path)
