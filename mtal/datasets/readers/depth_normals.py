"""Surface normals from a depth map: in the window around every pixel a plane is fitted to all measured points (our choice).

A pixel sees along the ray r = (x, y, 1) with x = (column + 0.5 - cx) / fx and y = (row + 0.5 - cy) / fy, and the point there is
z r, with z its depth. On a plane n . p = -d this gives 1 / z = -(n . r) / d: inverse depth is an affine function of x and y,
1 / z = a x + b y + c, and the normal that looks at the camera is -(a, b, c) / |(a, b, c)|. So one least-squares fit of a, b and c
per window is exact for planes at any slant, and it fits what stereo and Kinect sensors measure, whose noise is even in 1 / z.
Where a window spans the border between two objects no plane fits, and the pixel gets no normal.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter

ROUGHEST = 0.02  # largest root mean square of the fit's errors / mean inverse depth
LEAST_MEASURED = 0.25  # share of a window's pixels that must be measured; corners have it
LEAST_SPREAD = 1e-3  # of the measured pixels: area of their scatter / that of the window


@dataclass(frozen=True)
class Camera:
    """A pinhole camera, in pixels. The first pixel's centre is at (0.5, 0.5), so a whole image spans 0 to its size."""

    fx: float
    fy: float
    cx: float
    cy: float

    def resized(self, across: float, down: float) -> "Camera":
        """The camera of the same picture with `across` times as many columns and `down` times as many rows."""
        return Camera(self.fx * across, self.fy * down, self.cx * across, self.cy * down)


def normals_from_depth(depth: np.ndarray, camera: Camera, radius: int) -> np.ndarray:
    """(H, W, 3) float32 unit vectors, x right, y down, z away from the camera; visible surfaces have n . r < 0.

    depth: (H, W) along the z axis in any unit, 0 or not finite = not measured. Windows have 2 radius + 1 pixels a side. The zero
    vector = unknown: not measured, too few neighbours measured, or no plane fits (LEAST_MEASURED, ROUGHEST).
    """
    known = np.isfinite(depth) & (depth > 0)
    inverse = np.where(known, 1 / np.where(known, depth, 1).astype(np.float64), 0)
    plane, fits = _fit_planes(
        *_rays(depth.shape, camera), inverse, known.astype(np.float64), 2 * radius + 1
    )
    length = np.linalg.norm(plane, axis=-1, keepdims=True)
    sure = (known & fits)[..., None] & (length > 0)
    return np.where(sure, -plane / np.where(sure, length, 1), 0).astype(np.float32)


def _rays(size: tuple[int, ...], camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """x (1, W) and y (H, 1)."""
    height, width = size
    return (np.arange(width)[None] + 0.5 - camera.cx) / camera.fx, (
        np.arange(height)[:, None] + 0.5 - camera.cy
    ) / camera.fy


def _fit_planes(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, known: np.ndarray, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Least squares of w = a x + b y + c over the known pixels of every window: (a, b, c) (H, W, 3), do they fit (H, W) bool."""
    share = _mean(known, window)
    least = np.maximum(share, 1e-9)

    def average(values: np.ndarray) -> np.ndarray:
        return _mean(known * values, window) / least

    mx, my, mw = average(x), average(y), average(w)
    xx, yy, xy = average(x * x) - mx * mx, average(y * y) - my * my, average(x * y) - mx * my
    xw, yw, ww = average(x * w) - mx * mw, average(y * w) - my * mw, average(w * w) - mw * mw
    area = xx * yy - xy * xy  # near 0 where the known pixels lie on one line
    spread = area > LEAST_SPREAD * _variance(x, window) * _variance(y, window)
    safe = np.where(spread, area, 1)
    a, b = (yy * xw - xy * yw) / safe, (xx * yw - xy * xw) / safe
    error = np.sqrt(np.maximum(ww - a * xw - b * yw, 0))
    fits = spread & (share >= LEAST_MEASURED) & (error <= ROUGHEST * mw)
    return np.stack([a, b, mw - a * mx - b * my], axis=-1), fits


def _mean(values: np.ndarray, window: int) -> np.ndarray:
    """Of every window, with zeros outside the image."""
    return uniform_filter(values, window, mode="constant")


def _variance(ray: np.ndarray, window: int) -> float:
    """Of a ray's coordinate over a window that is known everywhere; rays are evenly spaced."""
    step = np.ptp(ray) / max(ray.size - 1, 1)
    return float(step**2 * (window**2 - 1) / 12)
