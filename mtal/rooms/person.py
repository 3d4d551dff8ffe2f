"""Draw a person: age, sex, build, and the colours of skin and hair."""

from dataclasses import dataclass

import numpy as np

from mtal.rooms.fabrics import GREYS, HAIRS, SKINS, Colour, near, pick_colour


@dataclass(frozen=True)
class Person:
    """What a person looks like, before posing."""

    child: bool
    old: bool
    woman: bool
    height_m: float
    phenotype: dict[str, float]  # parameters of Anny, each 0 to 1
    skin: Colour
    hair: Colour


def draw_person(rng: np.random.Generator) -> Person:
    """Draw a person: one in six a child, one in six old, of roughly realistic height and build."""
    kind, woman = rng.random(), bool(rng.random() < 0.5)
    child, old = bool(kind < 0.17), bool(kind > 0.83)
    if child:
        age = rng.uniform(0.36, 0.52)
    else:
        age = rng.uniform(0.9, 1.0) if old else rng.uniform(0.66, 0.85)
    grown = rng.normal(1.65 if woman else 1.78, 0.065) - 0.04 * old
    height = 1.0 + (age - 0.3) * 2.3 + rng.normal(scale=0.04) if child else grown
    build = {
        "gender": float(np.clip(woman + (1 - 2 * woman) * abs(rng.normal(0, 0.1)), 0, 1)),
        "age": float(age),
        "muscle": float(rng.beta(4, 4)),
        "weight": float(np.clip(rng.normal(0.52, 0.17), 0.15, 0.95)),
        "proportions": float(rng.uniform(0.4, 0.9)),
    }
    tone = int(rng.integers(len(SKINS)))
    hairs = HAIRS[:3] if tone > 2 else HAIRS
    if old and rng.random() < 0.8:
        hairs = GREYS
    skin, hair = near(SKINS[tone], rng), pick_colour(hairs, rng)
    return Person(child, old, woman, float(height), build, skin, hair)
