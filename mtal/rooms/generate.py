"""Generate the data set room by room, in several processes; frames that exist are kept."""

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

NEEDED = {"mitsuba": "mitsuba", "anny": "anny", "scipy": "scipy"}  # module -> pip package
POLL_S = 1.0  # seconds between two checks for finished frames


@dataclass(frozen=True)
class GenerateOptions:
    """Options of the command line: what to generate, from what, and where."""

    images: int
    size: tuple[int, int]  # height, width
    seed: int
    samples: int  # light paths per pixel
    jobs: int  # processes
    furniture: Path  # folder of the furniture libraries
    out: Path  # folder of the data set

    @property
    def settings(self) -> dict[str, object]:
        """Options that decide how the frames look, as made.yaml and the command line name them."""
        return {
            "images": self.images,
            "size": f"{self.size[0]}x{self.size[1]}",
            "seed": self.seed,
            "samples": self.samples,
        }


def generate_rooms(options: GenerateOptions, report: Callable[[str], None]) -> None:
    """Write the data set; `report` gets a line after every image.

    Raises ConfigError if an option is out of range, a package or a furniture library is missing, or
    the folder cannot be written or holds another data set.
    """
    check(options)
    visits = plan(options.images, options.seed)
    try:
        _claim(options)
        write_lists(options.out, visits)
    except OSError as error:
        raise ConfigError(
            f"--out: {options.out} cannot be written as a folder ({error.strerror}); "
            "choose another --out"
        ) from None
    try:
        keys = _render(options, visits, report)
    except KeyboardInterrupt:
        done = options.images - len(_missing_frames(visits, options.out))
        report(f"{done} of {options.images} images are done; run the same command to go on.")
        raise
    write_text(options.out / "ATTRIBUTION.md", attribution(keys, options.furniture))


def check(options: GenerateOptions) -> None:
    """Check the options before any work is done.

    Raises ConfigError if a value is out of range, or a package or a furniture library is missing.
    """
    height, width = options.size
    if min(options.size) < 16:
        raise ConfigError(f"--size: both sides at least 16 pixels, not {height}x{width}")
    for name, least in {"seed": 0, "samples": 2, "jobs": 1}.items():
        if getattr(options, name) < least:
            raise ConfigError(f"--{name}: at least {least}, not {getattr(options, name)}")
    for module, package in NEEDED.items():
        if find_spec(module) is None:
            raise ConfigError(f"making rooms needs {package}: pip install {package}")
    read_catalogue(options.furniture)


def _claim(options: GenerateOptions) -> None:
    """Write the settings into the folder. Raises ConfigError if it was made with others."""
    before = read_made(options.out)
    if before is not None and before != options.settings and not _grows(before, options):
        words = " ".join(f"--{name} {value}" for name, value in before.items())
        raise ConfigError(
            f"--out: {options.out} was made with {words}; "
            "choose another --out, or the same settings"
        )
    write_made(options.out, options.settings)


def _grows(before: dict[str, object], options: GenerateOptions) -> bool:
    """Whether the options only add images, so that those that exist stay as they are."""
    images = before.get("images")
    return (
        {**before, "images": options.images} == options.settings
        and isinstance(images, int)
        and keeps(images, options.images, options.seed)
    )


def _render(
    options: GenerateOptions, visits: tuple[Visit, ...], report: Callable[[str], None]
) -> set[str]:
    """Render all missing frames; return the catalogue keys of the models in all rooms."""
    todo, keys = _missing_frames(visits, options.out), set[str]()
    total, done, rooms = len(todo), 0, len(set(todo.values()))
    noun = "room" if rooms == 1 else "rooms"
    report(f"{total} of {options.images} images to render, in {rooms} {noun}")
    start = time.monotonic()
    with closing(_render_rooms(options, visits)) as finished:
        for credits in finished:
            keys.update(credits)
            missing_now = _missing_frames(set(todo.values()), options.out)
            for name in [name for name in todo if name not in missing_now]:
                done, visit = done + 1, todo.pop(name)
                left = _left(time.monotonic() - start, done, total)
                report(f"{done}/{total} {name} ({visit.mood}), {left}")
    return keys


def _missing_frames(visits: Iterable[Visit], folder: Path) -> dict[str, Visit]:
    """Return the visits of all frames of which a file is missing, by the frame's id."""
    return {visit.ids[frame]: visit for visit in visits for frame in missing(visit, folder)}


def _render_rooms(
    options: GenerateOptions, visits: tuple[Visit, ...]
) -> Generator[list[str], None, None]:
    """Yield the catalogue keys of the rooms finished since the last poll, until all rooms are."""
    spawn = multiprocessing.get_context("spawn")
    arguments = (options.seed, options.size, options.samples, options.furniture, options.out)
    with ProcessPoolExecutor(options.jobs, mp_context=spawn, initializer=_worker) as pool:
        try:
            running: set[Future[tuple[int, list[str]]]] = {
                pool.submit(make_frames, visit, *arguments) for visit in visits
            }
            while running:
                ready, running = wait(running, POLL_S, FIRST_COMPLETED)
                yield [key for future in ready for key in future.result()[1]]
        except BaseException:  # also Ctrl-C, else the pool would first finish its queue
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _worker() -> None:
    """Set up a process of the pool: leave Ctrl-C to the parent, and end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    one_thread()


def _end_with_parent() -> None:
    """Exit when the parent ends, since workers hold both ends of their queue and would wait on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _left(spent: float, done: int, total: int) -> str:
    """Return the time left as text, at the mean time of the images so far."""
    seconds = spent / done * (total - done)
    left = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return f"{spent / done:.1f} s per image, about {left} left"
