"""Models of a library as surfaces: reads OBJ and MTL as far as these libraries use them."""

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

CLEAR = 0.4  # materials less opaque than this are left out: glass costs noise
FARTHEST_UV = 1000  # some files hold 3e9, which no texture can be read at
LARGEST_TEXTURE = 256  # pixels; the images are small
DARKEST, BRIGHTEST = 0.04, 0.9  # sRGB: what real surfaces reflect; also keeps paths valid


@dataclass
class _Material:
    colour: tuple[float, float, float] = (0.7, 0.7, 0.7)
    opaque: float = 1.0
    shine: float = 0.0
    texture: np.ndarray | None = None


@dataclass
class _Part:
    """Faces of one material. corners: (vertex, uv or -1, normal or -1) -> number."""

    corners: dict[tuple[int, int, int], int] = field(default_factory=dict)
    faces: list[tuple[int, int, int]] = field(default_factory=list)


def load_model(archive: zipfile.ZipFile, entry: Entry, clear: bool = False) -> dict[str, Surface]:
    """Material name -> surface. Scaled to the catalogue's size, standing on y = 0, centred in x and z, front towards +z.

    With `clear` glass is kept, as if it were opaque: else what stands on a table of glass would float.
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
    numbers: dict[str, list[list[float]]] = {"v": [], "vt": [], "vn": []}
    parts: dict[str, _Part] = {}
    part, library = parts.setdefault("", _Part()), ""
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word in numbers:
            numbers[word].append([float(one) for one in rest.split()[: 2 if word == "vt" else 3]])
        elif word == "f":
            _add_face(part, [_corner(one, numbers) for one in rest.split()])
        elif word == "usemtl":
            part = parts.setdefault(rest.strip(), _Part())
        elif word == "mtllib":
            library = rest.strip()
    return (
        {
            key: np.array(rows, np.float64).reshape(-1, 2 if key == "vt" else 3)
            for key, rows in numbers.items()
        },
        parts,
        library,
    )


def _corner(text: str, numbers: dict[str, list[list[float]]]) -> tuple[int, int, int]:
    """`7/3/2`, `7//2`, `7`, or counted back from the end -> numbers from 0, -1 where there is none."""
    found = [int(one) if one else 0 for one in text.split("/")] + [0, 0]
    place = [
        at - 1 if at > 0 else (len(numbers[key]) + at if at else -1)
        for at, key in zip(found, numbers, strict=False)
    ]
    return place[0], place[1], place[2]


def _add_face(part: _Part, corners: list[tuple[int, int, int]]) -> None:
    """Splits polygons into a fan."""
    places = [part.corners.setdefault(corner, len(part.corners)) for corner in corners]
    part.faces.extend((places[0], one, other) for one, other in pairwise(places[1:]))


def _fitted(points: np.ndarray, parts: dict[str, _Part], entry: Entry) -> np.ndarray:
    """(V, 3) turned and stretched as the catalogue says."""
    turned = points @ entry.rotation.T
    used = np.array(
        sorted({corner[0] for part in parts.values() if part.faces for corner in part.corners})
    )
    low, high = turned[used].min(axis=0), turned[used].max(axis=0)
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
    """Faces wound so that they agree with the normals of their corners."""
    first, second, third = (vertices[faces[:, at]] for at in range(3))
    across = np.cross(second - first, third - first)
    wrong = (across * normals[faces].sum(axis=1)).sum(axis=1) < 0
    return np.where(wrong[:, None], faces[:, ::-1], faces)


def _materials(archive: zipfile.ZipFile, file: str) -> dict[str, _Material]:
    found: dict[str, _Material] = {}
    if file not in archive.namelist():
        return found
    current = _Material()
    for word, rest in _words(archive.read(file).decode("latin-1")):
        if word == "newmtl":
            current = found.setdefault(rest, _Material())
        elif word == "Kd":
            red, green, blue = (
                float(np.clip(float(one), DARKEST, BRIGHTEST)) for one in rest.split()[:3]
            )
            current.colour = red, green, blue
        elif word == "d":
            current.opaque = float(rest.split()[-1])
        elif word == "Ns":
            current.shine = float(rest.split()[0])
        elif word == "map_Kd":
            current.texture = _texture(archive, posixpath.join(posixpath.dirname(file), rest))
    return found


def _words(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        word, _, rest = line.strip().replace("\t", " ").partition(" ")
        yield word, rest.strip()


def _texture(archive: zipfile.ZipFile, file: str) -> np.ndarray | None:
    """(h, w, 3) uint8 of at most LARGEST_TEXTURE, on white where it is transparent."""
    if file not in archive.namelist():
        return None
    image = Image.open(io.BytesIO(archive.read(file))).convert("RGBA")
    image.thumbnail((LARGEST_TEXTURE, LARGEST_TEXTURE))
    flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return (
        np.asarray(flat.convert("RGB"))
        .clip(round(255 * DARKEST), round(255 * BRIGHTEST))
        .astype(np.uint8)
    )
