"""Bridges to other trackers.

To add one: write a file with a function `(run, group, where) -> points`, and list it here.
"""

from mtal.export.bridges.bridge import Bridge
from mtal.export.bridges.mlflow import MLFLOW
from mtal.export.bridges.tensorboard import TENSORBOARD

BRIDGES: dict[str, Bridge] = {bridge.name: bridge for bridge in (TENSORBOARD, MLFLOW)}
