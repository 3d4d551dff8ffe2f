"""Surface normals from a depth map: a plane is fitted in the window of every pixel (our choice).

A pixel looks along the ray r = (x, y, 1) with x = (column + 0.5 - cx) / fx and
y = (row + 0.5 - cy) / fy; at depth z it shows the point z r. On a plane n . p = -d this gives
1 / z = -(n . r) / d: inverse depth is an affine function of x and y, 1 / z = a x + b y + c, and the
normal that faces the camera is -(a, b, c) / |(a, b, c)|. So one least-squares fit of a, b and c per
window is exact for planes at any slant, and it suits stereo and Kinect sensors, whose noise is even
in 1 / z. Where a window spans two objects no plane fits, and the pixel gets no normal.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter

MAX_ERROR = 0.02  # root mean square error of the fit / mean inverse depth
MIN_MEASURED = 0.25  # share of a window's pixels; in the image's corners a quarter is inside
MIN_SPREAD = 1e-3  # of the measured pixels: area of their scatter / that of the whole window


@dataclass(frozen=True)
class Camera:
    """A pinhole camera, in pixels. The centre of the first pixel is at (0.5, 0.5)."""

    fx: float
    fy: float
    cx: float
    cy: float

    def resized(self, x_scale: float, y_scale: float) -> "Camera":
        """The camera of the same image resized by these factors."""
        return Camera(self.fx * x_scale, self.fy * y_scale, self.cx * x_scale, self.cy * y_scale)


def normals_from_depth(depth: np.ndarray, camera: Camera, radius: int) -> np.ndarray:
    """Compute normals, (H, W, 3) float32: x right, y down, z away from the camera.

    Vectors have unit length and face the camera, n . r < 0. The zero vector stands where the normal
    is unknown: depth not measured, too few measured neighbours or no plane that fits (MIN_MEASURED,
    MAX_ERROR).

    depth: (H, W) along the z axis in any unit, 0 or not finite = not measured. radius: windows have
    2 radius + 1 pixels a side.
    """
    measured = np.isfinite(depth) & (depth > 0)
    inverse = np.where(measured, 1 / np.where(measured, depth, 1).astype(np.float64), 0)
    x, y = _rays(depth.shape, camera)
    plane, fits = _fit_planes(x, y, inverse, measured.astype(np.float64), 2 * radius + 1)
    length = np.linalg.norm(plane, axis=-1, keepdims=True)
    valid = (measured & fits)[..., None] & (length > 0)
    return np.where(valid, -plane / np.where(valid, length, 1), 0).astype(np.float32)


def _rays(size: tuple[int, ...], camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Ray coordinates x (1, W) and y (H, 1)."""
    height, width = size
    x = (np.arange(width)[None] + 0.5 - camera.cx) / camera.fx
    y = (np.arange(height)[:, None] + 0.5 - camera.cy) / camera.fy
    return x, y


def _fit_planes(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, measured: np.ndarray, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fit w = a x + b y + c by least squares to the measured pixels of every window.

    w: inverse depth, (H, W). measured: (H, W), 0 or 1. Returns (a, b, c) as (H, W, 3) and whether
    the plane fits, (H, W) bool.
    """
    share = _mean(measured, window)
    divisor = np.maximum(share, 1e-9)

    def average(values: np.ndarray) -> np.ndarray:
        return _mean(measured * values, window) / divisor

    mx, my, mw = average(x), average(y), average(w)
    xx, yy, xy = average(x * x) - mx * mx, average(y * y) - my * my, average(x * y) - mx * my
    xw, yw, ww = average(x * w) - mx * mw, average(y * w) - my * mw, average(w * w) - mw * mw
    area = xx * yy - xy * xy  # near 0 where the measured pixels lie on a line
    spread = area > MIN_SPREAD * _variance(x, window) * _variance(y, window)
    safe = np.where(spread, area, 1)
    a, b = (yy * xw - xy * yw) / safe, (xx * yw - xy * xw) / safe
    error = np.sqrt(np.maximum(ww - a * xw - b * yw, 0))
    fits = spread & (share >= MIN_MEASURED) & (error <= MAX_ERROR * mw)
    return np.stack([a, b, mw - a * mx - b * my], axis=-1), fits


def _mean(values: np.ndarray, window: int) -> np.ndarray:
    """Mean over the window of every pixel, with zeros outside the image."""
    return uniform_filter(values, window, mode="constant")


def _variance(ray: np.ndarray, window: int) -> float:
    """Variance of a ray coordinate over a whole window; rays are evenly spaced."""
    step = np.ptp(ray) / max(ray.size - 1, 1)
    return float(step**2 * (window**2 - 1) / 12)
