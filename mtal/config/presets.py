"""Presets: settings that go together, by name."""

from typing import Any

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {  # name -> what it is for, settings
    "demo": (
        "First contact: the bundled rooms, some minutes on two CPU cores.",
        {
            "dataset": "rooms",
            "backbone_frozen": True,
            "channels": 48,
            "pair_channels": 24,
            "lr": 1e-3,
            "steps": 360,
            "embedding_source": "frozen",
            "sample_weights": "off",
            "cycles": 3,
        },
    ),
    "cpu": (
        "An honest comparison overnight on a CPU, 120×160.",
        {
            "channels": 64,
            "pair_channels": 32,
            "lr": 1e-3,
            "steps": 800,
            "embedding_source": "frozen",
            "sample_weights": "off",
        },
    ),
    "paper-nyud": (
        "The paper's Tables 9-12: NYUD_MT at full size, HRNet-18; needs a GPU.",
        {"size": (480, 640), "backbone": "hrnet18"},
    ),
    "paper-pascal": (
        "The paper's Tables 3-8: PASCAL_MT, five tasks, HRNet-18; needs a GPU.",
        {
            "dataset": "pascal",
            "tasks": ("semseg", "edge", "normals", "human_parts", "saliency"),
            "size": (512, 512),
            "backbone": "hrnet18",
        },
    ),
}
