"""Draw the clothes of a person: shoes, trousers or a skirt, a shirt, perhaps a jacket."""

from dataclasses import dataclass

import numpy as np

from mtal.rooms.clothes import (
    THIGH_M,
    WAIST,
    BodyCoordinates,
    Field,
    Garment,
    shoes,
    skirt,
    tights,
    top,
    trousers,
)
from mtal.rooms.fabrics import DARK, LEATHER, Colour, bright, pick_colour
from mtal.rooms.person import Person
from mtal.rooms.poses import TABLE

# Patterns of each garment, with their probabilities.
SHIRTS = {
    "plain": 0.4,
    "mottled": 0.15,
    "striped": 0.18,
    "plaid": 0.15,
    "dotted": 0.06,
    "pinstriped": 0.06,
}
COATS = {"plain": 0.4, "mottled": 0.4, "pinstriped": 0.2}
SKIRTS = {"plain": 0.4, "mottled": 0.2, "plaid": 0.2, "dotted": 0.2}
TROUSERS = {"plain": 0.35, "mottled": 0.6, "pinstriped": 0.05}


@dataclass(frozen=True)
class Worn:
    """A garment with its colour and pattern."""

    garment: Garment
    colour: Colour
    pattern: str  # one of fabrics.PATTERNS, or "" for leather and the like
    roughness: float = 1.0
    covers: Field | None = None  # where it hides the skin, if not everywhere

    def covered(self, at: BodyCoordinates) -> np.ndarray:
        """Return metres (N,), positive where the garment hides the skin."""
        covers = self.covers or self.garment.keep
        return covers(at)


def outfit(person: Person, pose: str, rng: np.random.Generator) -> list[Worn]:
    """Draw the clothes of a person, from the feet up.

    No skirts in rare poses, since they do not follow knees on the floor.
    """
    skirts = person.woman and not TABLE[pose].rare and bool(rng.random() < 0.4)
    hem = WAIST + 0.04 if skirts or rng.random() < 0.3 else float(rng.uniform(-0.02, 0.2))
    worn = _skirt(rng) if skirts else _trousers(person, hem, rng)
    jacket = not person.child and rng.random() < 0.25
    sleeve = 0.15 if jacket else float(rng.choice([0.45, 0.55, 0.62, 1.35, 1.88]))
    loose = rng.uniform(0.005, 0.008) if jacket else rng.uniform(0.009, 0.02)
    deep, vee = rng.uniform(-0.01, 0.025), float(rng.choice([0, 0, 0.07]))
    shirt = top(sleeve, min(hem, 0.0) if jacket else hem, loose, deep, vee)
    worn.append(Worn(shirt, bright(rng), draw_name(SHIRTS, rng)))
    if jacket:
        coat = top(1.92, hem + 0.08, rng.uniform(0.02, 0.026), 0.012, 0.06, rng.uniform(0.02, 0.07))
        colour, pattern = pick_colour(DARK, rng), draw_name(COATS, rng)
        worn.append(Worn(coat, colour, pattern, 1.0 if rng.random() < 0.8 else 0.6))
    return worn


def _shoes(rng: np.random.Generator) -> Worn:
    return Worn(shoes(float(rng.choice([1.93, 1.93, 1.75]))), pick_colour(LEATHER, rng), "", 0.45)


def _skirt(rng: np.random.Generator) -> list[Worn]:
    """Draw shoes and a skirt, with tights half of the time; the hips are never bare under it."""
    length = rng.uniform(0.75, 1.45)

    def covers(at: BodyCoordinates) -> np.ndarray:
        return np.minimum(length - 0.15 - at.leg, at.leg - WAIST + 0.2) * THIGH_M

    worn = [_shoes(rng)]
    worn.append(Worn(skirt(length), bright(rng), draw_name(SKIRTS, rng), covers=covers))
    if rng.random() < 0.5:
        worn.append(Worn(tights(-0.1), pick_colour(DARK, rng), "plain"))
    return worn


def _trousers(person: Person, hem: float, rng: np.random.Generator) -> list[Worn]:
    """Draw shoes and long or short trousers, which begin just inside a shirt that ends at `hem`."""
    worn = [_shoes(rng)]
    short = rng.random() < (0.35 if person.child else 0.12)
    length = rng.uniform(0.7, 0.95) if short else rng.uniform(1.86, 1.96)
    start = max(WAIST, hem - 0.12)
    garment = trousers(length, rng.uniform(0.006, 0.012), rng.uniform(0.004, 0.024), start)
    colour = pick_colour(DARK, rng) if rng.random() < 0.85 else bright(rng)

    def covers(at: BodyCoordinates) -> np.ndarray:
        return np.minimum(length - at.leg, at.leg - start + 0.2) * THIGH_M

    worn.append(Worn(garment, colour, draw_name(TROUSERS, rng), covers=covers))
    return worn


def draw_name(probabilities: dict[str, float], rng: np.random.Generator) -> str:
    """Draw a name by its probability."""
    return str(rng.choice(list(probabilities), p=list(probabilities.values())))
