"""Paths of all files of a store, the one owner of their names. Creates and reads nothing."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from mtal.locations import ASSETS, USER_FOLDER

STORE_VARIABLE = "MTAL_RUNS"
EXAMPLE_ARCHIVE = ASSETS / "example.zip"  # the experiment that comes with the program


def default_store() -> Path:
    """The folder named by MTAL_RUNS, else `runs` in the user's folder."""
    return Path(os.environ.get(STORE_VARIABLE) or USER_FOLDER / "runs").absolute()


@dataclass(frozen=True)
class StorePaths:
    """Paths of a store: a folder with runs, their data and experiments."""

    folder: Path

    def run(self, name: str) -> "RunPaths":
        """Paths of a run. ValueError if its name is not a plain folder name."""
        return RunPaths(self.folder / _plain(name, "a run"))

    def runs(self) -> list["RunPaths"]:
        """Paths of every folder that may be a run."""
        if not self.folder.is_dir():
            return []
        return [
            RunPaths(path)
            for path in self.folder.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        ]

    def data(self, dataset: str, folder: str) -> "DataPaths":
        """Paths of the check of a data folder, which all its runs share."""
        key = hashlib.sha1(f"{dataset}\0{folder}".encode()).hexdigest()[:12]
        return DataPaths(self.folder / ".data" / f"{dataset}-{key}")

    def experiment(self, name: str) -> "ExperimentPaths":
        """Paths of an experiment. ValueError if its name is not a plain folder name."""
        return ExperimentPaths(self.folder / ".experiments" / _plain(name, "an experiment"))

    def experiments(self) -> list["ExperimentPaths"]:
        """Paths of every experiment that has a plan, by name."""
        plans = (self.folder / ".experiments").glob("[!.]*/plan.json")
        return sorted(
            (ExperimentPaths(plan.parent) for plan in plans), key=lambda paths: paths.name
        )

    def feature(self, key: str) -> Path:
        """The frozen feature of a pool, (N, D) float32; its key says of what. Shared by runs."""
        return self.folder / ".features" / f"{key}.npy"

    def feature_lock(self, key: str) -> Path:
        """Held by the run that computes a frozen feature."""
        return self.folder / ".features" / f"{key}.lock"

    def pyramids(self, name: str) -> Path:
        """Maps of a frozen backbone for all images of a split, a row per image. Shared by runs."""
        return self.folder / ".features" / f"{name}.npy"

    def pyramids_lock(self, name: str) -> Path:
        """Held by the run that computes such maps."""
        return self.folder / ".features" / f"{name}.lock"

    def feature_layout(self, key: str, method: str) -> Path:
        """The map of a frozen feature, (N, 2) float32. method: umap or pca."""
        return self.folder / ".features" / f"{key}.{method}.npy"

    def unpacking(self, key: str) -> Path:
        """Where the example is unpacked before its parts take their places."""
        return self.folder / f".unpacking-{key}"

    reviews = property(lambda self: self.folder / "people.sqlite")  # decisions, notes, image sets

    def device_lock(self, device: str) -> Path:
        """Held by the run whose turn it is on a device such as `cpu` or `cuda:0`."""
        return self.folder / ".devices" / f"{device.replace(':', '')}.lock"


@dataclass(frozen=True)
class ExperimentPaths:
    """Paths of an experiment. Its runs are in the store, beside all others."""

    folder: Path

    name = property(lambda self: self.folder.name)
    store = property(lambda self: StorePaths(self.folder.parents[1]))
    plan = property(lambda self: self.folder / "plan.json")
    lock = property(lambda self: self.folder / "lock")  # held while the plan is changed
    example = property(lambda self: self.folder / "example")  # there if it came with the program


@dataclass(frozen=True)
class JobPaths:
    """Paths of a job, which is a folder: its settings, its worker, its progress, its result."""

    folder: Path

    config = property(lambda self: self.folder / "config.json")  # written once, before the start
    lock = property(lambda self: self.folder / "lock")  # held by the worker while it lives
    log = property(lambda self: self.folder / "log.txt")  # all that the worker prints
    progress = property(lambda self: self.folder / "progress.jsonl")  # a line per report
    started = property(lambda self: self.folder / "started")  # a line per start; the last queues
    began = property(lambda self: self.folder / "began")  # created when it is the job's turn
    stop = property(lambda self: self.folder / "stop")  # its existence asks the worker to stop
    result = property(lambda self: self.folder / "result.json")  # written last by the worker


@dataclass(frozen=True)
class DataPaths(JobPaths):
    """Paths of the check of a data folder and of its thumbnails."""

    report = property(lambda self: self.folder / "report.json")
    thumbnails = property(lambda self: self.folder / "thumbs")

    def thumbnail(self, split: str, image: str) -> Path:
        """The small JPEG of an image, by its id; spread over 256 folders, so that none is huge."""
        key = _key(image)
        return self.thumbnails / split / key[:2] / f"{key[2:]}.jpg"

    def preview(self, split: str, image: str, layer: str) -> Path:
        """The PNG of a sampled image: layer "image", or a task's name for its label."""
        return self.folder / "previews" / split / f"{_key(image)}.{layer}.png"


