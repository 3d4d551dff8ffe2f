"""The tasks, each made by a function of its own file.

A data set says which of them it has labels for, and with which classes. To add a task, write a file
like depth.py and list its function here, so that the contract tests run on it.
"""

from collections.abc import Callable
from functools import partial

from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import Task

TASKS: dict[str, Callable[[], Task]] = {
    "semseg": partial(semseg, ("floor", "wall", "furniture", "other")),  # example classes
    "depth": depth,
    "normals": normals,
    "edge": edge,
    "saliency": saliency,
    "human_parts": human_parts,
}
