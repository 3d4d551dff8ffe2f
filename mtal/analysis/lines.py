"""What a learning curve is called and measured against, whoever draws or describes it."""

from typing import NamedTuple

AXES = {
    "labels": "Task labels",
    "images": "Images labelled",
    "percent": "Task labels (% of the pool's)",
    "hours": "Computing time (h)",
    "cost": "Annotation cost (labels at their prices)",
}


class Line(NamedTuple):
    """How a group is called and drawn. `variant`: 0 for the strategy's own look."""

    title: str
    strategy: str
    variant: int


class Level(NamedTuple):
    """A value to be held against: a horizontal line, thin where it has no title."""

    title: str
    value: float
