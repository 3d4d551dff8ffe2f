"""Where every file is. Makes nothing, reads no file; no file name of a run stands anywhere else."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from mtal.locations import USER_FOLDER

STORE_VARIABLE = "MTAL_RUNS"


def default_store() -> Path:
    """`runs/` beside `app.py`, unless the environment says otherwise."""
    return Path(os.environ.get(STORE_VARIABLE) or USER_FOLDER / "runs").absolute()


@dataclass(frozen=True)
class StorePaths:
    """All runs of one folder."""

    folder: Path

    def run(self, name: str) -> "RunPaths":
        """A run by its name; the name must be a plain folder name."""
        return RunPaths(self.folder / _plain(name, "a run"))

    def runs(self) -> list["RunPaths"]:
        """Every folder that may be a run."""
        if not self.folder.is_dir():
            return []
        return [
            RunPaths(path)
            for path in self.folder.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        ]

    def data(self, dataset: str, folder: str) -> "DataPaths":
        """What is known about one data folder, whichever run found it out."""
        key = hashlib.sha1(f"{dataset}\0{folder}".encode()).hexdigest()[:12]
        return DataPaths(self.folder / ".data" / f"{dataset}-{key}")

    def experiment(self, name: str) -> "ExperimentPaths":
        """An experiment by its name, which must be a plain folder name too."""
        return ExperimentPaths(self.folder / ".experiments" / _plain(name, "an experiment"))

    def experiments(self) -> list["ExperimentPaths"]:
        """Every experiment that has a plan."""
        found = (
            ExperimentPaths(path.parent)
            for path in (self.folder / ".experiments").glob("[!.]*/plan.json")
        )
        return sorted(found, key=lambda paths: paths.name)

    people = property(lambda self: self.folder / "people.sqlite")  # decisions, notes and named sets

    def device_lock(self, device: str) -> Path:
        """Held by the run whose turn it is on a device such as `cpu` or `cuda:0`."""
        return self.folder / ".devices" / f"{device.replace(':', '')}.lock"


@dataclass(frozen=True)
class ExperimentPaths:
    """A plan: which runs belong together. The runs themselves are where all runs are."""

    folder: Path

    name = property(lambda self: self.folder.name)
    store = property(lambda self: StorePaths(self.folder.parents[1]))
    plan = property(lambda self: self.folder / "plan.json")
    lock = property(
        lambda self: self.folder / "lock"
    )  # held for the moment in which the plan is changed


@dataclass(frozen=True)
class JobPaths:
    """A job is a folder: what was asked, who works on it, what it says, how it ended."""

    folder: Path

    config = property(
        lambda self: self.folder / "config.json"
    )  # written once, by whoever starts the job
    lock = property(lambda self: self.folder / "lock")  # held by the worker while it lives
    log = property(lambda self: self.folder / "log.txt")  # all that the worker prints
    progress = property(lambda self: self.folder / "progress.jsonl")  # a line per report
    started = property(
        lambda self: self.folder / "started"
    )  # a line per start; the last is the place in the queue
    began = property(lambda self: self.folder / "began")  # made when its turn has come
    stop = property(lambda self: self.folder / "stop")  # if it is there, please stop
    result = property(lambda self: self.folder / "result.json")  # the worker's last act


@dataclass(frozen=True)
class DataPaths(JobPaths):
    """The check of a data folder, and small pictures of its images."""

    report = property(lambda self: self.folder / "report.json")
    thumbs = property(lambda self: self.folder / "thumbs")

    def thumb(self, split: str, image: str) -> Path:
        """A small JPEG of one image, found by its id whatever else is in the split; 256 folders keep folders small."""
        key = _key(image)
        return self.thumbs / split / key[:2] / f"{key[2:]}.jpg"

    def preview(self, split: str, image: str, what: str) -> Path:
        """A PNG of one of the images whose labels are drawn: the image itself, or a label by its task's name."""
        return self.folder / "previews" / split / f"{_key(image)}.{what}.png"


