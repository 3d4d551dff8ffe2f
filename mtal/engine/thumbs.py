"""Small pictures of a split's images, so that pages never decode a photograph. They belong to a data folder, not to a run."""
from pathlib import Path

from PIL import Image

from mtal.datasets.dataset import DataError, Split
from mtal.datasets.parallel import Report, in_threads, quiet
from mtal.runs.files import whole_file
from mtal.runs.paths import DataPaths

WIDTH_PX = 192
QUALITY = 85


def write_thumbs(split: Split, paths: DataPaths, name: str, report: Report = quiet, size: int = WIDTH_PX) -> dict[int, str]:
    """JPEGs of a split ("pool" or "validation"), at most `size` pixels wide; those newer than their image are kept.

    Position -> problem, of the images that cannot be read and get none.
    """
    problems = in_threads(lambda index: _write(split, index, paths.thumb(name, split.ids[index]), size), range(len(split.ids)),
                          report)
    return {index: problem for index, problem in enumerate(problems) if problem}


def _write(split: Split, index: int, path: Path, size: int) -> str:
    """What is wrong with the image, "" if nothing."""
    if _is_fresh(split.files(index, ()).get("image"), path):
        return ""
    try:
        image = Image.fromarray(split.image(index))
    except DataError as error:
        path.unlink(missing_ok=True)                        # else an older image would stand in for it
        return str(error)
    height = max(1, round(image.height * size / image.width))
    small = image if image.width <= size else image.resize((size, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    with whole_file(path, "wb") as file:
        small.save(file, "JPEG", quality=QUALITY)
    return ""


def _is_fresh(source: Path | None, path: Path) -> bool:
    """Whether there is a picture, and none that is older than its image. An image that is gone has none."""
    try:
        return path.exists() if source is None else source.stat().st_mtime_ns < path.stat().st_mtime_ns
    except FileNotFoundError:
        return False
