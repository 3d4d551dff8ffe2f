"""RunFacts: what a worker found when it loaded the data; the one owner of facts.json."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from mtal.runs.damage import reading
from mtal.runs.files import file_version, read_json, write_json


class Facts(BaseModel):
    """Frozen values from facts.json; unknown keys of other versions of mtal are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TaskFacts(Facts):
    """A task as pages need it, without torch."""

    name: str
    title: str
    metric: str  # "mIoU"
    axis: str  # "mIoU (%) ↑"
    unit: str  # of the metric
    better: str  # "higher" or "lower"
    weight: float  # lambda of the multi-task loss
    distance: str  # title of the disagreement, such as "Jensen-Shannon divergence"
    distance_unit: str  # "nats"
    note: str  # what the metric says and what not
    value_unit: str  # "m", "" for classes
    loss_unit: str = ""  # "nats", "m"; "" in runs of earlier versions
    legend: tuple[tuple[str, str], ...]  # (text, "#rrggbb")
    classes: tuple[str, ...] = ()  # titles in the order of their numbers


class DataChange(Facts):
    """A new fingerprint of the data from one cycle on."""

    cycle: int  # the first with the changed data
    before: str
    after: str


class LeftOut(Facts):
    """An image or a label that could not be used."""

    split: str  # "pool" or "validation"
    id: str
    what: str  # "image", or the task of the label
    problem: str


class RunFacts(Facts):
    """Facts about a run and its data; empty until the worker has loaded the data.

    Runs of earlier versions lack some fields, so every field has a default.
    """

    dataset_title: str = ""
    dataset_note: str = ""
    data_folder: str = ""
    fingerprint: str | None = None  # of images and labels
    fingerprint_of_images: str | None = None  # of images and validation labels
    pool: tuple[str, ...] = ()  # image ids; a position in this tuple is the image's number
    pool_files: tuple[str, ...] = ()  # paths relative to data_folder; "" without a file of its own
    validation: tuple[str, ...] = ()  # image ids
    tasks: tuple[TaskFacts, ...] = ()
    plan: tuple[dict[str, int], ...] = ()  # per cycle: stage -> total, as in progress reports
    versions: dict[str, str] = {}  # package -> version
    device: str = ""
    device_name: str = ""
    precision: str = ""
    parameters: int = 0  # of the network
    strategy_title: str = ""
    embedding: str = "embedding"  # signal by which images are compared: earlier the auto-encoder's
    needed_stages: dict[str, bool] = {}  # stage -> whether only the strategy needs it
    strategy_file: str | None = None  # path of a user's own strategy
    strategy_sha256: str | None = None
    start: tuple[int, ...] = ()  # positions with a label before the first cycle
    start_stays: bool = False  # whether people were asked for the start's labels
    start_lacks: tuple[tuple[int, int], ...] = ()  # (position, column of the task) without a label
    data_changes: tuple[DataChange, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    labels_per_image: float | None = None  # mean that all cycles together may acquire
    without_labels: int = 0  # images without any label, which a simulation leaves out
    measured: dict[str, int] = {}  # task -> number of usable validation labels

    @property
    def written(self) -> bool:
        """Whether the worker has loaded the data and written the facts."""
        return bool(self.pool)

    def updated(self, **fields: Any) -> "RunFacts":
        """Return a copy with other values of some fields. ValueError if one has a wrong type."""
        return RunFacts(**{**dict(self), **fields})

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON values, without the fields that do not apply to the run."""
        return self.model_dump(mode="json", exclude_none=True)


def read_facts(path: Path) -> RunFacts:
    """Read facts.json, from memory unless the file was replaced; empty facts without a file."""
    try:
        return _read(path, *file_version(path))
    except FileNotFoundError:
        return RunFacts()


def write_facts(path: Path, facts: RunFacts) -> None:
    """Write facts.json atomically."""
    write_json(path, facts.to_json())


@lru_cache(maxsize=64)
def _read(path: Path, *version: int) -> RunFacts:
    with reading(path):
        return RunFacts.model_validate(read_json(path))
