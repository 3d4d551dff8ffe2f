"""Read OBJ and MTL models as surfaces, as far as the furniture libraries use these formats."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from PIL import Image

from mtal.rooms.catalogue import Entry
from mtal.rooms.mesh import Mesh, Surface

CLEAR = 0.4  # less opaque materials are left out, since glass makes renderings noisy
FARTHEST_UV = 1000  # some files hold 3e9, which is no usable coordinate
LARGEST_TEXTURE = 256  # pixels; the images are small
COLUMNS = {"v": 3, "vt": 2, "vn": 3}  # numbers per line of vertices, texture, normals
DARKEST, BRIGHTEST = 0.04, 0.9  # sRGB: what real surfaces reflect; also keeps paths valid


@dataclass
class _Material:
    colour: tuple[float, float, float] = (0.7, 0.7, 0.7)
    opaque: float = 1.0
    shine: float = 0.0
    texture: np.ndarray | None = None


@dataclass
class _Part:
    """Faces of one material. corners: (vertex, uv or -1, normal or -1) -> index."""

    corners: dict[tuple[int, int, int], int] = field(default_factory=dict)
    faces: list[tuple[int, int, int]] = field(default_factory=list)


def load_model(archive: zipfile.ZipFile, entry: Entry, clear: bool = False) -> dict[str, Surface]:
    """Return the surface of each material, by name.

    The model has the catalogue's size, stands on y = 0, is centred in x and z, and faces +z. With
    `clear`, glass is kept as if it were opaque, so that objects on a glass table do not float.
    """
    text = archive.read(entry.file).decode("latin-1")
    numbers, parts, library = _parse(text)
    folder = posixpath.dirname(entry.file)
    materials = _materials(archive, posixpath.join(folder, library)) if library else {}
    points = _fitted(numbers["v"], parts, entry)
    surfaces = {}
    for name, part in parts.items():
        material = materials.get(name, _Material())
        if part.faces and (clear or material.opaque >= CLEAR):
            surfaces[name] = _surface(part, points, numbers, material, entry.rotation)
    return surfaces


def _parse(text: str) -> tuple[dict[str, np.ndarray], dict[str, _Part], str]:
    """Return the rows of "v", "vt" and "vn", the parts by material, and the MTL file's name."""
    numbers: dict[str, list[list[float]]] = {word: [] for word in COLUMNS}
    parts: dict[str, _Part] = {}
    part, library = parts.setdefault("", _Part()), ""
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word in numbers:
            numbers[word].append([float(value) for value in rest.split()[: COLUMNS[word]]])
        elif word == "f":
            _add_face(part, [_corner(corner, numbers) for corner in rest.split()])
        elif word == "usemtl":
            part = parts.setdefault(rest.strip(), _Part())
        elif word == "mtllib":
            library = rest.strip()
    arrays = {
        key: np.array(rows, np.float64).reshape(-1, COLUMNS[key]) for key, rows in numbers.items()
    }
    return arrays, parts, library


def _corner(text: str, numbers: dict[str, list[list[float]]]) -> tuple[int, int, int]:
    """Parse `7/3/2`, `7//2`, `7` or numbers counted back from the end.

    Returns indices from 0 of vertex, texture coordinate and normal; -1 if there is none.
    """
    given = [int(number) if number else 0 for number in text.split("/")] + [0, 0]
    vertex, uv, normal = (
        _index(number, len(numbers[key])) for number, key in zip(given, numbers, strict=False)
    )
    return vertex, uv, normal


def _index(number: int, count: int) -> int:
    """Convert a number of an OBJ file, from 1 or negative from the end, to an index; 0 gives -1."""
    if number > 0:
        return number - 1
    return count + number if number else -1


def _add_face(part: _Part, corners: list[tuple[int, int, int]]) -> None:
    """Add a polygon to a part, as a fan of triangles."""
    indices = [part.corners.setdefault(corner, len(part.corners)) for corner in corners]
    part.faces.extend((indices[0], second, third) for second, third in pairwise(indices[1:]))


