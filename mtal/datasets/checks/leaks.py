"""Images of both splits that are the same, look alike, or come from one sequence."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from mtal.datasets.checks.duplicates import near_duplicate_groups, nearest_duplicates
from mtal.datasets.checks.inspect import CheckedSplit, ImageFacts
from mtal.datasets.dataset import Dataset
from mtal.datasets.readers.file_lists import abbreviate


def group_numbers(facts: Sequence[ImageFacts]) -> list[int]:
    """A number per image of both splits; images that look alike have the same."""
    numbers = list(range(len(facts)))
    hashed = _hashed(facts)
    for group in near_duplicate_groups(_hashes(facts, hashed)):
        for member in group:
            numbers[hashed[member]] = hashed[group[0]]
    return numbers


def alike_groups(
    both: Sequence[CheckedSplit], numbers: Sequence[int]
) -> list[dict[str, list[str]]]:
    """Groups of images that look alike, as ids per split, the largest first.

    numbers: what `group_numbers` returns for the images of both splits.
    """
    groups: dict[int, dict[str, list[str]]] = {}
    images = [(checked.name, name) for checked in both for name in checked.split.ids]
    for (split, name), number in zip(images, numbers, strict=True):
        groups.setdefault(number, {"pool": [], "validation": []})[split].append(name)
    several = [group for group in groups.values() if _size(group) > 1]
    return sorted(several, key=_size, reverse=True)


def find_leaks(pool: CheckedSplit, validation: CheckedSplit) -> list[dict[str, Any]]:
    """Validation images that are in the pool as well, which would flatter the measurement.

    They are compared by content, and by name where one of the two cannot be read.
    """
    digests = {name: facts.digest for name, facts in zip(pool.split.ids, pool.facts, strict=True)}
    by_digest: dict[str, str] = {}
    for name, digest in digests.items():
        if digest:
            by_digest.setdefault(digest, name)  # the first of several wins
    near = _near_matches(pool, validation)
    leaks: list[dict[str, Any]] = []
    rows = zip(validation.split.ids, validation.facts, strict=True)
    for index, (name, facts) in enumerate(rows):
        if facts.digest in by_digest:
            leaks.append(_leak(by_digest[facts.digest], name, "same picture", 0))
        elif name in digests and not (facts.digest and digests[name]):
            leaks.append(_leak(name, name, "same name", None))
        elif index in near:
            twin, bits = near[index]
            leaks.append(_leak(twin, name, "nearly the same picture", bits))
    return leaks


def sequences_in_both(dataset: Dataset) -> list[str]:
    """A warning that names sequences with images in both splits; none where there is none.

    Frames of one sequence resemble each other, so those in the pool flatter the measurement.
    """
    sequences = dataset.sequences or {}
    pool, validation = (
        Counter(sequences[name] for name in split.ids if name in sequences)
        for split in (dataset.pool, dataset.validation)
    )
    both = sorted(pool.keys() & validation.keys())
    if not both:
        return []
    names = [f"{name} ({pool[name]} pool, {validation[name]} validation)" for name in both]
    images = sum(validation[name] for name in both)
    return [
        f"sequences in both pool and validation ({len(both)}), with {images} of "
        f"{len(dataset.validation.ids)} validation images: {abbreviate(names)}. Measurements would "
        f"flatter; keep each sequence in one split"
    ]


def _leak(pool_id: str, validation_id: str, how: str, bits: int | None) -> dict[str, Any]:
    return {"pool": pool_id, "validation": validation_id, "how": how, "bits": bits}


def _near_matches(pool: CheckedSplit, validation: CheckedSplit) -> dict[int, tuple[str, int]]:
    """Position in the validation split -> id of a pool image that looks alike, and bits."""
    own, others = _hashed(validation.facts), _hashed(pool.facts)
    matches = nearest_duplicates(_hashes(validation.facts, own), _hashes(pool.facts, others))
    near = {}
    for index, match in zip(own, matches, strict=True):
        if match is not None:
            other, bits = match
            near[index] = pool.split.ids[others[other]], bits
    return near


def _hashed(facts: Sequence[ImageFacts]) -> list[int]:
    """Positions of the images that have hashes."""
    return [index for index, image in enumerate(facts) if image.hashes]


def _hashes(facts: Sequence[ImageFacts], indices: Sequence[int]) -> np.ndarray:
    """(N, 2) uint64."""
    return np.array([facts[index].hashes for index in indices], dtype=np.uint64).reshape(-1, 2)


def _size(group: dict[str, list[str]]) -> int:
    return sum(map(len, group.values()))
