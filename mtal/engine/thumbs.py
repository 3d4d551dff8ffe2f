"""Small pictures of a split's images, so that pages never decode a photograph."""
from pathlib import Path

from PIL import Image

from mtal.datasets.dataset import DataError, Split
from mtal.datasets.parallel import Report, in_threads, quiet
from mtal.runs.files import whole_file
from mtal.runs.paths import DataPaths

WIDTH_PX = 192
QUALITY = 85


def write_thumbs(split: Split, paths: DataPaths, name: str, report: Report = quiet, size: int = WIDTH_PX) -> int:
    """JPEGs of a split ("pool" or "validation"), at most `size` pixels wide. Returns how many were written.

    A picture that is there already stays if it is newer than its image and shows the same id; broken images get none.
    """
    return sum(in_threads(lambda index: _write(split, index, paths.thumb(name, index), size), range(len(split.ids)), report))


def _write(split: Split, index: int, path: Path, size: int) -> bool:
    if _is_fresh(split, index, path):
        return False
    try:
        image = Image.fromarray(split.image(index))
    except DataError:
        path.unlink(missing_ok=True)                        # else an older image would stand in for it
        return False
    height = max(1, round(image.height * size / image.width))
    small = image if image.width <= size else image.resize((size, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    with whole_file(path, "wb") as file:
        small.save(file, "JPEG", quality=QUALITY, comment=split.ids[index].encode())
    return True


def _is_fresh(split: Split, index: int, path: Path) -> bool:
    source = split.files(index, ()).get("image")
    try:
        if source is not None and source.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            return False
        with Image.open(path, formats=("JPEG",)) as image:
            return bool(image.info.get("comment") == split.ids[index].encode())
    except OSError:
        return False                                        # not there, or not a picture