@dataclass(frozen=True)
class RunPaths(JobPaths):
    """The files of one run."""

    facts = property(
        lambda self: self.folder / "facts.json"
    )  # what the worker found: tasks, sizes, versions
    strategy = property(
        lambda self: self.folder / "strategy.py"
    )  # the text of a strategy from one's own file
    cycles = property(lambda self: self.folder / "cycles")

    def beginning(self, number: int) -> Path:
        """Which labels of the batch before it a cycle began with, where people label; written once, when it begins."""
        return self.folder / "beginnings" / f"{number:03d}.json"

    def cycle(self, number: int) -> "CyclePaths":
        """A cycle's folder appears whole and never changes after."""
        return CyclePaths(self.cycles / f"{number:03d}")

    def look(self, number: int) -> "LookPaths":
        """What people wanted to see of a cycle beside what it drew itself."""
        return LookPaths(self.folder / "looks" / f"{number:03d}")


@dataclass(frozen=True)
class SamplePaths:
    """Pictures and values of single pool images, each image in a folder of its own."""

    folder: Path

    def sample(self, index: int) -> Path:
        """The folder of one image."""
        return self.folder / f"{index:06d}"

    def picture(self, index: int, name: str) -> Path:
        """A PNG of one pool image, such as `semseg.initial`."""
        return self.sample(index) / f"{name}.png"

    def maps(self, index: int) -> Path:
        """The values behind the pictures of one pool image."""
        return self.sample(index) / "maps.npz"


@dataclass(frozen=True)
class LookPaths(JobPaths):
    """A job that draws images which a cycle did not draw. An image's folder appears whole."""

    asked = property(
        lambda self: self.folder / "asked"
    )  # an empty file per image that waits to be drawn
    samples = property(lambda self: SamplePaths(self.folder / "samples"))

    def wish(self, index: int) -> Path:
        """Made by whoever wants to see an image, taken away when it is drawn."""
        return self.asked / f"{index:06d}"


@dataclass(frozen=True)
class CyclePaths:
    """The files of one complete cycle. Those of a pick are missing in the last cycle."""

    folder: Path

    metrics = property(lambda self: self.folder / "metrics.json")
    validation = property(
        lambda self: self.folder / "validation.parquet"
    )  # a row per validation image
    pick = property(lambda self: self.folder / "pick.npy")  # (K, 2) pairs in order
    pool = property(lambda self: self.folder / "pool.parquet")  # a row per pool image
    quality = property(
        lambda self: self.folder / "quality.parquet"
    )  # a row per signal and task, in a simulation
    content = property(
        lambda self: self.folder / "content.parquet"
    )  # a row per pool image, a column per class
    others = property(
        lambda self: self.folder / "others.parquet"
    )  # a row per pool image, a column per other strategy
    others_picked = property(
        lambda self: self.folder / "others.json"
    )  # what these would have picked, and who was left out
    afterwards = property(
        lambda self: self.folder / "afterwards.parquet"
    )  # a row per image that was picked so far
    embedding = property(lambda self: self.folder / "embedding.npy")  # (N, D) float32
    layout = property(lambda self: self.folder / "layout.npy")  # (N, 2) float32
    evidence = property(
        lambda self: self.folder / "evidence.json"
    )  # which pictures there are, and their scales
    network = property(lambda self: self.folder / "network.safetensors")
    pairs = property(lambda self: self.folder / "pairs.safetensors")
    samples = property(
        lambda self: SamplePaths(self.folder / "samples")
    )  # of the picked images and the near misses


def _plain(name: str, what: str) -> str:
    """The name itself, if it is fit for a folder right here; else ValueError."""
    if (
        not name.isprintable()
        or len(name) > 120
        or not name
        or name.startswith(".")
        or Path(name).name != name
    ):
        raise ValueError(
            f"{name!r} is not the name of {what}: letters, digits, - and _ are fine, / and a dot in front are not"
        )
    return name


def _key(image: str) -> str:
    """A file name for an id, whatever characters the id has."""
    return hashlib.sha1(image.encode()).hexdigest()[:16]
