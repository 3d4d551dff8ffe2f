"""The networks, and `build_network`.

To add one, write a file like padnet.py and list its `build` here. Backbones are listed in
backbones.py.
"""

from collections.abc import Callable, Sequence

from mtal.config import Config, find
from mtal.models import padnet
from mtal.models.backbones import BACKBONES, Encoder, build_backbone
from mtal.models.prediction import TwoStageNetwork
from mtal.tasks.task import Task

NETWORKS: dict[str, Callable[[Encoder, Sequence[Task], int], TwoStageNetwork]] = {
    "padnet": padnet.build
}

__all__ = ["BACKBONES", "NETWORKS", "build_network"]


def build_network(config: Config, tasks: Sequence[Task], dropout: float = 0.0) -> TwoStageNetwork:
    """Build the network and backbone of a config, with pretrained weights if it asks for them.

    dropout: share of task features that is dropped in training. ConfigError if there is no such
    network or backbone, or its weights cannot be had.
    """
    build = find(NETWORKS, config.network, "network")
    network = build(build_backbone(config), tasks, config.channels)
    network.dropout.p = dropout
    return network
