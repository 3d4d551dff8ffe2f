"""The whole data set, room by room, in several processes. What exists already is not made again."""
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mtal.config import ConfigError
from mtal.rooms.attribution import attribution
from mtal.rooms.catalogue import read_catalogue
from mtal.rooms.folder import write_lists, write_text
from mtal.rooms.frames import make_frames, missing, one_thread
from mtal.rooms.plan import Visit, plan

NEEDED = {"mitsuba": "mitsuba", "anny": "anny", "scipy": "scipy"}    # module -> what to pip install


@dataclass(frozen=True)
class Order:
    """What to make."""
    images: int
    size: tuple[int, int]                                   # height, width
    seed: int
    samples: int                                            # paths per pixel
    jobs: int
    furniture: Path
    out: Path


def make(order: Order, tell: Callable[[str], None]) -> None:
    """Writes the folder; `tell` gets a line after every room."""
    check(order)
    visits = plan(order.images, order.seed)
    write_lists(order.out, visits)
    todo = [visit for visit in visits if missing(visit, order.out)]
    total, done = sum(len(missing(visit, order.out)) for visit in todo), 0
    tell(f"{total} of {sum(visit.frames for visit in visits)} images to render, in {len(todo)} rooms")
    start = time.monotonic()
    keys: set[str] = set()
    for visit, (frames, credits) in _made(order, visits):
        done, keys = done + frames, keys | set(credits)
        if frames:
            tell(f"{done}/{total} {visit.ids[0]} ({visit.mood}), {_left(time.monotonic() - start, done, total)}")
    write_text(order.out / "ATTRIBUTION.md", attribution(keys, order.furniture))


def check(order: Order) -> None:
    """ConfigError if something is missing, before any work is done."""
    for module, package in NEEDED.items():
        if find_spec(module) is None:
            raise ConfigError(f"making rooms needs {package}: pip install {package}")
    read_catalogue(order.furniture)
    if order.samples < 2 or order.jobs < 1 or min(order.size) < 16:
        raise ConfigError("rooms: --samples must be at least 2, --jobs at least 1, and both sides of --size at least 16")


def _made(order: Order, visits: tuple[Visit, ...]) -> Iterator[tuple[Visit, tuple[int, list[str]]]]:
    """Visits as they get ready."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(order.jobs, mp_context=spawn, initializer=one_thread) as pool:
        coming = {pool.submit(make_frames, visit, order.seed, order.size, order.samples, order.furniture, order.out): visit
                  for visit in visits}
        for ready in as_completed(coming):
            yield coming[ready], ready.result()


def _left(spent: float, done: int, total: int) -> str:
    """Time that is left if the rest goes as the images so far did."""
    seconds = spent / done * (total - done)
    return f"{spent / done:.1f} s per image, about {seconds / 60:.0f} min left"
