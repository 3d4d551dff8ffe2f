"""Which labels a check of the data found."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mtal.datasets.checks.coverage import unpack


def states_of(report: Mapping[str, Any], split: str) -> np.ndarray:
    """Read the states of the labels of a split: (N, T) uint8.

    Columns in the order of the report's tasks; values see `mtal.datasets.checks.coverage`.
    """
    packed = report["splits"][split]["states"]
    return np.stack([unpack(packed[task["name"]]) for task in report["tasks"]], axis=1)
