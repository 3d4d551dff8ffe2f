"""PAD-Net with HRNet-18 against the code that the paper built on: parameters, and a forward pass.

The code is Multi-Task-Learning-PyTorch by Vandenhende et al.; its pad_net.yml is what the numbers
belong to. padnet_hrnet18.npz was made once by running it, in evaluation and with its fuse layer,
for the tasks depth and normals and 256 channels. Every tensor was the one that `drawn` gives for
the key of this project's state dict, and the input was `images`. Stored are every 18th channel of
the fused maps, and the initial and the final outputs before they are enlarged to the images' size.
"""

from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
import torch
from torch import nn

from mtal.config import compose
from mtal.datasets.readers import nyud, pascal
from mtal.models.hrnet import BilinearUpsample
from mtal.models.registry import build_backbone, build_network
from mtal.tasks.human_parts import human_parts
from mtal.tasks.registry import TASKS
from mtal.tasks.semseg import semseg

pytestmark = pytest.mark.slow

STORED = Path(__file__).with_name("padnet_hrnet18.npz")


def config(backbone: str):
    return compose(sets=[f"backbone={backbone}", "pretrained=false", "channels=256"])


def drawn(key: str, like: torch.Tensor) -> torch.Tensor:
    """Weights that keep maps of ordinary size, the same for a key whenever they are drawn."""
    uniform = np.random.default_rng(crc32(key.encode())).uniform(-1, 1, like.shape)
    if like.ndim == 4:
        uniform *= (2 / like[0].numel()) ** 0.5
    elif key.endswith("running_var") or (key.endswith("weight") and like.ndim == 1):
        uniform = 1 + uniform / 2
    else:
        uniform /= 10
    return torch.from_numpy(uniform).to(like.dtype)


def images() -> torch.Tensor:
    """(1, 3, 32, 64)."""
    return torch.from_numpy(np.random.default_rng(0).uniform(-2, 2, (1, 3, 32, 64))).float()


def drawn_network() -> nn.Module:
    network = build_network(config("hrnet18"), [TASKS["depth"](), TASKS["normals"]()]).eval()
    network.load_state_dict({key: drawn(key, own) for key, own in network.state_dict().items()})
    return network


@pytest.mark.parametrize(
    ("backbone", "nyud_parameters", "pascal_parameters"),
    [("hrnet18", 12_091_318, 29_304_992), ("resnet50", 33_371_800, 51_723_394)],
)
def test_parameters(backbone, nyud_parameters, pascal_parameters):
    nyud_tasks = [semseg(nyud.CLASSES), TASKS["depth"](), TASKS["normals"]()]
    others = [TASKS[name]() for name in ("saliency", "edge", "normals")]
    pascal_tasks = [semseg(pascal.CLASSES), human_parts(), *others]
    for tasks, expected in ((nyud_tasks, nyud_parameters), (pascal_tasks, pascal_parameters)):
        with torch.device("meta"):
            network = build_network(config(backbone), tasks)
        assert sum(parameter.numel() for parameter in network.parameters()) == expected


def test_hrnet_has_the_codes_layers():
    encoder = build_backbone(config("hrnet18"))
    assert sum(parameter.numel() for parameter in encoder.fuse_layer.parameters()) == 73_710
    assert sum(isinstance(module, BilinearUpsample) for module in encoder.modules()) == 22
    momenta = {
        module.momentum for module in encoder.trunk.modules() if isinstance(module, nn.BatchNorm2d)
    }
    assert momenta == {0.01}
    assert encoder.fuse_layer.layers[1].momentum == 0.1


@torch.inference_mode()
def test_forward_pass():
    network = drawn_network()
    prediction = network(images())
    with np.load(STORED) as stored:
        outputs = {"fused": prediction.shared.joined[:, ::18]}
        for task in ("depth", "normals"):
            outputs[f"initial {task}"] = prediction.initial[0][task]
            outputs[f"final {task}"] = prediction.final[task]
        assert sorted(outputs) == sorted(stored)
        for name, output in outputs.items():
            torch.testing.assert_close(
                output, torch.from_numpy(stored[name]), rtol=1e-4, atol=1e-4, msg=name
            )
