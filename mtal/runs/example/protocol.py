"""What the example compares. It was fixed before anybody saw who wins (benchmarks/RESULTS.md)."""

from collections.abc import Mapping
from typing import Any

from mtal.config import PRESETS
from mtal.runs.example.pack import Pictures
from mtal.runs.experiments.plan import Cell, expand, spread_over_devices
from mtal.runs.experiments.state import Experiment

PRESET = "demo"
STRATEGIES = ("random", "core-set", "coverage", "ours", "trust-weighted")
OURS = "ours"
SEEDS = tuple(range(5))
TITLE = "Rooms: five strategies, five seeds (example)"
DEVICES = ("cpu:0", "cpu:1")  # two runs at a time, a thread each
WHOLE_IMAGES = 48  # of the first batch of ours, all of it, with all pictures
PLAIN_IMAGES = 24  # of the last batch of Trust-weighted: image, prediction and label
PLAIN_KINDS = ("image", "final", "truth")


def settings() -> dict[str, Any]:
    """Settings that all runs of the example share."""
    return dict(PRESETS[PRESET][1])


def example_cells(settings_used: Mapping[str, frozenset[str]]) -> list[Cell]:
    """List the runs of the example. settings_used: as of `expand`."""
    base = settings() | {"threads": 1}
    return spread_over_devices(expand(base, STRATEGIES, SEEDS, {}, settings_used), DEVICES)


def example_pictures(experiment: Experiment) -> tuple[Pictures, ...]:
    """Choose the pictures that the archive has room for: of the first seed."""
    first = [cell for cell in experiment.cells if cell.seed == experiment.seeds[0]]
    names = {cell.strategy: (cell.run_name, cell.config.cycles - 2) for cell in first}
    whole = Pictures(names[OURS][0], 0, WHOLE_IMAGES)
    return whole, Pictures(*names["trust-weighted"], PLAIN_IMAGES, PLAIN_KINDS)
