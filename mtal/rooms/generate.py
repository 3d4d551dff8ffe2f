"""The whole data set, room by room, in several processes. What exists already is not made again."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mtal.config import ConfigError
from mtal.rooms.attribution import attribution
from mtal.rooms.catalogue import read_catalogue
from mtal.rooms.folder import read_made, write_lists, write_made, write_text
from mtal.rooms.frames import make_frames, missing, one_thread
from mtal.rooms.plan import Visit, keeps, plan

NEEDED = {"mitsuba": "mitsuba", "anny": "anny", "scipy": "scipy"}  # module -> what to pip install
GLANCE = 1.0  # seconds between two looks for finished frames


@dataclass(frozen=True)
class Order:
    """What to make."""

    images: int
    size: tuple[int, int]  # height, width
    seed: int
    samples: int  # paths per pixel
    jobs: int
    furniture: Path
    out: Path

    @property
    def settings(self) -> dict[str, object]:
        """What decides how the frames look, as made.yaml keeps it and the command line takes it."""
        return {
            "images": self.images,
            "size": f"{self.size[0]}x{self.size[1]}",
            "seed": self.seed,
            "samples": self.samples,
        }


def make(order: Order, tell: Callable[[str], None]) -> None:
    """Writes the folder; `tell` gets a line after every image."""
    check(order)
    visits = plan(order.images, order.seed)
    try:
        _claim(order)
        write_lists(order.out, visits)
    except OSError as error:
        raise ConfigError(
            f"--out: {order.out} cannot be written as a folder ({error.strerror}); choose another --out"
        ) from None
    try:
        keys = _render(order, visits, tell)
    except KeyboardInterrupt:
        there = order.images - len(_lacking(visits, order.out))
        tell(f"{there} of {order.images} images are there; the same command goes on.")
        raise
    write_text(order.out / "ATTRIBUTION.md", attribution(keys, order.furniture))


def check(order: Order) -> None:
    """ConfigError if something is missing or out of range, before any work is done."""
    if min(order.size) < 16:
        raise ConfigError(
            f"--size: both sides at least 16 pixels, not {order.size[0]}x{order.size[1]}"
        )
    for name, least in {"seed": 0, "samples": 2, "jobs": 1}.items():
        if getattr(order, name) < least:
            raise ConfigError(f"--{name}: at least {least}, not {getattr(order, name)}")
    for module, package in NEEDED.items():
        if find_spec(module) is None:
            raise ConfigError(f"making rooms needs {package}: pip install {package}")
    read_catalogue(order.furniture)


def _claim(order: Order) -> None:
    """The folder says what it is made with. ConfigError if that was something else."""
    found = read_made(order.out)
    if found is not None and found != order.settings and not _grows(found, order):
        words = " ".join(f"--{name} {value}" for name, value in found.items())
        raise ConfigError(
            f"--out: {order.out} was made with {words}; choose another --out, or the same settings"
        )
    write_made(order.out, order.settings)


def _grows(found: dict[str, object], order: Order) -> bool:
    """Whether only images come on top, and those that are there stay as they are."""
    images = found.get("images")
    return (
        {**found, "images": order.images} == order.settings
        and isinstance(images, int)
        and keeps(images, order.images, order.seed)
    )


def _render(order: Order, visits: tuple[Visit, ...], tell: Callable[[str], None]) -> set[str]:
    """-> the catalogue's keys of all models that are seen."""
    lacking, keys = _lacking(visits, order.out), set[str]()
    total, done, rooms = len(lacking), 0, len(set(lacking.values()))
    tell(
        f"{total} of {order.images} images to render, in {rooms} {'room' if rooms == 1 else 'rooms'}"
    )
    start = time.monotonic()
    with closing(_made(order, visits)) as made:
        for credits in made:
            keys.update(credits)
            still = _lacking(set(lacking.values()), order.out)
            for name in [name for name in lacking if name not in still]:
                done, visit = done + 1, lacking.pop(name)
                tell(
                    f"{done}/{total} {name} ({visit.mood}), {_left(time.monotonic() - start, done, total)}"
                )
    return keys


def _lacking(visits: Iterable[Visit], folder: Path) -> dict[str, Visit]:
    """The frames that are not whole yet, by id."""
    return {visit.ids[frame]: visit for visit in visits for frame in missing(visit, folder)}


def _made(order: Order, visits: tuple[Visit, ...]) -> Generator[list[str], None, None]:
    """The models of the rooms that got ready, again and again until all are."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(order.jobs, mp_context=spawn, initializer=_worker) as pool:
        try:
            coming: set[Future[tuple[int, list[str]]]] = {
                pool.submit(
                    make_frames,
                    visit,
                    order.seed,
                    order.size,
                    order.samples,
                    order.furniture,
                    order.out,
                )
                for visit in visits
            }
            while coming:
                ready, coming = wait(coming, GLANCE, FIRST_COMPLETED)
                yield [key for one in ready for key in one.result()[1]]
        except BaseException:  # Ctrl-C too: else the pool would first finish all that is queued
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _worker() -> None:
    """A process of the pool: Ctrl-C is its parent's affair, and without a parent it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    one_thread()


def _end_with_parent() -> None:
    """Workers hold both ends of their queue, so they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _left(spent: float, done: int, total: int) -> str:
    """Time that is left if the rest goes as the images so far did."""
    seconds = spent / done * (total - done)
    left = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return f"{spent / done:.1f} s per image, about {left} left"
