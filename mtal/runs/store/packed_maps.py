"""Maps of single images as they are stored in maps.npz: one or two bytes per number."""

import numpy as np

UNIT_STEPS = 127  # components of unit vectors are stored as whole numbers from -127 to 127
SMALLEST_HALF = np.finfo(np.float16).smallest_subnormal


def pack_map(values: np.ndarray) -> np.ndarray:
    """Pack a map for maps.npz.

    values: (h, w) uint8 class numbers, kept as they are; (h, w, 3) unit vectors, packed as int8;
    else (h, w) floats, packed as float16.
    """
    if values.dtype == np.uint8:
        return values
    if values.ndim == 3:
        return np.rint(values * UNIT_STEPS).astype(np.int8)
    half = values.astype(np.float16)
    half[(half == 0) & (values > 0)] = SMALLEST_HALF  # 0 would say that nothing was measured
    return half


def unpack_map(stored: np.ndarray) -> np.ndarray:
    """Undo `pack_map`: uint8 class numbers as they are, everything else as float32."""
    if stored.dtype == np.int8:
        return stored.astype(np.float32) / np.float32(UNIT_STEPS)
    return stored if stored.dtype == np.uint8 else stored.astype(np.float32)
