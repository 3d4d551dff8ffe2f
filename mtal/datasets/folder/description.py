"""The description of a folder, tasks.yaml: places of images and labels, meaning of values, splits.

docs/data.md, section 5, explains the keys.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from mtal.config import YamlError, parse_yaml
from mtal.datasets.dataset import DataError
from mtal.datasets.folder.label_specs import (
    Depth,
    Edge,
    HumanParts,
    LabelSpec,
    Normals,
    Saliency,
    Semseg,
)
from mtal.datasets.folder.yaml_types import DisplayName, InsidePath, Suffix, YamlGroup
from mtal.locations import COMMAND

FILE = "tasks.yaml"
IMAGES = (".jpg", ".jpeg", ".png", ".webp")  # in upper or lower case
MOST_BYTES = 1_000_000
SHORT = 60  # characters of a value up to which an error repeats it
PATH_TAG, RANDOM_TAG = "<path>", "<random>"  # pydantic puts them into the location of an error
# The tasks that need no more than a folder, for images without any label.
DEFAULT_SPECS: dict[str, LabelSpec] = {
    name: spec.model_validate({"folder": name})
    for name, spec in (
        ("depth", Depth),
        ("normals", Normals),
        ("edge", Edge),
        ("saliency", Saliency),
        ("human_parts", HumanParts),
    )
}


class TaskSpecs(YamlGroup):
    """The labels per task. None at all is allowed: images without labels can be checked too."""

    semseg: Semseg | None = None
    depth: Depth | None = None
    normals: Normals | None = None
    edge: Edge | None = None
    saliency: Saliency | None = None
    human_parts: HumanParts | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_empty_keys(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            for key, value in values.items():
                if value is None:
                    raise ValueError(
                        f"{key} says nothing; give it a folder, such as {key}: {{folder: {key}}}"
                    )
        return values


class RandomSplit(YamlGroup):
    """A share of the images taken for validation by a hash of their ids.

    Adding images moves none to the other side (our choice).
    """

    percent: float = Field(20, gt=0, lt=100)
    seed: int = 0


def _split_tag(value: Any) -> str:
    return RANDOM_TAG if isinstance(value, Mapping | RandomSplit) else PATH_TAG


class Splits(YamlGroup):
    """Which images are the pool, and which are for validation. By default the pool is the rest."""

    pool: InsidePath | None = None
    validation: Annotated[
        Annotated[InsidePath, Tag(PATH_TAG)] | Annotated[RandomSplit, Tag(RANDOM_TAG)],
        Discriminator(_split_tag),
    ]

    @model_validator(mode="after")
    def _check(self) -> "Splits":
        if isinstance(self.validation, RandomSplit) and self.pool is not None:
            raise ValueError(
                "pool: leave it out where validation is drawn; the pool is what the draw leaves"
            )
        return self


class Description(YamlGroup):
    """All of tasks.yaml."""

    title: DisplayName = ""
    note: str = ""  # printed beside every figure
    images: InsidePath = "images"
    suffix: Suffix = ""  # of the images: part of their file names, not of their ids
    splits: Splits
    tasks: TaskSpecs

    @property
    def labels(self) -> dict[str, LabelSpec]:
        """Task name -> label specification, for the described tasks."""
        specs = {name: getattr(self.tasks, name) for name in TaskSpecs.model_fields}
        return {name: spec for name, spec in specs.items() if spec is not None}

    @property
    def labels_or_defaults(self) -> dict[str, LabelSpec]:
        """The described labels, or DEFAULT_SPECS if none is described.

        Every check and run has tasks, so images without labels get some as well. The default
        folders are not looked into.
        """
        defaults = {
            name: spec for name, spec in DEFAULT_SPECS.items() if spec.folder != self.images
        }
        return self.labels or defaults

    @model_validator(mode="after")
    def _check(self) -> "Description":
        for name, spec in self.labels.items():
            if (spec.folder, spec.suffix) == (self.images, self.suffix):
                raise ValueError(
                    f"tasks.{name}.folder: {self.images} holds the images; name another folder, or "
                    f"a `suffix` that tells the labels from them"
                )
        return self


def read_description(path: Path) -> Description:
    """Read tasks.yaml. DataError that names the file and the key and says what to do."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} has more than {MOST_BYTES:,} bytes; that is no description")
        values = parse_yaml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DataError(
            f"there is no {path}; `{COMMAND} check --set dataset=folder --set "
            f"data={path.parent}` writes a first guess from the files in the folder"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); it must be a text in UTF-8") from None
    except YamlError as error:
        raise DataError(f"{path} is no YAML that is read here: {error}") from None
    if not isinstance(values, dict):
        raise DataError(
            f"{path} must hold `key: value` lines with images, splits and tasks, "
            f"not {type(values).__name__}"
        )
    try:
        return Description.model_validate(values)
    except ValidationError as error:
        messages = [f"{path}: {_message(details)}" for details in error.errors()]
        raise DataError("; ".join(messages)) from None


def _message(details: Any) -> str:
    """`tasks.depth.scale: Input should be greater than 0 (got 0)`. Repeats short values only."""
    text = details["msg"].removeprefix("Value error, ")
    parts = [str(part) for part in details["loc"] if part not in (PATH_TAG, RANDOM_TAG)]
    key = ".".join(parts)
    value = details["input"]
    if isinstance(value, str | int | float | None) and len(repr(value)) < SHORT:
        text += f" (got {value!r})"
    return f"{key}: {text}" if key else text
