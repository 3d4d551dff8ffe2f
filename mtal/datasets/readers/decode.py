"""Decode image and array files to NumPy; a broken file is a DataError that names it."""

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

MAX_PIXELS = 50_000_000  # larger files would fill the memory when decoded
FORMATS = ("JPEG", "PNG", "WEBP")
TURN = Image.Transpose
# EXIF orientation -> the transposition that undoes it
UPRIGHT = {
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_270,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_90,
}
# All that the decoders were seen to raise on damaged files
DECODER_ERRORS = (
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
)
# Numbers of an OSError that are the machine's trouble, not the file's
TRANSIENT = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}


def read_rgb(path: Path) -> np.ndarray:
    """Read a JPEG or PNG, (H, W, 3) uint8. DataError if it is broken."""
    with _open(path) as image:
        return np.array(image.convert("RGB"))


def read_ids_image(path: Path) -> np.ndarray:
    """Read a PNG of class ids, (H, W) uint8; colours of a palette are not looked up.

    DataError if it is broken or of another mode.
    """
    return _as_stored(path, ("L", "P"), "class ids must be an 8-bit greyscale or palette PNG")


def read_grey(path: Path) -> np.ndarray:
    """Read an 8-bit greyscale PNG, (H, W) uint8. DataError if it is broken or of another mode."""
    return _as_stored(path, ("L",), "it must be an 8-bit greyscale PNG")


def read_colours(path: Path) -> np.ndarray:
    """Read a PNG whose channels encode values, not colours, (H, W, 3) uint8.

    DataError if it is broken or of another mode.
    """
    return _as_stored(path, ("RGB",), "it must be a PNG of 8-bit red, green and blue")


def image_size(path: Path) -> tuple[int, int]:
    """Read (H, W) from the file's header, without decoding. DataError if it is broken."""
    with _open(path) as image:
        return image.height, image.width


def read_upright(path: Path) -> np.ndarray:
    """Read a photograph, (H, W, 3) uint8, turned as its EXIF says. DataError if it is broken.

    Viewers and labelling tools turn it as well (our choice).
    """
    with _open(path) as image:
        turn = UPRIGHT.get(_orientation(image))
        upright = image if turn is None else image.transpose(turn)
        if upright.mode.startswith("I"):  # 16-bit grey: the upper eight bits
            upright = Image.fromarray((np.array(upright).clip(0, 65535) >> 8).astype(np.uint8))
        return np.array(upright.convert("RGB"))


def upright_size(path: Path) -> tuple[int, int]:
    """(H, W) of the array that `read_upright` returns, without decoding. DataError if broken."""
    with _open(path) as image:
        if _orientation(image) in (5, 6, 7, 8):
            return image.width, image.height
        return image.height, image.width


def read_pixels(path: Path, palette: bool = False) -> np.ndarray:
    """Read a PNG as stored, without alpha: (H, W) integers or (H, W, 3) uint8.

    palette: return the colours of a palette, not the numbers that stand for them. DataError if it
    is broken or no PNG.
    """
    with _open(path) as image:
        if image.format != "PNG":
            raise DataError(
                f"{path} is a {image.format} by content, which changes values; save labels as PNG"
            )
        if image.mode == "1":
            return np.array(image.convert("L")) // 255
        if image.mode == "P":
            return np.array(image.convert("RGB") if palette else image)
        without_alpha = {"LA": "L", "RGBA": "RGB"}
        if image.mode in without_alpha:
            return np.array(image.convert(without_alpha[image.mode]))
        return np.array(image)


def read_array(path: Path, shape: tuple[int | None, ...]) -> np.ndarray:
    """Read a .npy of numbers. DataError if it is broken or of another shape.

    shape: the required shape, None where any length will do.
    """
    with file_errors(path):
        # Memory-mapped, so that a header that promises too much allocates nothing.
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        raise DataError(f"{path} holds no plain array of numbers; save it again with numpy.save")
    fits = array.ndim == len(shape) and all(
        required in (None, length) for required, length in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = " x ".join(str(length or "any") for length in shape)
        raise DataError(f"{path} has shape {' x '.join(map(str, array.shape))}, not {wanted}")
    if array.size > 4 * MAX_PIXELS:
        raise DataError(f"{path} holds {array.size} numbers, too many for an image")
    return np.array(array)


def read_mat(path: Path, name: str) -> Value:
    """Read a variable of a MATLAB 5 file. DataError if the file is broken or lacks it."""
    with file_errors(path):
        return variable(path.read_bytes(), name)


def _as_stored(path: Path, modes: Sequence[str], wanted: str) -> np.ndarray:
    """Read an image of one of Pillow's `modes` without conversion. `wanted`: for the DataError."""
    with _open(path) as image:
        if image.mode not in modes:
            raise DataError(f"{path} has mode {image.mode}; {wanted}")
        return np.array(image)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; those from 5 on swap height and width. Decodes no pixel.

    1 if EXIF is missing or broken.
    """
    if "exif" not in image.info:
        return 1
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODER_ERRORS:
        return 1


@contextmanager
def _open(path: Path) -> Iterator[Image.Image]:
    with file_errors(path), Image.open(path, formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise DataError(
                f"{path} has {image.height} x {image.width} pixels, more than {MAX_PIXELS:,}; "
                "make it smaller"
            )
        yield image


@contextmanager
def file_errors(
    path: Path, part: str = "", advice: str = "it is broken or of another kind than its name says"
) -> Iterator[None]:
    """Turn the errors of a broken file into a DataError that names it.

    Errors of the machine, such as too little memory or too many open files, stay as they are: an
    image with a DataError is left out for good, and they say nothing about the file.

    part: the part of the file that is read, for the message. advice: what to do about it.
    """
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
    except DECODER_ERRORS as error:
        if isinstance(error, OSError) and error.errno in TRANSIENT:
            raise
        cut = "mmap length" in str(error)  # NumPy's words for a cut .npy
        reason = "the file ends too early" if cut else error
        name = f"{path}: {part}" if part else path
        raise DataError(f"{name} cannot be read ({reason}); {advice}") from None
