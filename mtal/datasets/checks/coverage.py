"""Which image has a label for which task: one state per pair, packed into a short text.

20,000 images with six tasks take less than 60 kB of a report. This module imports no torch, so
that pages can import it.
"""

import base64
import zlib

import numpy as np

VERSION = 3  # of a check's report; pages ask for a new check when it differs
NO_LABEL, LABELLED, EMPTY, BROKEN, LEFT_OUT = range(5)
TITLES = ("no label", "labelled", "no valid pixel", "label cannot be used", "image cannot be used")


def pack(states: np.ndarray) -> str:
    """Pack (N,) states, in the order of the images: a byte each, deflated, in base64."""
    return base64.b64encode(zlib.compress(states.astype(np.uint8).tobytes(), 9)).decode("ascii")


def unpack(text: str) -> np.ndarray:
    """Unpack what `pack` returned, (N,) uint8."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8)
