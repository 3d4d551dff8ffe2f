"""Config: the settings of one run.

Names of data sets, tasks, networks and strategies are looked up by `find` where they are used.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from math import floor
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

SELECTION = "Selection"  # the section of settings that a strategy may depend on

MACHINE_FIELDS = frozenset({"device", "threads", "memory_gb"})  # where a run computes, not what
REPEAT_FIELDS = frozenset({"seed"})  # what differs between the runs of one group
DRAWN_FIELDS = frozenset({"projection"})  # how results are drawn, which changes none

SHARES_OF_POOL = ("random", "coverage")  # values of `start` that `start_percent` belongs to


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
        True,
        "Augmentation",
        "Move images and labels together while training, as the data set says. With a frozen "
        "backbone, half of the images are mirrored and nothing else.",
    )
    sequence_pattern: str = _data(
        "",
        "Sequence in the name",
        "Regular expression whose first group names the sequence of an image, such as "
        "`^(room\\d+)`. Empty: as the data set or its groups.csv says.",
    )

    network: str = _network("padnet", "Network", "Two-stage multi-task network.")
    backbone: str = _network("efficientnet_lite0", "Backbone", "Encoder shared by the tasks.")
    pretrained: bool = _network(
        True, "ImageNet weights", "Start the backbone from ImageNet weights."
    )
    weights: str = _network(
        "", "Weights file", "State dict of the backbone (.safetensors, .pth) on disk."
    )
    backbone_frozen: bool = _network(
        False,
        "Frozen backbone",
        "Keep the backbone at its pretrained weights and train the rest on its features, which "
        "are computed once. Faster, but no figure to compare with fine-tuned networks.",
    )
    channels: int = _network(
        256, "Task channels", "Width of each task's feature map (256 in the reference code).", ge=4
    )
    pair_channels: int = _network(
        64, "Pair channels", "Width of the pairwise distillation blocks (our choice).", ge=4
    )
    pair_blocks: Literal["residual", "decode"] = _network(
        "residual",
        "Pair blocks",
        "residual: a correction added to the initial prediction, which starts at zero. decode: a "
        "prediction made anew.",
    )
    embedding: int = _network(
        512, "Embedding size", "Size of the auto-encoder's code (512 in the paper).", ge=2
    )

    steps: int = _training(
        0,
        "Steps",
        "Training steps in each cycle, equally many however much is labelled; 0: by epochs.",
        ge=0,
    )
    epochs: int = _training(
        100, "Epochs", "Passes over the labelled images in each cycle, where steps are 0.", ge=1
    )
    batch: int = _training(8, "Batch size", "Images per training step.", ge=1)
    lr: float = _training(1e-4, "Learning rate", "Of Adam, decayed by (1 - progress)^0.9.", gt=0)
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
    pair_steps: int = _training(
        300,
        "Pair steps, at least",
        "Steps of the pairwise blocks where their epochs would give fewer.",
        ge=0,
    )
    pair_held_out: float = _training(
        10,
        "Held out for pair blocks (%)",
        "Share of the labelled images from which the pairwise blocks do not learn, to compare "
        "their loss there with that of the initial predictions. None where fewer than 20 are "
        "labelled, else at least 4.",
        ge=0,
        le=50,
    )
    pair_lr: float = _training(1e-3, "Pair learning rate", "Of the pairwise blocks.", gt=0)
    embedding_epochs: int = _training(
        10,
        "Auto-encoder epochs, at most",
        "Passes over the whole pool for the auto-encoder, which stops when it no longer improves.",
        ge=1,
    )
    embedding_lr: float = _training(
        1e-4,
        "Auto-encoder learning rate",
        "Of Adam. At 1e-3 the code collapses to two dimensions (docs/method.md, section 3).",
        gt=0,
    )
    loss_module_optimiser: Literal["own", "joint"] = _training(
        "own",
        "Optimiser of loss modules",
        "Of LL4AL. own: SGD as in its paper; joint: that of the network.",
    )
    loss_module_detached: bool = _training(
        False, "Detach loss modules", "Keep the loss of LL4AL's modules from changing the network."
    )

    strategy: str = _selection("ours", "Strategy", "How images are chosen.")
    committee: Literal["max", "mean", "min"] = _selection(
        "max", "Committee", "How the members of a task's committee become one score (paper: max)."
    )
    with_final: bool = _selection(
        False, "Final prediction joins", "Let the final prediction join the committee."
    )
    class_distance: Literal["js", "ce", "tv", "changed"] = _selection(
        "ce",
        "Distance of class maps",
        "Jensen-Shannon, cross-entropy, total variation, changed pixels.",
    )
    normalise: Literal["minmax", "rank", "mean"] = _selection(
        "rank",
        "Scores across tasks",
        "How scores of different units are made comparable over the pool.",
    )
    across: Literal["max", "mean"] = _selection(
        "max", "Join tasks by", "An image's task scores become one (paper: max)."
    )
    terms: Literal["product", "inconsistency", "diversity"] = _selection(
        "product", "Score", "Inconsistency × diversity, or one of them alone."
    )
    embedding_source: Literal["auto", "auto-encoder", "task features", "shared", "frozen"] = (
        _selection(
            "auto",
            "Embedding",
            "Where diversity is measured. auto-encoder: code of all task features; task features: "
            "their means; shared: mean of the trained backbone's map; frozen: mean of a "
            "pretrained backbone's map, the same in all cycles; auto: as the strategy says.",
        )
    )
    feature_network: str = _selection(
        "efficientnet_lite0",
        "Frozen network",
        "timm model of the frozen feature. Weights of efficientnet_lite0 are installed; others "
        "come from a file or the hub.",
    )
    feature_weights: str = _selection(
        "", "Frozen network's file", "State dict (.safetensors, .pth) of the frozen network."
    )
    diversity: Literal["euclidean", "cosine"] = _selection(
        "euclidean", "Diversity distance", "Between embeddings."
    )
    weighted_by: Literal["entropy", "inconsistency"] = _selection(
        "entropy", "Clusters weighted by", "Score that weights the images in CLUE's clusters."
    )
    trust_form: Literal["clusters", "greedy"] = _selection(
        "clusters",
        "Trust-weighted diversity",
        "Of trust-weighted: one image per cluster without labels, or greedy k-centre.",
    )
    one_of_near_duplicates: bool = _selection(
        False,
        "One of near-duplicates",
        "Pick at most one image of each group of near-duplicates, and none whose group is "
        "labelled.",
    )
    most_per_sequence: int = _selection(
        0, "Images per sequence", "At most so many of one sequence in a batch; 0: no limit.", ge=0
    )
    picking: Literal["greedy", "top"] = _selection(
        "greedy",
        "Batch picking",
        "Update diversity after every pick, or take the top of the first ranking.",
    )
    sample_weights: Literal["auto", "off", "ordered", "scores"] = _selection(
        "auto",
        "Sample weights",
        "Weight labelled images per task. ordered: half until the task alone would have chosen the "
        "image; scores: by its score; auto: ordered for ours, else off.",
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

    start: Literal["random", "coverage", "set", "labelled"] = _budget(
        "random",
        "Start from",
        "random: images at random. coverage: images that cover the pool. set: a named set. "
        "labelled: all images with labels; then people label, and the run waits after each pick.",
    )
    start_coverage: Literal["clusters", "k-centre", "typiclust"] = _budget(
        "clusters",
        "Cover by",
        "Of start=coverage, on the frozen feature. clusters: the image nearest to each centre.",
    )
    start_set: str = _budget(
        "",
        "Start set",
        "Name or id of a set of images: start=set begins with them alone; random and coverage "
        "include them.",
    )
    labelling: Literal["simulated", "people"] = _budget(
        "simulated",
        "Labels",
        "simulated: from those that exist. people: the run waits for the labels of its start and "
        "of each batch.",
    )
    start_percent: float = _budget(
        10,
        "Start (% of pool)",
        "Share of the pool labelled before cycle 0, by random or coverage.",
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
    def _former_names(cls, value: Any) -> Any:
        """Read `on`, the former name of `scores`; YAML reads on and off as booleans."""
        return {True: "scores", "on": "scores", False: "off"}.get(value, value)

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
        self._check_sequence_pattern()
        if self.start == "set" and not self.start_set:
            raise ValueError("start_set: name the set to start from, or choose another start")
        if self.start == "labelled" and self.start_set:
            raise ValueError(
                "start_set: a start from all labelled images takes no set; clear it, or choose "
                "another start"
            )
        if self.start in SHARES_OF_POOL:
            self._check_budget()
        return self

    def _check_sequence_pattern(self) -> None:
        """ValueError if it is no regular expression with a group."""
        try:
            groups = re.compile(self.sequence_pattern).groups
        except re.error as error:
            raise ValueError(
                f"sequence_pattern: {self.sequence_pattern!r} is no regular expression ({error})"
            ) from None
        if self.sequence_pattern and not groups:
            raise ValueError(
                f"sequence_pattern: {self.sequence_pattern!r} has no group; put what names the "
                f"sequence in brackets, such as ^(room\\d+)"
            )

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
    def by_people(self) -> bool:
        """Whether people label, so that the run waits for the labels of its picks."""
        return self.labelling == "people" or self.start == "labelled"

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


def _digest(changed: Mapping[str, Any]) -> str:
    return hashlib.sha1(json.dumps(changed, sort_keys=True).encode()).hexdigest()[:8]
