"""The label specifications in tasks.yaml: one model per task, which makes the task and reads files.

docs/data.md, section 5.2, explains the keys.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from mtal.datasets.folder.label_decoding import (
    ClassTable,
    class_table,
    colour_code,
    read_binary_mask,
    read_classes,
    read_metres,
    read_vectors,
)
from mtal.datasets.folder.yaml_types import (
    Colours,
    DisplayName,
    IgnoredValue,
    InsidePath,
    StoredValue,
    Suffix,
    YamlGroup,
    did_you_mean,
)
from mtal.tasks.depth import NEAR_M, depth
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import PARTS, human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task


class LabelSpec(YamlGroup):
    """The label files of one task."""

    folder: InsidePath
    suffix: Suffix = ""  # what label names have between the image's name and the ending
    weight: float | None = Field(None, gt=0)  # in the loss; the task's default if not given

    endings: ClassVar[tuple[str, ...]] = (".png", ".npy")

    def task(self) -> Task:
        """Make the task that these labels train."""
        raise NotImplementedError

    def read(self, path: Path) -> np.ndarray:
        """Read one file as a label. DataError if it cannot be used."""
        raise NotImplementedError

    def given(self, *names: str) -> dict[str, Any]:
        """The values of those of the named keys that tasks.yaml sets."""
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}


class Semseg(LabelSpec):
    """Class ids, or a table of stored values, or a table of colours."""

    classes: tuple[DisplayName, ...] = ()  # in id order; by default those of `values` or `colours`
    first: StoredValue = 0  # stored value of the first class; smaller ones are ignored
    values: dict[StoredValue, DisplayName] | None = Field(None, min_length=1)  # value -> class
    colours: dict[DisplayName, Colours] | None = Field(None, min_length=1)
    ignore: tuple[IgnoredValue, ...] | None = None  # values, or colours; 255 if not given
    others: Literal["error", "ignore"] = "error"  # what to do with values that have no meaning

    @property
    def names(self) -> tuple[str, ...]:
        """The class names in the order of their ids."""
        if self.classes:
            return self.classes
        if self.values:
            return tuple(dict.fromkeys(self.values.values()))
        return tuple(self.colours or {})

    @model_validator(mode="after")
    def _check(self) -> "Semseg":
        if self.values is not None and self.colours is not None:
            raise ValueError("give `values` or `colours`, not both")
        if (self.values is not None or self.colours is not None) and self.first:
            raise ValueError("`first` goes with `classes` only, not with `values` or `colours`")
        _check_class_names(self.names)
        for name in [*(self.values or {}).values(), *(self.colours or {})]:
            if name not in self.names:
                raise ValueError(
                    f"{name!r} is not among the classes{did_you_mean(name, self.names)}"
                )
        for ignored in self.ignore or ():
            if self.colours is not None and isinstance(ignored, int):
                raise ValueError(f"ignore: {ignored} is a value, but classes are given as colours")
            if self.colours is None and not isinstance(ignored, int):
                raise ValueError(f"ignore: {ignored} is a colour")
        self._table  # noqa: B018  # report contradictions now, not at the first label
        return self

    @cached_property
    def _table(self) -> ClassTable:
        ids = {name: index for index, name in enumerate(self.names)}
        if self.colours is not None:
            pairs = [
                (colour_code(colour), ids[name])
                for name, colours in self.colours.items()
                for colour in colours
            ]
        elif self.values is not None:
            pairs = [(value, ids[name]) for value, name in self.values.items()]
        else:
            pairs = [(self.first + index, index) for index in range(len(self.names))]
        ignored = [
            colour_code(value) if isinstance(value, tuple) else value for value in self.ignore or ()
        ]
        default = IGNORE if self.ignore is None and not self.colours else None
        return class_table(_class_ids(pairs, ignored, self.first, default))

    def task(self) -> Task:
        """Make a segmentation task with the classes."""
        note = f"mIoU over {len(self.names)} classes."
        return semseg(self.names, note=note, **self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """Read class ids, (H, W) uint8. DataError if the file cannot be used."""
        strict = self.others == "error"
        return read_classes(path, self._table, self.colours is not None, strict)


class HumanParts(LabelSpec):
    """Part ids 0 to 6 in the order of PARTS, or a table of stored values."""

    classes: dict[StoredValue, DisplayName] | None = Field(None, min_length=1)  # value -> part
    ignore: tuple[StoredValue, ...] = (IGNORE,)
    others: Literal["error", "ignore"] = "error"

    @model_validator(mode="after")
    def _check(self) -> "HumanParts":
        for name in (self.classes or {}).values():
            if name not in PARTS:
                raise ValueError(
                    f"classes: {name!r} is no part{did_you_mean(name, PARTS)}; "
                    f"there are {', '.join(PARTS)}"
                )
        self._table  # noqa: B018  # report contradictions now, not at the first label
        return self

    @cached_property
    def _table(self) -> ClassTable:
        parts = self.classes or dict(enumerate(PARTS))
        pairs = [(value, PARTS.index(name)) for value, name in parts.items()]
        return class_table(_class_ids(pairs, self.ignore))

    def task(self) -> Task:
        """Make the human parts task."""
        return human_parts(**self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """Read part ids, (H, W) uint8; all are ignored if the image shows no person.

        DataError if the file cannot be used.
        """
        parts = read_classes(path, self._table, colours=False, strict=self.others == "error")
        has_person = ((parts > 0) & (parts != IGNORE)).any()
        return parts if has_person else np.full_like(parts, IGNORE)


class Depth(LabelSpec):
    """Depth in metres: stored value * scale, or inverse / stored value."""

    scale: float | None = Field(None, gt=0)  # metres per unit; by default 0.001 for PNG, 1 for NPY
    inverse: float | None = Field(None, gt=0)  # metres times unit, for disparity and inverse depth
    ignore: tuple[float, ...] = ()  # stored values that mean "not measured", besides 0
    far_m: float | None = Field(None, gt=NEAR_M, le=1000)  # end of the colour scale
    typical_m: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> "Depth":
        if self.scale is not None and self.inverse is not None:
            raise ValueError(
                "give `scale` (metres = value * scale) or `inverse` (metres = inverse / value), "
                "not both"
            )
        return self

    def task(self) -> Task:
        """Make the depth task."""
        return depth(**self.given("weight", "far_m", "typical_m"))

    def read(self, path: Path) -> np.ndarray:
        """Read metres, (H, W) float32. DataError if the file cannot be used."""
        return read_metres(path, self.scale, self.inverse, self.ignore)


class Normals(LabelSpec):
    """Surface normals: x right, y down, z away from the camera, once axes in `flip` are negated."""

    flip: tuple[Literal["x", "y", "z"], ...] = ()

    def task(self) -> Task:
        """Make the surface normals task."""
        return normals(**self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """Read unit vectors, (H, W, 3) float32. DataError if the file cannot be used."""
        return read_vectors(path, self.flip)


class Saliency(LabelSpec):
    """A binary mask."""

    ignore: tuple[StoredValue, ...] = ()

    def task(self) -> Task:
        """Make the saliency task."""
        return saliency(**self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """Read 0, 1 and IGNORE, (H, W) uint8. DataError if the file cannot be used."""
        return read_binary_mask(path, self.ignore)


class Edge(Saliency):
    """A binary mask, and how edges are scored."""

    positive_weight: float | None = Field(None, gt=0, lt=1)
    tolerance: float | None = Field(None, gt=0, lt=1)  # share of the image diagonal

    def task(self) -> Task:
        """Make the edge detection task."""
        return edge(**self.given("weight", "positive_weight", "tolerance"))


def _check_class_names(names: tuple[str, ...]) -> None:
    if not 2 <= len(names) <= IGNORE:
        raise ValueError(
            f"classes: there are {len(names)}; name 2 to {IGNORE} classes, or give `values` or "
            f"`colours`"
        )
    repeated = [name for index, name in enumerate(names) if name in names[:index]]
    if repeated:
        raise ValueError(
            f"classes: {repeated[0]!r} is there more than once; each class needs a name of its own"
        )


def _class_ids(
    pairs: Sequence[tuple[int, int]],
    ignored: Iterable[int],
    first: int = 0,
    default: int | None = None,
) -> dict[int, int]:
    """Stored value or colour code -> class id or IGNORE. ValueError for contradictions.

    Values below `first` are ignored, and so is the value `default` if it is no class.
    """
    ids: dict[int, int] = {}
    for value, class_id in pairs:
        if ids.setdefault(value, class_id) != class_id:
            raise ValueError(f"two classes have the colour #{value:06x}")
    for value in ignored:
        if ids.setdefault(value, IGNORE) != IGNORE:
            raise ValueError(f"ignore: {value} is a class as well; take it out of one of the two")
    if default is not None:
        ids.setdefault(default, IGNORE)
    return ids | dict.fromkeys(range(first), IGNORE)
