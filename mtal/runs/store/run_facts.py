"""What a worker writes down about its run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskFacts:
    """What pages need to know of a task, as the worker wrote it down."""

    name: str
    title: str
    metric: str  # "mIoU"
    axis: str  # "mIoU (%) ↑"
    unit: str  # of the metric
    better: str  # "higher" or "lower"
    weight: float  # lambda
    distance: str  # title of the disagreement, "Jensen-Shannon divergence"
    distance_unit: str  # "nats"
    note: str
    value_unit: str  # "m", "" for classes
    legend: tuple[tuple[str, str], ...]  # (text, "#rrggbb")
    classes: tuple[str, ...] = ()  # titles in the order of their numbers; () without classes
