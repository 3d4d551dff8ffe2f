"""What a description says about the labels of a task: a model each, which knows the task that comes of it and reads a file."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from mtal.datasets.folder.label_decoding import (
    Lookup,
    colour_code,
    lookup,
    read_classes,
    read_metres,
    read_vectors,
    read_yes_no,
)
from mtal.datasets.folder.yaml_types import (
    Colours,
    Described,
    Ignored,
    Inside,
    Name,
    Stored,
    Suffix,
    did_you_mean,
)
from mtal.tasks.depth import NEAR_M, depth
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import PARTS, human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task


class Labels(Described):
    """The files of one task."""

    folder: Inside
    suffix: Suffix = ""  # what their names have between the image's name and the ending
    weight: float | None = Field(None, gt=0)  # in the loss; the task's own if not given

    endings: ClassVar[tuple[str, ...]] = (".png", ".npy")

    def task(self) -> Task:
        """What is learnt from them."""
        raise NotImplementedError

    def read(self, path: Path) -> np.ndarray:
        """One file as a label; DataError if it cannot be used."""
        raise NotImplementedError

    def given(self, *names: str) -> dict[str, Any]:
        """Those of some keys that were given."""
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class Semseg(Labels):
    """Class ids, or colours, or a table of values."""

    classes: tuple[
        Name, ...
    ] = ()  # in the order of their numbers; else those of `values` or `colours`
    first: Stored = 0  # number of the first class; smaller ones are ignored
    values: dict[Stored, Name] | None = Field(None, min_length=1)  # stored value -> class
    colours: dict[Name, Colours] | None = Field(None, min_length=1)
    ignore: tuple[Ignored, ...] | None = None  # values, or colours; 255 if not given
    others: Literal["error", "ignore"] = (
        "error"  # what becomes of values that nothing is said about
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The classes in the order of their ids."""
        return (
            self.classes
            or tuple(dict.fromkeys((self.values or {}).values()))
            or tuple(self.colours or {})
        )

    @model_validator(mode="after")
    def _agree(self) -> "Semseg":
        if self.values is not None and self.colours is not None:
            raise ValueError("give `values` or `colours`, not both")
        if (self.values is not None or self.colours is not None) and self.first:
            raise ValueError("`first` goes with `classes` only, not with `values` or `colours`")
        _check_classes(self.names)
        for name in [*(self.values or {}).values(), *(self.colours or {})]:
            if name not in self.names:
                raise ValueError(
                    f"{name!r} is not among the classes{did_you_mean(name, self.names)}"
                )
        wrong = [
            value
            for value in self.ignore or ()
            if isinstance(value, int) == (self.colours is not None)
        ]
        if wrong:
            raise ValueError(
                f"ignore: {wrong[0]} is a {'value, but classes are given as colours' if self.colours else 'colour'}"
            )
        self._meaning  # noqa: B018  # what contradicts itself is told now
        return self

    @cached_property
    def _meaning(self) -> Lookup:
        number = {name: index for index, name in enumerate(self.names)}
        if self.colours is not None:
            pairs = [
                (colour_code(colour), number[name])
                for name, colours in self.colours.items()
                for colour in colours
            ]
        elif self.values is not None:
            pairs = [(value, number[name]) for value, name in self.values.items()]
        else:
            pairs = [(self.first + index, index) for index in range(len(self.names))]
        ignored = [
            colour_code(value) if isinstance(value, tuple) else value for value in self.ignore or ()
        ]
        return lookup(
            _table(
                pairs,
                ignored,
                self.first,
                default=None if self.ignore is not None or self.colours else IGNORE,
            )
        )

    def task(self) -> Task:
        """Segmentation into the classes."""
        return semseg(
            self.names, note=f"mIoU over {len(self.names)} classes.", **self.given("weight")
        )

    def read(self, path: Path) -> np.ndarray:
        """(H, W) uint8."""
        return read_classes(
            path, self._meaning, self.colours is not None, strict=self.others == "error"
        )


