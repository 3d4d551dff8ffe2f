"""A pinhole camera in a room.

Camera frame: x right, y down, z forward, as in mtal.datasets.synthetic.raycast.
"""

from dataclasses import dataclass

import numpy as np

FIELD = np.radians(65.0)  # horizontal field of view


@dataclass(frozen=True)
class Camera:
    """Position, direction and field of view of a pinhole camera."""

    position: np.ndarray  # (3,) metres, y up
    yaw: float  # radians; 0 looks along +z, pi/2 along +x
    pitch: float  # radians; below 0 looks down
    field: float = float(FIELD)  # radians, horizontal

    @property
    def forward(self) -> np.ndarray:
        """Unit vector (3,) along the optical axis, in the room's frame."""
        level = np.cos(self.pitch)
        return np.array([np.sin(self.yaw) * level, np.sin(self.pitch), np.cos(self.yaw) * level])

    @property
    def right(self) -> np.ndarray:
        """Unit vector (3,) along the image's x axis."""
        return np.array([-np.cos(self.yaw), 0.0, np.sin(self.yaw)])

    @property
    def up(self) -> np.ndarray:
        """Unit vector (3,) against the image's y axis."""
        return np.cross(self.right, self.forward)

    def rays(self, size: tuple[int, int]) -> np.ndarray:
        """Return rays (H * W, 3) through the pixel centres, row by row, in the room's frame.

        Their z in the camera's frame is 1, so that a ray times its depth is a point.
        """
        height, width = size
        focal = width / 2 / np.tan(self.field / 2)
        y, x = np.mgrid[:height, :width] + 0.5
        local = np.stack([(x - width / 2) / focal, (y - height / 2) / focal, np.ones_like(x)], -1)
        return local.reshape(-1, 3) @ np.stack([self.right, -self.up, self.forward])

    def turned(self, vectors: np.ndarray) -> np.ndarray:
        """Rotate vectors (N, 3) from the room's frame into the camera's."""
        return vectors @ np.stack([self.right, -self.up, self.forward]).T
