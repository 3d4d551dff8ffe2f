"""The description of a folder, tasks.yaml: where images and labels lie, what values mean, which images are for measuring."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.label_specs import (
    Depth,
    Edge,
    HumanParts,
    Labels,
    Normals,
    Saliency,
    Semseg,
)
from mtal.datasets.folder.yaml_types import Described, Inside, Name, Suffix

FILE = "tasks.yaml"
IMAGES = (".jpg", ".jpeg", ".png", ".webp")  # in any case
MOST_BYTES = 1_000_000
UNION_TAGS = ("text", "draw")  # pydantic puts them into the path of an error


class Tasks(Described):
    """The labels that there are. None at all is allowed: images without labels can be checked too."""

    semseg: Semseg | None = None
    depth: Depth | None = None
    normals: Normals | None = None
    edge: Edge | None = None
    saliency: Saliency | None = None
    human_parts: HumanParts | None = None

    @model_validator(mode="before")
    @classmethod
    def _nothing_unsaid(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and (
            empty := [key for key, value in values.items() if value is None]
        ):
            raise ValueError(
                f"{empty[0]} says nothing; give it a folder, such as {empty[0]}: {{folder: {empty[0]}}}"
            )
        return values


class Draw(Described):
    """So many images taken for validation by a hash of their ids: adding images moves none to the other side (our choice)."""

    percent: float = Field(20, gt=0, lt=100)
    seed: int = 0


class Splits(Described):
    """Which images are chosen from, and which are for measuring. Without `pool` it is all that validation leaves."""

    pool: Inside | None = None
    validation: Annotated[
        Annotated[Inside, Tag("text")] | Annotated[Draw, Tag("draw")],
        Discriminator(lambda value: "draw" if isinstance(value, Mapping | Draw) else "text"),
    ]

    @model_validator(mode="after")
    def _agree(self) -> "Splits":
        if isinstance(self.validation, Draw) and self.pool is not None:
            raise ValueError(
                "pool: leave it out where validation is drawn; the pool is what the draw leaves"
            )
        return self


class Description(Described):
    """All of tasks.yaml."""

    title: Name = ""
    note: str = ""  # shown beside every figure
    images: Inside = "images"
    suffix: Suffix = ""  # as of labels: part of the images' file names, not of their ids
    splits: Splits
    tasks: Tasks

    @property
    def labels(self) -> dict[str, Labels]:
        """Task name -> its labels."""
        return {
            name: value
            for name in Tasks.model_fields
            if (value := getattr(self.tasks, name)) is not None
        }

    @model_validator(mode="after")
    def _agree(self) -> "Description":
        for name, labels in self.labels.items():
            if (labels.folder, labels.suffix) == (self.images, self.suffix):
                raise ValueError(
                    f"tasks.{name}.folder: {self.images} holds the images; name another folder, or a `suffix` that "
                    f"tells the labels from them"
                )
        return self


def read_description(path: Path) -> Description:
    """The description in a file. DataError that names the file, the key, and the way out."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} has more than {MOST_BYTES:,} bytes; that is no description")
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DataError(
            f"there is no {path}; `python -m mtal check --set dataset=folder --set data={path.parent}` writes a "
            f"first guess from what lies there"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); it must be a text in UTF-8") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DataError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise DataError(
            f"{path} must hold `key: value` lines with images, splits and tasks, not {type(values).__name__}"
        )
    try:
        return Description.model_validate(values)
    except ValidationError as error:
        raise DataError("; ".join(f"{path}: {_readable(one)}" for one in error.errors())) from None


def _readable(error: Any) -> str:
    """`tasks.depth.scale: Input should be greater than 0 (got 0)`. Only short values are repeated."""
    message = error["msg"].removeprefix("Value error, ")
    where = ".".join(str(part) for part in error["loc"] if part not in UNION_TAGS)
    value = error["input"]
    got = (
        f" (got {value!r})"
        if isinstance(value, str | int | float | None) and len(repr(value)) < 60
        else ""
    )
    return f"{where}: {message}{got}" if where else f"{message}{got}"