@dataclass(frozen=True)
class RunPaths(JobPaths):
    """Paths of a run."""

    facts = property(lambda self: self.folder / "facts.json")  # tasks, sizes, versions
    strategy = property(lambda self: self.folder / "strategy.py")  # copy of a user's own strategy
    example = property(lambda self: self.folder / "example")  # there if it came with the program
    cycles = property(lambda self: self.folder / "cycles")
    frozen = property(lambda self: self.folder / "frozen.npy")  # (N, D) float32
    frozen_layout = property(lambda self: self.folder / "frozen_layout.npy")  # (N, 2) float32
    fitted = property(lambda self: self.folder / "fitted")  # weights for the next cycle

    def fitted_weights(self, signal: str, number: int) -> Path:
        """The weights of a signal's module, as a cycle fitted it."""
        return self.fitted / f"{signal}-{number:03d}.safetensors"

    def applied_reviews(self, number: int) -> Path:
        """The reviews of the batch before that a cycle applied when it began; written once."""
        return self.folder / "beginnings" / f"{number:03d}.json"

    def cycle(self, number: int) -> "CyclePaths":
        """Paths of a cycle. Its folder appears complete and never changes."""
        return CyclePaths(self.cycles / f"{number:03d}")

    def render_requests(self, number: int) -> "RenderPaths":
        """Paths of the images that were requested of a cycle."""
        return RenderPaths(self.folder / "looks" / f"{number:03d}")


@dataclass(frozen=True)
class SamplePaths:
    """Paths of pictures and maps of single pool images, a folder per image."""

    folder: Path

    def sample(self, index: int) -> Path:
        """The folder of an image."""
        return self.folder / f"{index:06d}"

    def picture(self, index: int, name: str) -> Path:
        """A PNG of an image, such as `semseg.initial`."""
        return self.sample(index) / f"{name}.png"

    def maps(self, index: int) -> Path:
        """The values behind the pictures of an image."""
        return self.sample(index) / "maps.npz"


@dataclass(frozen=True)
class RenderPaths(JobPaths):
    """Paths of a job that draws requested images. An image's folder appears complete."""

    pending = property(lambda self: self.folder / "asked")  # an empty file per requested image
    samples = property(lambda self: SamplePaths(self.folder / "samples"))

    def request(self, index: int) -> Path:
        """The file that requests an image; deleted once the image is drawn."""
        return self.pending / f"{index:06d}"


@dataclass(frozen=True)
class CyclePaths:
    """Paths of a complete cycle. The last cycle picks nothing and lacks the files of a pick."""

    folder: Path

    manifest = property(lambda self: self.folder / "manifest.json")  # sizes and checksums
    metrics = property(lambda self: self.folder / "metrics.json")
    validation = property(lambda self: self.folder / "validation.parquet")  # a row per image
    pick = property(lambda self: self.folder / "pick.npy")  # (K, 2) pairs (image, task) in order
    pool = property(lambda self: self.folder / "pool.parquet")  # a row per pool image
    quality = property(lambda self: self.folder / "quality.parquet")  # a row per signal and task
    content = property(lambda self: self.folder / "content.parquet")  # pool images x classes
    others = property(lambda self: self.folder / "others.parquet")  # pool images x strategies
    others_picked = property(lambda self: self.folder / "others.json")  # picks of other strategies
    worth = property(lambda self: self.folder / "worth.parquet")  # a row per image bought before
    afterwards = property(lambda self: self.folder / "afterwards.parquet")  # a row per past pick
    embedding = property(lambda self: self.folder / "embedding.npy")  # (N, D) float32
    layout = property(lambda self: self.folder / "layout.npy")  # (N, 2) map of the auto-encoder
    neighbours = property(lambda self: self.folder / "neighbours.json")  # whether they are alike
    evidence = property(lambda self: self.folder / "evidence.json")  # pictures and their scales
    network = property(lambda self: self.folder / "network.safetensors")
    pairs = property(lambda self: self.folder / "pairs.safetensors")
    fits = property(lambda self: self.folder / "fits.json")  # signal -> how well it was fitted
    # of the picked images and the next in rank
    samples = property(lambda self: SamplePaths(self.folder / "samples"))

    def feature(self, signal: str) -> Path:
        """A signal by which images are compared, (N, D) float32."""
        return self.folder / f"{signal}.npy"


def _plain(name: str, noun: str) -> str:
    """Return a name that is fit for a folder; ValueError if it is not."""
    readable = name.isprintable() and 0 < len(name) <= 120
    if not readable or name.startswith(".") or Path(name).name != name:
        raise ValueError(
            f"{name!r} is not the name of {noun}: letters, digits, - and _ are fine, / and a dot "
            f"in front are not"
        )
    return name


def _key(image: str) -> str:
    """Make a file name for an id, whatever characters the id has."""
    return hashlib.sha1(image.encode()).hexdigest()[:16]
