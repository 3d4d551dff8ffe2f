"""Config: the settings of one run, the presets, and how file, command line and form join.

Of ours it imports only constants and the base of its error. Names of data sets, tasks, networks
and strategies are looked up by `find` where they are used.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import partial
from math import floor
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mtal.errors import UserError
from mtal.locations import COMMAND

T = TypeVar("T")

SELECTION = "Selection"  # the section of settings that a strategy may depend on

MACHINE_FIELDS = frozenset({"device", "threads", "memory_gb"})  # where a run computes, not what
REPEAT_FIELDS = frozenset({"seed"})  # what differs between the runs of one group
DRAWN_FIELDS = frozenset({"projection"})  # how results are drawn, which changes none

# Settings of earlier versions that never changed a result, so that old run folders can be read. A
# setting that changes results is never removed, so that old runs can go on.
RETIRED = frozenset({"workers"})


ADVICE = {  # setting -> what it should be, where pydantic's text does not help
    "size": "height x width, such as 120x160",
    "device": "auto, cpu, or cuda:0",
}


class ConfigError(UserError):
    """A setting that cannot be used; the message names it and says what would be right."""


def setting(section: str, default: Any, title: str, about: str, **limits: Any) -> Any:
    """Declare a field of `Config`, with what the launch form and `--help` say about it.

    section, title, about: texts of the form. default: as in pydantic, as are `limits`.
    """
    texts: dict[str, Any] = {"title": title, "description": about}
    return Field(default, json_schema_extra={"section": section}, **texts, **limits)


_data = partial(setting, "Data and tasks")
_network = partial(setting, "Network")
_training = partial(setting, "Training")
_selection = partial(setting, SELECTION)
_budget = partial(setting, "Budget")
_machine = partial(setting, "Machine")


class Config(BaseModel):
    """The settings of one run. Sizes in pixels, shares in percent of the pool's images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = _data(
        "nyud",
        "Data set",
        "Which reader: `rooms` (bundled), `folder` (any, with a tasks.yaml), "
        "`nyud`, `nyud-mat`, `pascal` or `drawn` (shapes, for trials).",
    )
    data: str = _data(
        "", "Folder", "Of the data set. Leave empty to use the bundled images, or its usual folder."
    )
    tasks: tuple[str, ...] = _data(
        ("semseg", "depth", "normals"),
        "Tasks",
        "Tasks to learn and to label, in this order.",
        min_length=1,
    )
    size: tuple[int, int] = _data(
        (120, 160), "Image size", "Height × width that the network sees, such as 120x160."
    )
    augment: bool = _data(
        True, "Augmentation", "Mirror and zoom images and labels together while training."
    )

    network: str = _network("padnet", "Network", "Two-stage multi-task network.")
    backbone: str = _network("efficientnet_lite0", "Backbone", "Encoder shared by the tasks.")
    pretrained: bool = _network(
        True, "ImageNet weights", "Start the backbone from ImageNet weights."
    )
    weights: str = _network(
        "", "Weights file", "State dict of the backbone (.safetensors, .pth) on disk."
    )
    channels: int = _network(
        256, "Task channels", "Width of each task's feature map (256 in the reference code).", ge=4
    )
    pair_channels: int = _network(
        64, "Pair channels", "Width of the pairwise distillation blocks (our choice).", ge=4
    )
    embedding: int = _network(
        512, "Embedding size", "Size of the auto-encoder's code (512 in the paper).", ge=2
    )

    epochs: int = _training(100, "Epochs", "Passes over the labelled images in each cycle.", ge=1)
    batch: int = _training(8, "Batch size", "Images per training step.", ge=1)
    lr: float = _training(
        1e-4, "Learning rate", "Of Adam, decayed by (1 - epoch/epochs)^0.9.", gt=0
    )
    weight_decay: float = _training(1e-4, "Weight decay", "Of Adam.", ge=0)
    loss_weights: dict[str, float] = _training(
        {}, "Task weights", "Override the data set's weights, such as {depth: 2}."
    )
    finetune: bool = _training(
        False,
        "Go on from the last cycle",
        "Otherwise every cycle starts from the pretrained weights.",
    )
    pair_epochs: int = _training(
        20, "Pair epochs", "Passes over the labelled images for the pairwise blocks.", ge=1
    )
    pair_lr: float = _training(1e-3, "Pair learning rate", "Of the pairwise blocks.", gt=0)
    embedding_epochs: int = _training(
        10, "Auto-encoder epochs", "Passes over the whole pool for the auto-encoder.", ge=1
    )
    embedding_lr: float = _training(1e-3, "Auto-encoder learning rate", "Of Adam.", gt=0)

    strategy: str = _selection("ours", "Strategy", "How images are chosen.")
    committee: Literal["max", "mean", "min"] = _selection(
        "max", "Committee", "How the members of a task's committee become one score (paper: max)."
    )
    with_final: bool = _selection(
        False, "Final prediction joins", "Let the final prediction join the committee."
    )
    class_distance: Literal["js", "ce", "tv", "changed"] = _selection(
        "js",
        "Distance of class maps",
        "Jensen-Shannon, cross-entropy, total variation, changed pixels.",
    )
    normalise: Literal["minmax", "rank", "mean"] = _selection(
        "minmax",
        "Scores across tasks",
        "How scores of different units are made comparable over the pool.",
    )
    across: Literal["max", "mean"] = _selection(
        "max", "Join tasks by", "An image's task scores become one (paper: max)."
    )
    terms: Literal["product", "inconsistency", "diversity"] = _selection(
        "product", "Score", "Inconsistency × diversity, or one of them alone."
    )
    diversity: Literal["euclidean", "cosine"] = _selection(
        "euclidean", "Diversity distance", "Between embeddings."
    )
    picking: Literal["greedy", "top"] = _selection(
        "greedy",
        "Batch picking",
        "Update diversity after every pick, or take the top of the first ranking.",
    )
    sample_weights: Literal["auto", "on", "off"] = _selection(
        "auto",
        "Sample weights",
        "Weight labelled images by their selection scores; auto: as the strategy says.",
    )
    describe: Literal["needed", "always"] = _selection(
        "needed",
        "Describe the pool",
        "Measure the signals that the strategy needs, or all that the tasks allow.",
    )
    signal_quality: bool = _selection(
        True,
        "Signal quality",
        "In a simulation: rank correlation of every signal with the true loss of unlabelled "
        "images. Labels are read to measure, never to choose. Off: they are not shown beside "
        "predictions either, unless the image is labelled.",
    )

    start: Literal["random", "labelled"] = _budget(
        "random",
        "Start from",
        "random: a simulation on labels that exist. labelled: go on from all images with labels; "
        "after each pick the run waits for theirs.",
    )
    start_percent: float = _budget(
        10,
        "Start (% of pool)",
        "Share of the pool labelled at random before cycle 0.",
        gt=0,
        le=100,
    )
    step_percent: float = _budget(
        10, "Step (% of pool)", "Share of the pool added per cycle.", gt=0, le=100
    )
    cycles: int = _budget(6, "Cycles", "Trainings in all; the last one only measures.", ge=1)
    label_budget: int = _budget(
        0,
        "Label budget",
        "Finish with this many task labels, those of the start included; 0: only the number of "
        "cycles counts.",
        ge=0,
    )
    plateau_percent: float = _budget(
        0,
        "Plateau (%)",
        "Finish when the multi-task loss fell by less than this share over the last plateau "
        "cycles; 0: never.",
        ge=0,
        lt=100,
    )
    plateau_cycles: int = _budget(
        2, "Plateau cycles", "Over how many cycles the loss must have fallen.", ge=1
    )
    seed: int = _budget(0, "Seed", "Of everything random in this run.", ge=0, le=2**32 - 1)

    projection: Literal["umap", "pca", "none"] = _machine(
        "umap", "Map", "How the embedding is drawn in two dimensions."
    )
    precision: Literal["auto", "float32", "bfloat16"] = _machine(
        "auto", "Precision", "auto: bfloat16 where the processor has instructions for it."
    )
    device: str = _machine(
        "auto",
        "Device",
        "auto, cpu, cuda or cuda:N. Runs on cpu:0, cpu:1, ... compute side by side; give each some "
        "threads.",
        pattern=r"^(auto|cpu(:\d+)?|cuda(:\d+)?)$",
    )
    threads: int = _machine(0, "Threads", "CPU threads; 0: as many as cores.", ge=0)
    memory_gb: float = _machine(
        2.0, "Image cache", "Gigabytes of decoded images kept in memory.", ge=0
    )

    @field_validator("size", mode="before")
    @classmethod
    def _size_from_text(cls, value: Any) -> Any:
        """Read `120x160`."""
        if isinstance(value, str):
            sides = value.lower().replace("×", "x").split("x")
            if len(sides) == 2:
                return tuple(side.strip() for side in sides)
        return value

    @field_validator("tasks", mode="before")
    @classmethod
    def _tasks_from_text(cls, value: Any) -> Any:
        """Read `depth, normals`."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("sample_weights", mode="before")
    @classmethod
    def _switch_from_yaml(cls, value: Any) -> Any:
        """Turn booleans, as which YAML reads on and off, back into these words."""
        if isinstance(value, bool):
            return "on" if value else "off"
        return value

    @model_validator(mode="after")
    def _agree(self) -> "Config":
        """ValueError if settings contradict each other."""
        if min(self.size) < 16:
            raise ValueError(
                f"size: {self.size_text} is too small, both sides must have at least 16 pixels"
            )
        if len(set(self.tasks)) < len(self.tasks):
            raise ValueError(f"tasks: {', '.join(self.tasks)} names a task twice")
        unknown = set(self.loss_weights) - set(self.tasks)
        if unknown:
            raise ValueError(
                f"loss_weights: {', '.join(sorted(unknown))} is not among the tasks "
                f"{', '.join(self.tasks)}"
            )
        if any(weight <= 0 for weight in self.loss_weights.values()):
            raise ValueError(
                "loss_weights: every weight must be above 0; leave a task out of `tasks` to "
                "ignore it"
            )
        if self.start == "random":
            self._check_budget()
        return self

    def _check_budget(self) -> None:
        """ValueError if start and steps take more than the pool."""
        steps = self.cycles - 1
        if self.start_percent + self.step_percent * steps <= 100 + 1e-9:
            return
        most = 1 + int((100.000001 - self.start_percent) / self.step_percent)
        advice = f"take at most {most} cycle{'' if most == 1 else 's'}"
        largest_step = floor(100 * (100 - self.start_percent) / steps) / 100  # rounded down
        if largest_step > 0:
            advice += f", or make the step {largest_step:g} % or less"
        times = "" if steps == 1 else f"{steps} × "
        raise ValueError(
            f"cycles: {self.start_percent:g} % + {times}{self.step_percent:g} % is more than the "
            f"pool; {advice}"
        )

    @property
    def size_text(self) -> str:
        """Height × width for people."""
        return f"{self.size[0]}×{self.size[1]}"

    @property
    def group(self) -> str:
        """Name of the group of runs that differ in their seed only: one curve with a band."""
        return self._name(_digest(self.changed(MACHINE_FIELDS | REPEAT_FIELDS | DRAWN_FIELDS)))

    @property
    def digest(self) -> str:
        """Eight hex digits of the settings that make a result, without the seed."""
        return _digest(self.changed(MACHINE_FIELDS | REPEAT_FIELDS))

    @property
    def name(self) -> str:
        """Folder of the run, such as `nyud-padnet-ours-1f2e3d4c-s0`, always the same."""
        return f"{self._name(self.digest)}-s{self.seed}"

    def _name(self, digest: str) -> str:
        return f"{self.dataset}-{self.network}-{self.strategy}-{digest}"

    @property
    def may_end_early(self) -> bool:
        """Whether a rule can end the run before its last cycle."""
        return bool(self.label_budget or self.plateau_percent)

    def changed(self, ignore: Iterable[str] = ()) -> dict[str, Any]:
        """List the settings that differ from the defaults, as JSON values."""
        values = self.model_dump(mode="json")
        ignored = set(ignore)
        return {
            name: values[name]
            for name, field in type(self).model_fields.items()
            if name not in ignored and getattr(self, name) != field.default
        }

    def to_json(self) -> str:
        """All settings, readable by `load_config`."""
        return self.model_dump_json(indent=2)


PRESETS: dict[str, tuple[str, dict[str, Any]]] = {  # name -> what it is for, settings
    "demo": (
        "First contact: the bundled rooms, a few minutes on two CPU cores.",
        {
            "dataset": "rooms",
            "channels": 48,
            "pair_channels": 24,
            "epochs": 8,
            "pair_epochs": 4,
            "embedding_epochs": 3,
            "cycles": 3,
        },
    ),
    "cpu": (
        "An honest comparison overnight on a CPU, 120×160.",
        {
            "channels": 64,
            "pair_channels": 32,
            "lr": 1e-3,
            "epochs": 40,
            "pair_epochs": 30,
            "embedding_epochs": 10,
        },
    ),
    "paper-nyud": (
        "The paper's Tables 9-12: NYUD_MT at full size, HRNet-18; needs a GPU.",
        {"size": (480, 640), "backbone": "hrnet18"},
    ),
    "paper-pascal": (
        "The paper's Tables 3-8: PASCAL_MT, five tasks, HRNet-18; needs a GPU.",
        {
            "dataset": "pascal",
            "tasks": ("semseg", "edge", "normals", "human_parts", "saliency"),
            "size": (512, 512),
            "backbone": "hrnet18",
        },
    ),
}


def find(kinds: Mapping[str, T], name: str, what: str) -> T:
    """Look up a name. ConfigError lists the names that exist; `what` says what they name."""
    if name not in kinds:
        raise ConfigError(
            f"no {what} called {name!r}{_did_you_mean(name, kinds)}; there are {', '.join(kinds)}"
        )
    return kinds[name]


def make_config(values: Mapping[str, Any]) -> Config:
    """Build a config from settings by name. ConfigError names each setting that is wrong."""
    for name in values:
        if name not in Config.model_fields:
            raise ConfigError(
                f"no setting called {name!r}{_did_you_mean(name, Config.model_fields)}; "
                f"`{COMMAND} settings` lists them"
            )
    try:
        return Config(**values)
    except ValidationError as error:
        messages = dict.fromkeys(_message(details) for details in error.errors())
        raise ConfigError("; ".join(messages)) from None


def read_settings(path: Path) -> dict[str, Any]:
    """Read the settings of a JSON or YAML file. ConfigError if it holds none."""
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except FileNotFoundError:
        raise ConfigError(f"no config file at {path}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is neither JSON nor YAML: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path} must hold `setting: value` lines, not a {type(values).__name__}")
    return {str(name): value for name, value in values.items()}


def compose(
    preset: str | None = None, file: Path | None = None, sets: Iterable[str] = ()
) -> Config:
    """Build a config from a preset, a file and `setting=value` texts; the later ones win.

    ConfigError names what is wrong.
    """
    values: dict[str, Any] = {}
    if preset:
        values |= find(PRESETS, preset, "preset")[1]
    if file is not None:
        values |= read_settings(file)
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--set {text}: write it as setting=value")
        try:
            values[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"--set {text}: the value is not YAML ({error})") from None
    return make_config(values)


def load_config(path: Path) -> Config:
    """Read the config of a run folder, also of an earlier version. ConfigError if it is broken."""
    return stored_config(read_settings(path))


def stored_config(values: Mapping[str, Any]) -> Config:
    """Build a config from stored settings, also of an earlier version."""
    return make_config({name: value for name, value in values.items() if name not in RETIRED})


def _digest(changed: Mapping[str, Any]) -> str:
    return hashlib.sha1(json.dumps(changed, sort_keys=True).encode()).hexdigest()[:8]


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _message(details: Any) -> str:
    """`setting: what is wrong (got value)`, of one of pydantic's errors."""
    message = details["msg"].removeprefix("Value error, ")
    if not details["loc"]:  # ours: it names the setting
        return str(message)
    name = details["loc"][0]
    if name == "tasks" and (details["type"] == "too_short" or details["input"] is None):
        return "tasks: choose at least one task"
    if name in ADVICE:
        return f"{name}: {ADVICE[name]}"
    path = ".".join(str(part) for part in details["loc"])
    return f"{path}: {message} (got {details['input']!r})"
