"""Render scenes with Mitsuba 3, and trace one ray per pixel for the labels.

Labels are not read off the rendering, in which every value is a mean over the pixel's samples.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from mtal.config import ConfigError
from mtal.rooms.camera import Camera
from mtal.rooms.labels import View
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.scene_object import Lit, SceneObject
from mtal.rooms.shapes import area, smooth

FINE = 3  # points per pixel, across and down, at which the albedo is read
DEPTH = 6  # segments of a path at most, the last to the light
SHINY = 0.5  # surfaces of lower roughness reflect specularly


def mitsuba() -> ModuleType:
    """Return Mitsuba in the variant that gives the same result on every machine.

    Raises ConfigError if Mitsuba is not installed.
    """
    try:
        import mitsuba as module
    except ImportError as error:
        raise ConfigError("rendering rooms needs Mitsuba 3: pip install mitsuba") from error
    if module.variant() != "scalar_rgb":
        module.set_variant("scalar_rgb")
    return module


class Stage:
    """A scene ready to be rendered; the frames of a walk share it."""

    def __init__(
        self, scene_objects: Sequence[SceneObject], sky: Sequence[dict[str, Any]] = ()
    ) -> None:
        self.mi = mitsuba()
        # For each shape: index of the object, human part, whether it emits light.
        self.parts: list[tuple[int, int, int]] = []
        self.surfaces: list[Surface | Lit] = []
        shapes: dict[str, Any] = {}
        for owner, scene_object in enumerate(scene_objects):
            for surface in scene_object.parts:
                if len(surface.mesh.faces):
                    shapes[f"s{len(self.parts)}"] = self._shape(surface)
                    self.surfaces.append(surface)
                    if isinstance(surface, Lit):
                        self.parts.append((owner, 0, 1))
                    else:
                        self.parts.append((owner, surface.part, 0))
        lights = {f"sky{number}": light for number, light in enumerate(sky)}
        self.scene = self.mi.load_dict(
            {
                "type": "scene",
                "integrator": {"type": "path", "max_depth": DEPTH, "rr_depth": 3},
                **shapes,
                **lights,
            }
        )

    def photograph(
        self, camera: Camera, size: tuple[int, int], samples: int, seed: int
    ) -> np.ndarray:
        """Return the rendering (H, W, 3) float32, linear RGB."""
        sensor = self.mi.load_dict(self._sensor(camera, size, samples))
        light = np.array(self.mi.render(self.scene, sensor=sensor, spp=samples, seed=seed))
        return np.nan_to_num(light, posinf=0.0, neginf=0.0)

    def albedo(self, camera: Camera, size: tuple[int, int]) -> np.ndarray:
        """Return the reflectance (H, W, 3), linear, a mean over FINE x FINE points per pixel."""
        origin = self.mi.Point3f(*camera.position.tolist())
        rays = camera.rays((FINE * size[0], FINE * size[1]))
        hits = np.array([self._texture_hit(origin, ray) for ray in rays.tolist()])
        number, colour = hits[:, 0].astype(int), np.zeros((len(rays), 3))
        for shape in np.unique(number[number >= 0]):
            mask = number == shape
            colour[mask] = _colours(self.surfaces[shape], hits[mask, 1:])
        return colour.reshape(size[0], FINE, size[1], FINE, 3).mean(axis=(1, 3))

    def _texture_hit(self, origin: Any, ray: list[float]) -> tuple[int, float, float]:
        """Return the shape that a ray hits, -1 for none, and its texture coordinates there."""
        hit = self.scene.ray_intersect(self.mi.Ray3f(origin, self.mi.Vector3f(*ray)))
        if not hit.is_valid():
            return -1, 0.0, 0.0
        return int(hit.shape.id()[1:]), hit.uv.x, hit.uv.y

    def look(self, camera: Camera, size: tuple[int, int]) -> View:
        """Return the geometry of one ray through the centre of each pixel."""
        rays = camera.rays(size)  # (N, 3) in the room's frame; z in the camera's frame is 1
        origin = self.mi.Point3f(*camera.position.tolist())
        hits = [self._hit(origin, ray) for ray in rays.tolist()]
        number = np.array([hit[0] for hit in hits])
        owners, parts, shines = np.array([*self.parts, (-1, 0, 0)]).T
        depth = np.array([hit[1] for hit in hits], np.float32)
        normals = camera.turned(np.array([hit[2] for hit in hits]))
        inwards = (normals * camera.turned(rays)).sum(axis=1) > 0
        normals = np.where(inwards[:, None], -normals, normals).astype(np.float32)
        return View(
            owners[number].reshape(size),
            parts[number].reshape(size).astype(np.uint8),
            depth.reshape(size),
            normals.reshape(*size, 3),
            shines[number].reshape(size).astype(bool),
        )

    def _hit(self, origin: Any, ray: list[float]) -> tuple[int, float, tuple[float, float, float]]:
        """Return the shape that a ray hits, -1 for none, its depth and its normal.

        Mitsuba's t counts in lengths of the direction, so here it is the depth.
        """
        hit = self.scene.ray_intersect(self.mi.Ray3f(origin, self.mi.Vector3f(*ray)))
        if not hit.is_valid():
            return -1, 0.0, (0.0, 0.0, 0.0)
        return int(hit.shape.id()[1:]), hit.t, (hit.n.x, hit.n.y, hit.n.z)

    def _sensor(self, camera: Camera, size: tuple[int, int], samples: int) -> dict[str, Any]:
        target = camera.position + camera.forward
        to_world = self.mi.ScalarTransform4f().look_at(
            camera.position.tolist(), target.tolist(), camera.up.tolist()
        )
        film = {
            "type": "hdrfilm",
            "width": size[1],
            "height": size[0],
            "pixel_format": "rgb",
            "component_format": "float32",
            "rfilter": {"type": "box"},
        }
        return {
            "type": "perspective",
            "fov": float(np.degrees(camera.field)),
            "fov_axis": "x",
            "to_world": to_world,
            "near_clip": 0.05,
            "far_clip": 100.0,
            "film": film,
            "sampler": {"type": "independent", "sample_count": samples},
        }

    def _shape(self, surface: Surface | Lit) -> Any:
        props = self.mi.Properties()
        if isinstance(surface, Lit):
            props["emitter"] = self.mi.load_dict(
                {
                    "type": "area",
                    "radiance": self._radiance(surface),
                    "sampling_weight": float(max(surface.radiance) * area(surface.mesh)),
                }
            )
            props["bsdf"] = self.mi.load_dict(
                {"type": "diffuse", "reflectance": {"type": "rgb", "value": [0.03, 0.03, 0.03]}}
            )
        else:
            props["bsdf"] = self.mi.load_dict(self._material(surface))
        return _filled(self.mi, surface.mesh, props)

    def _radiance(self, lit: Lit) -> dict[str, Any]:
        if lit.texture is None:
            return {"type": "rgb", "value": list(lit.radiance)}
        return self._bitmap(linear(lit.texture) * np.asarray(lit.radiance, np.float32))

    def _material(self, surface: Surface) -> dict[str, Any]:
        if surface.texture is None:
            value = linear(np.asarray(surface.colour) * 255).tolist()
            colour: dict[str, Any] = {"type": "rgb", "value": value}
        else:
            colour = self._bitmap(linear(surface.texture))
        if surface.roughness >= SHINY:
            return {"type": "twosided", "side": {"type": "diffuse", "reflectance": colour}}
        coated = {
            "type": "principled",
            "base_color": colour,
            "specular": 0.4,
            "roughness": max(surface.roughness, 0.25),
        }
        return {"type": "twosided", "side": coated}

    def _bitmap(self, values: np.ndarray) -> dict[str, Any]:
        data = self.mi.TensorXf(np.ascontiguousarray(values[::-1], np.float32))
        return {"type": "bitmap", "data": data, "raw": True}


def _colours(surface: Surface | Lit, uv: np.ndarray) -> np.ndarray:
    """Return the linear colours (N, 3) of a surface at texture coordinates (N, 2)."""
    if isinstance(surface, Lit):
        return np.full((len(uv), 3), 0.5)
    if surface.texture is None:
        return np.broadcast_to(linear(np.asarray(surface.colour) * 255), (len(uv), 3))
    height, width = surface.texture.shape[:2]
    row, column = (1 - uv[:, 1] % 1) * height, uv[:, 0] % 1 * width
    return linear(surface.texture[row.astype(int) % height, column.astype(int) % width])


def linear(srgb255: np.ndarray) -> np.ndarray:
    """Convert sRGB values 0 to 255, of any shape, to linear values 0 to 1."""
    share = np.asarray(srgb255, np.float64) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _filled(mi: ModuleType, mesh: Mesh, props: Any) -> Any:
    """Return a mesh as a Mitsuba shape with these properties."""
    mapped = mesh.uv is not None
    shape = mi.Mesh(
        "mesh",
        len(mesh.vertices),
        len(mesh.faces),
        props=props,
        has_vertex_normals=True,
        has_vertex_texcoords=mapped,
    )
    values = mi.traverse(shape)
    values["vertex_positions"] = mesh.vertices.astype(np.float32).ravel()
    values["vertex_normals"] = smooth(mesh).ravel()
    values["faces"] = mesh.faces.astype(np.uint32).ravel()
    if mesh.uv is not None:
        values["vertex_texcoords"] = mesh.uv.astype(np.float32).ravel()
    values.update()
    return shape