class HumanParts(Labels):
    """Ids 0 to 6 in the order of PARTS, or a table of others."""

    classes: dict[Stored, Name] | None = Field(None, min_length=1)  # stored value -> part
    ignore: tuple[Stored, ...] = (IGNORE,)
    others: Literal["error", "ignore"] = "error"

    @model_validator(mode="after")
    def _agree(self) -> "HumanParts":
        for name in (self.classes or {}).values():
            if name not in PARTS:
                raise ValueError(
                    f"classes: {name!r} is no part{did_you_mean(name, PARTS)}; there are {', '.join(PARTS)}"
                )
        self._meaning  # noqa: B018  # what contradicts itself is told now
        return self

    @cached_property
    def _meaning(self) -> Lookup:
        parts = self.classes or dict(enumerate(PARTS))
        return lookup(
            _table([(value, PARTS.index(name)) for value, name in parts.items()], self.ignore)
        )

    def task(self) -> Task:
        """Parts of people."""
        return human_parts(**self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """(H, W) uint8; ignored everywhere if the image shows no person."""
        parts = read_classes(path, self._meaning, colours=False, strict=self.others == "error")
        return parts if ((parts > 0) & (parts != IGNORE)).any() else np.full_like(parts, IGNORE)


class Depth(Labels):
    """Distances: stored * scale, or inverse / stored."""

    scale: float | None = Field(
        None, gt=0
    )  # metres per unit; 0.001 for PNG, 1 for NPY if not given
    inverse: float | None = Field(
        None, gt=0
    )  # metres times unit, for disparities and inverse depths
    ignore: tuple[float, ...] = ()  # stored values that mean "not measured", besides 0
    far_m: float | None = Field(None, gt=NEAR_M, le=1000)  # end of the colour scale
    typical_m: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _agree(self) -> "Depth":
        if self.scale is not None and self.inverse is not None:
            raise ValueError(
                "give `scale` (metres = value * scale) or `inverse` (metres = inverse / value), not both"
            )
        return self

    def task(self) -> Task:
        """Metres."""
        return depth(**self.given("weight", "far_m", "typical_m"))

    def read(self, path: Path) -> np.ndarray:
        """(H, W) float32."""
        return read_metres(path, self.scale, self.inverse, self.ignore)


class Normals(Labels):
    """Vectors, x right, y down, z away from the camera once the axes in `flip` are turned round."""

    flip: tuple[Literal["x", "y", "z"], ...] = ()

    def task(self) -> Task:
        """Unit vectors."""
        return normals(**self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """(H, W, 3) float32."""
        return read_vectors(path, self.flip)


class Saliency(Labels):
    """Yes or no per pixel."""

    ignore: tuple[Stored, ...] = ()

    def task(self) -> Task:
        """What draws the eye."""
        return saliency(**self.given("weight"))

    def read(self, path: Path) -> np.ndarray:
        """(H, W) uint8."""
        return read_yes_no(path, self.ignore)


class Edge(Saliency):
    """Yes or no per pixel, and how edges are scored."""

    positive_weight: float | None = Field(None, gt=0, lt=1)
    tolerance: float | None = Field(None, gt=0, lt=1)  # share of the image diagonal

    def task(self) -> Task:
        """Boundaries."""
        return edge(**self.given("weight", "positive_weight", "tolerance"))


def _check_classes(names: tuple[str, ...]) -> None:
    if not 2 <= len(names) <= IGNORE:
        raise ValueError(
            f"classes: there are {len(names)}; name 2 to {IGNORE} classes, or give `values` or `colours`"
        )
    if doubled := [name for index, name in enumerate(names) if name in names[:index]]:
        raise ValueError(
            f"classes: {doubled[0]!r} is there more than once; each class needs a name of its own"
        )


def _table(
    pairs: Sequence[tuple[int, int]],
    ignored: Iterable[int],
    first: int = 0,
    default: int | None = None,
) -> dict[int, int]:
    """Stored value -> class id. What lies below `first` is ignored, and `default` if it is no class."""
    table: dict[int, int] = {}
    for value, number in pairs:
        if table.setdefault(value, number) != number:
            raise ValueError(f"two classes have the colour #{value:06x}")
    for value in ignored:
        if table.setdefault(value, IGNORE) != IGNORE:
            raise ValueError(f"ignore: {value} is a class as well; take it out of one of the two")
    if default is not None:
        table.setdefault(default, IGNORE)
    return table | dict.fromkeys(range(first), IGNORE)
