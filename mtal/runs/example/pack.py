"""Pack a finished experiment as the example: all measurements, pictures of some picked images.

Networks and logs stay behind, and no path of the machine that computed it is kept. Pictures are
stored with a palette of 256 colours; nothing else loses anything.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pyarrow.parquet as pq
from PIL import Image

from mtal.config import ConfigError
from mtal.runs.example.archive import EXPERIMENT, write_copies
from mtal.runs.experiments.experiment import plan_values
from mtal.runs.experiments.state import Experiment
from mtal.runs.files import atomic_write, read_json
from mtal.runs.jobs.status import Status
from mtal.runs.paths import RunPaths, StorePaths
from mtal.runs.store.run import Run

COLOURS = 256
WEIGHTS = ".safetensors"  # ending of the files that stay behind
DATE = (2026, 1, 1, 0, 0, 0)  # of all members, so that equal content makes an equal archive


@dataclass(frozen=True)
class Pictures:
    """Which pictures of one cycle are packed."""

    run: str
    cycle: int
    images: int  # of the batch, the first picks
    kinds: tuple[str, ...] = ()  # those with these endings; () for all, with their values


def pack(experiment: Experiment, archive: Path, pictures: tuple[Pictures, ...]) -> int:
    """Write the archive of a finished experiment, and return its size in bytes.

    ConfigError names the runs that are not finished.
    """
    runs = [(cell.run_name, experiment.run(cell)) for cell in experiment.cells]
    missing = [name for name, run in runs if run is None or run.status is not Status.FINISHED]
    if missing:
        raise ConfigError(f"{experiment.name} is not finished: {', '.join(missing)}")
    target, copies = StorePaths(Path()), dict[str, str]()
    seen: dict[bytes, str] = {}
    with (
        atomic_write(archive, "wb") as file,
        ZipFile(file, "w", ZIP_DEFLATED, compresslevel=9) as zipped,
    ):
        for name, content in _members(experiment, target, pictures):
            first = seen.setdefault(content, name)
            if first == name:
                zipped.writestr(_member(name), content)
            else:
                copies[name] = first
        write_copies(zipped, copies)
    return archive.stat().st_size


def _members(
    experiment: Experiment, target: StorePaths, pictures: tuple[Pictures, ...]
) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the example: its path in a store, and its content."""
    paths = target.experiment(EXPERIMENT)
    yield paths.plan.as_posix(), _json(plan_values(experiment))
    yield paths.example.as_posix(), b""
    for cell in experiment.cells:
        run = experiment.run(cell)
        assert run is not None
        chosen = [entry for entry in pictures if entry.run == run.name]
        yield from _run_members(run, target.run(run.name), chosen)


def _run_members(
    run: Run, target: RunPaths, pictures: list[Pictures]
) -> Iterator[tuple[str, bytes]]:
    yield target.example.as_posix(), b""
    yield target.facts.as_posix(), _json(read_json(run.paths.facts) | {"data_folder": ""})
    for path in (run.paths.config, run.paths.started, run.paths.progress, run.paths.result):
        yield (target.folder / path.name).as_posix(), path.read_bytes()
    for path in (run.paths.frozen, run.paths.frozen_layout):
        if path.exists():
            yield (target.folder / path.name).as_posix(), path.read_bytes()
    for number in range(run.cycles_done()):
        own, packed = run.cycle(number), target.cycle(number)
        elsewhere = {own.evidence, own.manifest}  # it lists the files before they were packed
        for path in sorted(own.folder.iterdir()):
            if path.is_file() and path.suffix != WEIGHTS and path not in elsewhere:
                yield (packed.folder / path.name).as_posix(), _content(path)
        for entry in pictures:
            if entry.cycle == number:
                yield from _picture_members(run, entry, target)


def _picture_members(run: Run, entry: Pictures, target: RunPaths) -> Iterator[tuple[str, bytes]]:
    """Yield pictures of the first picks, and the list of those that there are."""
    evidence = run.evidence(entry.cycle)
    own, packed = run.cycle(entry.cycle), target.cycle(entry.cycle)
    rank = run.pool(entry.cycle)["rank"]
    first = set(rank[(rank > 0) & (rank <= entry.images)].index)
    images = [image for image in evidence["images"] if image in first]
    names = [name for name in evidence["pictures"] if _is_packed(name, entry)]
    for image in images:
        for name in names:
            picture = own.samples.picture(image, name)
            if picture.exists():
                yield packed.samples.picture(image, name).as_posix(), _with_palette(picture)
        if not entry.kinds:
            yield packed.samples.maps(image).as_posix(), own.samples.maps(image).read_bytes()
    listed = {**evidence, "images": images, "pictures": names}
    yield packed.evidence.as_posix(), _json(listed)


def _is_packed(name: str, entry: Pictures) -> bool:
    return not entry.kinds or name.split(".")[-1] in entry.kinds


def _content(path: Path) -> bytes:
    """The bytes of a file; of a table, those of the same table in a closer packing."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    buffer = io.BytesIO()
    pq.write_table(pq.read_table(path), buffer, compression="zstd", compression_level=19)
    return buffer.getvalue()


def _with_palette(path: Path) -> bytes:
    """A picture in at most COLOURS colours, as PNG."""
    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    reduced.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, allow_nan=False).encode()


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, DATE)
    member.compress_type = ZIP_DEFLATED
    return member
