"""The camera: a pinhole in a room. Its own frame is x right, y down, z forward, as in mtal.datasets.synthetic.raycast."""

from dataclasses import dataclass

import numpy as np

FIELD = np.radians(65.0)  # horizontal field of view


@dataclass(frozen=True)
class Camera:
    position: np.ndarray  # (3,) metres, y up
    yaw: float  # radians; 0 looks along +z, pi/2 along +x
    pitch: float  # radians; below 0 looks down
    field: float = float(FIELD)  # radians, horizontal

    @property
    def forward(self) -> np.ndarray:
        return np.array(
            [
                np.sin(self.yaw) * np.cos(self.pitch),
                np.sin(self.pitch),
                np.cos(self.yaw) * np.cos(self.pitch),
            ]
        )

    @property
    def right(self) -> np.ndarray:
        return np.array([-np.cos(self.yaw), 0.0, np.sin(self.yaw)])

    @property
    def up(self) -> np.ndarray:
        return np.cross(self.right, self.forward)

    def rays(self, size: tuple[int, int]) -> np.ndarray:
        """(N, 3) through the pixels' centres, row by row, in the room's frame; their z in the camera's frame is 1."""
        height, width = size
        focal = width / 2 / np.tan(self.field / 2)
        y, x = np.mgrid[:height, :width] + 0.5
        local = np.stack(
            [(x - width / 2) / focal, (y - height / 2) / focal, np.ones_like(x)], -1
        ).reshape(-1, 3)
        return local @ np.stack([self.right, -self.up, self.forward])

    def turned(self, vectors: np.ndarray) -> np.ndarray:
        """(N, 3) of the room's frame -> the camera's."""
        return vectors @ np.stack([self.right, -self.up, self.forward]).T
