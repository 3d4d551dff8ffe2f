"""Thumbnails of a split's images, so that pages never decode a photograph.

They belong to a data folder, not to a run.
"""

from pathlib import Path

from PIL import Image

from mtal.datasets.dataset import DataError, Split
from mtal.datasets.parallel import Report, in_threads, quiet
from mtal.runs.files import atomic_write
from mtal.runs.paths import DataPaths

WIDTH_PX = 192
QUALITY = 85
TALLEST = 8  # times the width


def write_thumbnails(
    split: Split, paths: DataPaths, name: str, report: Report = quiet, size: int = WIDTH_PX
) -> dict[int, str]:
    """Write JPEGs of a split, at most `size` pixels wide; those of unchanged images are kept.

    name: "pool" or "validation". Returns position -> problem, of the images that cannot be read.
    """
    problems = in_threads(
        lambda index: _write(split, index, paths.thumbnail(name, split.ids[index]), size),
        range(len(split.ids)),
        report,
    )
    return {index: problem for index, problem in enumerate(problems) if problem}


def _write(split: Split, index: int, path: Path, size: int) -> str:
    """Write one thumbnail. Returns what is wrong with the image, "" if nothing."""
    source = split.files(index, ()).get("image")
    stamp = _stamp(source)
    if _is_of(path, stamp):
        return ""
    try:
        image = Image.fromarray(split.image(index))
    except DataError as error:
        path.unlink(missing_ok=True)  # else an older image would stand in for it
        return str(error)
    image.thumbnail((size, TALLEST * size), Image.Resampling.BILINEAR, reducing_gap=2.0)
    with atomic_write(path, "wb") as file:
        image.save(file, "JPEG", quality=QUALITY, comment=stamp)
    return ""


def _stamp(source: Path | None) -> bytes | None:
    """Tell a version of an image file from others.

    Returns b"" for data without files, None for a file that does not exist.
    """
    if source is None:
        return b""
    try:
        stat = source.stat()
    except OSError:
        return None
    return f"{source} {stat.st_size} {stat.st_mtime_ns}".encode(errors="replace")


def _is_of(path: Path, stamp: bytes | None) -> bool:
    """Whether a thumbnail exists and was made of this version of its image. stamp: the version."""
    if stamp is None:
        return False
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            return image.info.get("comment", b"") == stamp
    except OSError:
        return False  # missing, or not a picture
