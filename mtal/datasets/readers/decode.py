"""Image and array files -> NumPy, with every way in which a file can be broken told as a DataError that names it."""

import errno
import struct
import tokenize
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.matlab import Value, variable

MOST_PIXELS = 50_000_000  # refuse files that would fill the memory when decoded
FORMATS = ("JPEG", "PNG", "WEBP")
TURN = Image.Transpose
UPRIGHT = {
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_270,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_90,
}  # EXIF orientation -> what undoes it
BROKEN = (
    OSError,
    ValueError,
    EOFError,
    SyntaxError,
    OverflowError,
    TypeError,
    KeyError,
    RuntimeError,
    struct.error,
    zlib.error,
    tokenize.TokenError,
    Image.DecompressionBombError,
)  # all that the decoders were seen to raise on damaged files
PASSING = {
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.EIO,
}  # of an OSError: the machine's trouble, not the file's


def read_rgb(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 of a JPEG or PNG."""
    with _open(path) as image:
        return np.array(image.convert("RGB"))


def read_ids_image(path: Path) -> np.ndarray:
    """(H, W) uint8 of a PNG whose pixel values are class ids; palettes are not looked up."""
    return _as_stored(path, ("L", "P"), "class ids must be an 8-bit greyscale or palette PNG")


def read_grey(path: Path) -> np.ndarray:
    """(H, W) uint8 of a PNG whose grey levels mean something."""
    return _as_stored(path, ("L",), "it must be an 8-bit greyscale PNG")


def read_colours(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 of a PNG whose red, green and blue mean something else than colours."""
    return _as_stored(path, ("RGB",), "it must be a PNG of 8-bit red, green and blue")


def image_size(path: Path) -> tuple[int, int]:
    """(H, W) from the file's head."""
    with _open(path) as image:
        return image.height, image.width


def read_upright(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 of a photograph, turned as its EXIF says: viewers and labelling tools turn it as well (our choice)."""
    with _open(path) as image:
        turn = UPRIGHT.get(_orientation(image))
        upright = image if turn is None else image.transpose(turn)
        if upright.mode.startswith("I"):  # 16-bit grey: the upper eight bits
            upright = Image.fromarray((np.array(upright).clip(0, 65535) >> 8).astype(np.uint8))
        return np.array(upright.convert("RGB"))


def upright_size(path: Path) -> tuple[int, int]:
    """(H, W) of what `read_upright` gives, from the file's head."""
    with _open(path) as image:
        return (
            (image.width, image.height)
            if _orientation(image) in (5, 6, 7, 8)
            else (image.height, image.width)
        )


def read_pixels(path: Path, palette: bool = False) -> np.ndarray:
    """(H, W) whole numbers or (H, W, 3) uint8 as a PNG stores them, without alpha; `palette`: colours that it refers to."""
    with _open(path) as image:
        if image.format != "PNG":
            raise DataError(
                f"{path} is a {image.format} by content, which changes values; save labels as PNG"
            )
        if image.mode == "1":
            return np.array(image.convert("L")) // 255
        if image.mode == "P":
            return np.array(image.convert("RGB") if palette else image)
        return np.array(
            image.convert({"LA": "L", "RGBA": "RGB"}[image.mode])
            if image.mode in {"LA", "RGBA"}
            else image
        )


def read_array(path: Path, shape: tuple[int | None, ...]) -> np.ndarray:
    """A .npy of numbers. `shape`: what it must be, None where any length will do."""
    with told(path):
        array = np.load(
            path, mmap_mode="r", allow_pickle=False
        )  # mapped: a head that promises too much allocates nothing
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        raise DataError(f"{path} holds no plain array of numbers; save it again with numpy.save")
    if array.ndim != len(shape) or any(
        want not in (None, have) for want, have in zip(shape, array.shape, strict=True)
    ):
        wanted = " x ".join(str(length or "any") for length in shape)
        raise DataError(f"{path} has shape {' x '.join(map(str, array.shape))}, not {wanted}")
    if array.size > 4 * MOST_PIXELS:
        raise DataError(f"{path} holds {array.size} numbers, which is too large for an image")
    return np.array(array)


def read_mat(path: Path, name: str) -> Value:
    """A variable of a MATLAB 5 file."""
    with told(path):
        return variable(path.read_bytes(), name)


def _as_stored(path: Path, modes: Sequence[str], wanted: str) -> np.ndarray:
    with _open(path) as image:
        if image.mode not in modes:
            raise DataError(f"{path} has mode {image.mode}; {wanted}")
        return np.array(image)


def _orientation(image: Image.Image) -> int:
    """1 to 8 as in EXIF, those from 5 on swap height and width; 1 where EXIF is missing or broken. Decodes no pixel."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1)) if "exif" in image.info else 1
    except BROKEN:
        return 1


@contextmanager
def _open(path: Path) -> Iterator[Image.Image]:
    with told(path), Image.open(path, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise DataError(
                f"{path} has {image.height} x {image.width} pixels, more than {MOST_PIXELS:,}; make it smaller"
            )
        yield image


@contextmanager
def told(
    path: Path, part: str = "", way_out: str = "it is broken or of another kind than its name says"
) -> Iterator[None]:
    """DataError for a broken file. An image with a DataError is left out for good, so a moment without memory or free handles,
    which says nothing about the file, stays the error that it is."""
    try:
        yield
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} is missing") from None
    except PermissionError:
        raise DataError(
            f"{path} may not be read: permission denied; change its permissions"
        ) from None
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno in PASSING:
            raise
        said = (
            "the file ends too early" if "mmap length" in str(error) else error
        )  # what NumPy says of a cut .npy
        raise DataError(
            f"{path}{f': {part}' if part else ''} cannot be read ({said}); {way_out}"
        ) from None
