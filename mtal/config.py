"""Config: every setting of one run, the presets, and how a file, the command line and the form become one.

Imports nothing of ours. Names of data sets, tasks, networks and strategies are looked up where they are used, by `find`.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mtal.locations import COMMAND

T = TypeVar("T")

MACHINE_FIELDS = frozenset(
    {"device", "threads", "memory_gb"}
)  # where a run computes, not what it computes
REPEAT_FIELDS = frozenset({"seed"})  # what differs between the runs of one group
DRAWN_FIELDS = frozenset({"projection"})  # how results are drawn, which changes none

# Settings of earlier versions that never changed a result: run folders that name them stay readable. A setting that changes
# results is not taken away but kept, so that old runs can go on.
RETIRED = frozenset({"workers"})

DATA, NETWORK, TRAINING, SELECTION, BUDGET, MACHINE = (
    "Data and tasks",
    "Network",
    "Training",
    "Selection",
    "Budget",
    "Machine",
)


class ConfigError(ValueError):
    """A setting that cannot be used; the message names it, says what would be right, and is fit for a person."""


def setting(default: Any, section: str, title: str, about: str, **limits: Any) -> Any:
    """A field with what the launch form and `--help` say about it."""
    return Field(
        default, title=title, description=about, json_schema_extra={"section": section}, **limits
    )


class Config(BaseModel):
    """One run. Sizes in pixels, shares in percent of the pool's images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = setting(
        "nyud",
        DATA,
        "Data set",
        "Which reader: `rooms` (bundled), `folder` (any, with a tasks.yaml), "
        "`nyud`, `nyud-mat`, `pascal` or `drawn` (shapes, for trials).",
    )
    data: str = setting("", DATA, "Folder", "Of the data set. Empty: the usual place.")
    tasks: tuple[str, ...] = setting(
        ("semseg", "depth", "normals"),
        DATA,
        "Tasks",
        "Tasks to learn and to label, in this order.",
        min_length=1,
    )
    size: tuple[int, int] = setting(
        (120, 160), DATA, "Image size", "Height × width that the network sees, such as 120x160."
    )
    augment: bool = setting(
        True, DATA, "Augmentation", "Mirror and zoom images and labels together while training."
    )

    network: str = setting("padnet", NETWORK, "Network", "Two-stage multi-task network.")
    backbone: str = setting(
        "efficientnet_lite0", NETWORK, "Backbone", "Encoder shared by the tasks."
    )
    pretrained: bool = setting(
        True, NETWORK, "ImageNet weights", "Start the backbone from ImageNet weights."
    )
    weights: str = setting(
        "", NETWORK, "Weights file", "State dict of the backbone (.safetensors, .pth) on disk."
    )
    channels: int = setting(
        256,
        NETWORK,
        "Task channels",
        "Width of each task's feature map (256 in the reference code).",
        ge=4,
    )
    pair_channels: int = setting(
        64,
        NETWORK,
        "Pair channels",
        "Width of the pairwise distillation blocks (our choice).",
        ge=4,
    )
    embedding: int = setting(
        512, NETWORK, "Embedding size", "Size of the auto-encoder's code (512 in the paper).", ge=2
    )

    epochs: int = setting(
        100, TRAINING, "Epochs", "Passes over the labelled images in each cycle.", ge=1
    )
    batch: int = setting(8, TRAINING, "Batch size", "Images per training step.", ge=1)
    lr: float = setting(
        1e-4, TRAINING, "Learning rate", "Of Adam, decayed by (1 - epoch/epochs)^0.9.", gt=0
    )
    weight_decay: float = setting(1e-4, TRAINING, "Weight decay", "Of Adam.", ge=0)
    loss_weights: dict[str, float] = setting(
        {}, TRAINING, "Task weights", "Override the data set's weights, such as {depth: 2}."
    )
    finetune: bool = setting(
        False,
        TRAINING,
        "Go on from the last cycle",
        "Else every cycle starts from the pretrained weights.",
    )
    pair_epochs: int = setting(
        20,
        TRAINING,
        "Pair epochs",
        "Passes over the labelled images for the pairwise blocks.",
        ge=1,
    )
    pair_lr: float = setting(1e-3, TRAINING, "Pair learning rate", "Of the pairwise blocks.", gt=0)
    embedding_epochs: int = setting(
        10,
        TRAINING,
        "Auto-encoder epochs",
        "Passes over the whole pool for the auto-encoder.",
        ge=1,
    )
    embedding_lr: float = setting(1e-3, TRAINING, "Auto-encoder learning rate", "Of Adam.", gt=0)

    strategy: str = setting("ours", SELECTION, "Strategy", "How images are chosen.")
    committee: Literal["max", "mean", "min"] = setting(
        "max",
        SELECTION,
        "Committee",
        "How the members of a task's committee become one score (paper: max).",
    )
    with_final: bool = setting(
        False, SELECTION, "Final prediction joins", "Let the final prediction join the committee."
    )
    class_distance: Literal["js", "ce", "tv", "changed"] = setting(
        "js",
        SELECTION,
        "Distance of class maps",
        "Jensen-Shannon, cross-entropy, total variation, changed pixels.",
    )
    normalise: Literal["minmax", "rank", "mean"] = setting(
        "minmax",
        SELECTION,
        "Scores across tasks",
        "How scores of different units are made comparable over the pool.",
    )
    across: Literal["max", "mean"] = setting(
        "max", SELECTION, "Join tasks by", "An image's task scores become one (paper: max)."
    )
    terms: Literal["product", "inconsistency", "diversity"] = setting(
        "product", SELECTION, "Score", "Inconsistency × diversity, or one of them alone."
    )
    diversity: Literal["euclidean", "cosine"] = setting(
        "euclidean", SELECTION, "Diversity distance", "Between embeddings."
    )
    picking: Literal["greedy", "top"] = setting(
        "greedy",
        SELECTION,
        "Batch picking",
        "Update diversity after every pick, or take the top of the first ranking.",
    )
    sample_weights: Literal["auto", "on", "off"] = setting(
        "auto",
        SELECTION,
        "Sample weights",
        "Weight labelled images by their selection scores; auto: as the strategy says.",
    )
    describe: Literal["needed", "always"] = setting(
        "needed",
        SELECTION,
        "Describe the pool",
        "Measure the signals that the strategy needs, or all that the tasks allow.",
    )
    signal_quality: bool = setting(
        True,
        SELECTION,
        "Signal quality",
        "In a simulation: rank correlation of every signal with the true loss of unlabelled "
        "images. Labels are read to measure, never to choose. Off: nor to show them beside predictions, unless they are bought.",
    )

    start: Literal["random", "labelled"] = setting(
        "random",
        BUDGET,
        "Start from",
        "random: a simulation on labels that exist. labelled: go on from all images with labels; "
        "after each pick the run waits for theirs.",
    )
    start_percent: float = setting(
        10,
        BUDGET,
        "Start (% of pool)",
        "Share of the pool labelled at random before cycle 0.",
        gt=0,
        le=100,
    )
    step_percent: float = setting(
        10, BUDGET, "Step (% of pool)", "Share of the pool added per cycle.", gt=0, le=100
    )
    cycles: int = setting(
        6, BUDGET, "Cycles", "Trainings in all; the last one only measures.", ge=1
    )
    label_budget: int = setting(
        0,
        BUDGET,
        "Label budget",
        "Finish when so many task labels are bought, the start "
        "included; 0: no limit but the cycles.",
        ge=0,
    )
    plateau_percent: float = setting(
        0,
        BUDGET,
        "Plateau (%)",
        "Finish when the multi-task loss fell by less than this share "
        "over the last plateau cycles; 0: never.",
        ge=0,
        lt=100,
    )
    plateau_cycles: int = setting(
        2, BUDGET, "Plateau cycles", "Over how many cycles the loss must have fallen.", ge=1
    )
    seed: int = setting(0, BUDGET, "Seed", "Of everything random in this run.", ge=0, le=2**32 - 1)

    projection: Literal["umap", "pca", "none"] = setting(
        "umap", MACHINE, "Map", "How the embedding is drawn in two dimensions."
    )
    precision: Literal["auto", "float32", "bfloat16"] = setting(
        "auto", MACHINE, "Precision", "auto: bfloat16 where the processor has instructions for it."
    )
    device: str = setting(
        "auto",
        MACHINE,
        "Device",
        "auto, cpu, cuda or cuda:N. Runs on cpu:0, cpu:1, ... compute "
        "side by side; give each some threads.",
        pattern=r"^(auto|cpu(:\d+)?|cuda(:\d+)?)$",
    )
    threads: int = setting(0, MACHINE, "Threads", "CPU threads; 0: as many as cores.", ge=0)
    memory_gb: float = setting(
        2.0, MACHINE, "Image cache", "Gigabytes of decoded images kept in memory.", ge=0
    )

    @field_validator("size", mode="before")
    @classmethod
    def _size_from_text(cls, value: Any) -> Any:
        if isinstance(value, str) and len(parts := value.lower().replace("×", "x").split("x")) == 2:
            return tuple(part.strip() for part in parts)
        return value

    @field_validator("tasks", mode="before")
    @classmethod
    def _tasks_from_text(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("sample_weights", mode="before")
    @classmethod
    def _switch_from_yaml(cls, value: Any) -> Any:
        return (
            {True: "on", False: "off"}[value] if isinstance(value, bool) else value
        )  # YAML reads on and off as booleans

    @model_validator(mode="after")
    def _agree(self) -> "Config":
        if min(self.size) < 16:
            raise ValueError(
                f"size: {self.size_text} is too small, both sides must have at least 16 pixels"
            )
        if len(set(self.tasks)) < len(self.tasks):
            raise ValueError(f"tasks: {', '.join(self.tasks)} names a task twice")
        if unknown := set(self.loss_weights) - set(self.tasks):
            raise ValueError(
                f"loss_weights: {', '.join(sorted(unknown))} is not among the tasks {', '.join(self.tasks)}"
            )
        if any(weight <= 0 for weight in self.loss_weights.values()):
            raise ValueError(
                "loss_weights: every weight must be above 0; leave a task out of `tasks` to ignore it"
            )
        end = self.start_percent + self.step_percent * (self.cycles - 1)
        most = 1 + int((100.000001 - self.start_percent) / self.step_percent)
        if self.start == "random" and end > 100 + 1e-9:
            raise ValueError(
                f"cycles: {self.cycles} cycles from {self.start_percent:g} % in steps of {self.step_percent:g} % "
                f"end at {end:g} %; take at most {most} cycles"
            )
        return self

    @property
    def size_text(self) -> str:
        """Height × width for people."""
        return f"{self.size[0]}×{self.size[1]}"

    @property
    def group(self) -> str:
        """What this run shares with those of other seeds: runs of one group become one curve with a band."""
        return self._called(_digest(self.changed(MACHINE_FIELDS | REPEAT_FIELDS | DRAWN_FIELDS)))

    @property
    def digest(self) -> str:
        """Eight hex digits of the settings that make a result, the seed left out."""
        return _digest(self.changed(MACHINE_FIELDS | REPEAT_FIELDS))

    @property
    def name(self) -> str:
        """Folder of the run, such as `nyud-padnet-ours-1f2e3d4c-s0`. The same settings always give the same name."""
        return f"{self._called(self.digest)}-s{self.seed}"

    def _called(self, digest: str) -> str:
        return f"{self.dataset}-{self.network}-{self.strategy}-{digest}"

    @property
    def may_end_early(self) -> bool:
        """Whether a rule can end the run before its cycles are up."""
        return bool(self.label_budget or self.plateau_percent)

    def changed(self, ignore: Iterable[str] = ()) -> dict[str, Any]:
        """The settings that differ from the defaults, as JSON values."""
        values = self.model_dump(mode="json")
        return {
            name: values[name]
            for name, field in type(self).model_fields.items()
            if name not in set(ignore) and getattr(self, name) != field.default
        }

    def to_json(self) -> str:
        """All settings, readable by `load_config`."""
        return self.model_dump_json(indent=2)


PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
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
    """Look a name up, or say which names there are."""
    if name not in kinds:
        raise ConfigError(
            f"no {what} called {name!r}{_did_you_mean(name, kinds)}; there are {', '.join(kinds)}"
        )
    return kinds[name]


def make_config(values: Mapping[str, Any]) -> Config:
    """Settings by name -> Config, with errors that name the setting."""
    for name in values:
        if name not in Config.model_fields:
            raise ConfigError(
                f"no setting called {name!r}{_did_you_mean(name, Config.model_fields)}; "
                f"`{COMMAND} settings` lists them"
            )
    try:
        return Config(**values)
    except ValidationError as error:
        raise ConfigError("; ".join(_readable(one) for one in error.errors())) from None


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a JSON or YAML file."""
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
    """One config from a preset, a file and `key=value` texts; what comes later wins."""
    values: dict[str, Any] = dict(find(PRESETS, preset, "preset")[1]) if preset else {}
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
    """The config stored in a run folder, also by an earlier version."""
    return stored_config(read_settings(path))


def stored_config(values: Mapping[str, Any]) -> Config:
    """Settings that were written down, also by an earlier version."""
    return make_config({name: value for name, value in values.items() if name not in RETIRED})


def _digest(changed: Mapping[str, Any]) -> str:
    return hashlib.sha1(json.dumps(changed, sort_keys=True).encode()).hexdigest()[:8]


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _readable(error: Any) -> str:
    message = error["msg"].removeprefix("Value error, ")
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {message} (got {error['input']!r})" if where else message