def _fitted(points: np.ndarray, parts: dict[str, _Part], entry: Entry) -> np.ndarray:
    """Return the points (V, 3) rotated and scaled as the catalogue says."""
    turned = points @ entry.rotation.T
    used: set[int] = set()
    for part in parts.values():
        if part.faces:
            used |= {vertex for vertex, _, _ in part.corners}
    extent = turned[np.array(sorted(used))]
    low, high = extent.min(axis=0), extent.max(axis=0)
    scaled = (turned - (low + high) / 2) * (np.array(entry.size) / np.maximum(high - low, 1e-9))
    return np.add(scaled, [0, entry.size[1] / 2, 0])


def _surface(
    part: _Part,
    points: np.ndarray,
    numbers: dict[str, np.ndarray],
    material: _Material,
    rotation: np.ndarray,
) -> Surface:
    corners = np.array(list(part.corners))
    vertices, faces = points[corners[:, 0]], np.array(part.faces, np.int32)
    mapped = (
        len(numbers["vt"]) > 0
        and bool((corners[:, 1] >= 0).all())
        and bool((np.abs(numbers["vt"][corners[:, 1]]) < FARTHEST_UV).all())
    )
    uv = numbers["vt"][corners[:, 1]].astype(np.float32) if mapped else None
    if len(numbers["vn"]) and (corners[:, 2] >= 0).all():
        faces = _outwards(vertices, faces, numbers["vn"][corners[:, 2]] @ rotation.T)
    roughness = float(np.clip(1 - material.shine / 150, 0.15, 1))
    texture = material.texture if mapped else None
    return Surface(
        Mesh(vertices.astype(np.float32), faces, uv), material.colour, texture, roughness, 0
    )


def _outwards(vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Return faces (F, 3) wound to agree with the normals (V, 3) of their corners."""
    first, second, third = (vertices[faces[:, corner]] for corner in range(3))
    across = np.cross(second - first, third - first)
    wrong = (across * normals[faces].sum(axis=1)).sum(axis=1) < 0
    return np.where(wrong[:, None], faces[:, ::-1], faces)


def _materials(archive: zipfile.ZipFile, file: str) -> dict[str, _Material]:
    """Return the materials of an MTL file, by name; none if the file is missing."""
    materials: dict[str, _Material] = {}
    if file not in archive.namelist():
        return materials
    current = _Material()
    for word, rest in _words(archive.read(file).decode("latin-1")):
        if word == "newmtl":
            current = materials.setdefault(rest, _Material())
        elif word == "Kd":
            red, green, blue = (
                float(np.clip(float(value), DARKEST, BRIGHTEST)) for value in rest.split()[:3]
            )
            current.colour = red, green, blue
        elif word == "d":
            current.opaque = float(rest.split()[-1])
        elif word == "Ns":
            current.shine = float(rest.split()[0])
        elif word == "map_Kd":
            current.texture = _texture(archive, posixpath.join(posixpath.dirname(file), rest))
    return materials


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first word and the rest of every line."""
    for line in text.splitlines():
        word, _, rest = line.strip().replace("\t", " ").partition(" ")
        yield word, rest.strip()


def _texture(archive: zipfile.ZipFile, file: str) -> np.ndarray | None:
    """Return a texture (h, w, 3) uint8 of at most LARGEST_TEXTURE pixels a side, on white.

    None if the file is missing.
    """
    if file not in archive.namelist():
        return None
    image = Image.open(io.BytesIO(archive.read(file))).convert("RGBA")
    image.thumbnail((LARGEST_TEXTURE, LARGEST_TEXTURE))
    flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    pixels = np.asarray(flat.convert("RGB"))
    return pixels.clip(round(255 * DARKEST), round(255 * BRIGHTEST)).astype(np.uint8)
