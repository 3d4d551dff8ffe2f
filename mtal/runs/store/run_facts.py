"""RunFacts: what a worker writes down about its run, the one owner of the keys of facts.json."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from mtal.runs.files import read_json, version, write_json


class Facts(BaseModel):
    """Values that never change; keys of another version of the program are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TaskFacts(Facts):
    """What pages need to know of a task."""

    name: str
    title: str
    metric: str  # "mIoU"
    axis: str  # "mIoU (%) ↑"
    unit: str  # of the metric
    better: str  # "higher" or "lower"
    weight: float  # lambda of the multi-task loss
    distance: str  # title of the disagreement, "Jensen-Shannon divergence"
    distance_unit: str  # "nats"
    note: str
    value_unit: str  # "m", "" for classes
    legend: tuple[tuple[str, str], ...]  # (text, "#rrggbb")
    classes: tuple[str, ...] = ()  # titles in the order of their numbers; () without classes


class DataChange(Facts):
    """The data had another fingerprint from one cycle on."""

    cycle: int
    before: str
    after: str


class LeftOut(Facts):
    """An image or a label that could not be used."""

    split: str  # "pool" or "validation"
    id: str
    what: str  # "image", or the task of a label
    problem: str


class RunFacts(Facts):
    """What a worker found when it loaded the data; all fields empty until then, see `written`.

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
    plan: tuple[dict[str, int], ...] = ()  # per cycle: stage -> units of work
    versions: dict[str, str] = {}  # package -> version
    device: str = ""
    device_name: str = ""
    precision: str = ""
    parameters: int = 0  # of the network
    strategy_title: str = ""
    needed_stages: dict[str, bool] = {}  # stage of the strategy -> whether it works for it alone
    strategy_file: str | None = None  # where a strategy of the user's own came from
    strategy_sha256: str | None = None
    start: tuple[int, ...] = ()  # positions with a label before the first cycle
    start_lacks: tuple[tuple[int, int], ...] = ()  # (position, column of the task) without a label
    data_changes: tuple[DataChange, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    without_labels: int = 0  # images without any label, which a simulation leaves out
    measured: dict[str, int] = {}  # task -> usable validation labels

    @property
    def written(self) -> bool:
        """Whether the worker has loaded the data."""
        return bool(self.pool)

    def changed(self, **fields: Any) -> "RunFacts":
        """The same facts with other values of some fields, checked. ValueError names a wrong one."""
        return RunFacts(**{**dict(self), **fields})

    def to_json(self) -> dict[str, Any]:
        """Plain values; fields that do not apply to the run are left out."""
        return self.model_dump(mode="json", exclude_none=True)


def read_facts(path: Path) -> RunFacts:
    """Read facts.json, anew only when the file is another one; empty facts if there is no file."""
    try:
        return _read(path, *version(path))
    except FileNotFoundError:
        return RunFacts()


def write_facts(path: Path, facts: RunFacts) -> None:
    """Write facts.json whole."""
    write_json(path, facts.to_json())


@lru_cache(maxsize=64)
def _read(path: Path, *version: int) -> RunFacts:
    return RunFacts.model_validate(read_json(path))
