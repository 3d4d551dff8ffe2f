"""Titles and axes of learning curves, for figures and texts."""

from typing import NamedTuple

AXES = {
    "labels": "Task labels",
    "images": "Images labelled",
    "percent": "Task labels (% of the pool's)",
    "hours": "Computing time (h)",
    "cost": "Annotation cost (labels at their prices)",
}


class Line(NamedTuple):
    """Title and look of a group. `variant`: 0 for the strategy's own look."""

    title: str
    strategy: str
    variant: int


class Level(NamedTuple):
    """A value to compare with: a horizontal line, thin where it has no title."""

    title: str
    value: float
