"""Groups and nearest neighbours equal plain loops; only copies are found."""

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.checks import duplicates
from mtal.datasets.checks.duplicates import (
    NEAR_BITS,
    hashes_of,
    near_duplicate_groups,
    nearest_duplicates,
)
from mtal.datasets.synthetic.shapes import draw_sample


def bits_apart(first, second):
    """Per hash, counted digit by digit."""
    return [bin(int(a) ^ int(b)).count("1") for a, b in zip(first, second, strict=True)]


def are_near(first, second):
    return max(bits_apart(first, second)) <= NEAR_BITS


def groups_by_hand(hashes):
    """Grow a group from every image until nothing near is left."""
    left, groups = set(range(len(hashes))), []
    while left:
        group, queue = set(), [min(left)]
        while queue:
            row = queue.pop()
            if row not in group:
                group.add(row)
                queue += [other for other in left if are_near(hashes[row], hashes[other])]
        left -= group
        if len(group) > 1:
            groups.append(sorted(group))
    return sorted(groups)


@pytest.fixture
def hashes():
    """Chains of neighbours a few bits apart, among strangers, shuffled."""
    rng = np.random.default_rng(0)
    rows = []
    for length in (1, 6, 2, 1, 9, 1, 1, 3) * 3:
        bits = rng.integers(0, 2, (2, 64))
        for _ in range(length):
            rows.append(np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64))
            for hash_bits in bits:
                hash_bits[rng.choice(64, rng.integers(3, 13), replace=False)] ^= 1
    return rng.permutation(np.array(rows))


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_groups_equal_plain_loops_whatever_the_blocks(hashes, block, monkeypatch):
    monkeypatch.setattr(duplicates, "BLOCK", block)
    expected = groups_by_hand(hashes)
    assert len(expected) > 5
    assert max(map(len, expected)) > 3
    assert near_duplicate_groups(hashes) == expected


@pytest.mark.parametrize("block", [4, 1000])
def test_nearest_equals_plain_loops(hashes, block, monkeypatch):
    monkeypatch.setattr(duplicates, "BLOCK", block)
    rows, others = hashes[:30], hashes[30:]
    matches = nearest_duplicates(rows, others)
    for row, match in zip(rows, matches, strict=True):
        near = [sum(bits_apart(row, other)) for other in others if are_near(row, other)]
        assert (match is not None) == bool(near)
        if match:
            index, bits = match
            assert are_near(row, others[index])
            assert bits == min(near) == sum(bits_apart(row, others[index]))
    assert 0 < sum(match is not None for match in matches) < len(rows)


def test_nothing_among_nothing():
    none = np.zeros((0, 2), np.uint64)
    assert near_duplicate_groups(none) == []
    assert nearest_duplicates(none, none) == []
    assert nearest_duplicates(np.zeros((1, 2), np.uint64), none) == [None]


def test_changed_copies_are_near_and_other_drawings_are_not():
    pictures = [draw_sample(0, index, (120, 160))["image"] for index in range(12)]
    plain = [hashes_of(picture) for picture in pictures]
    for picture, hashes in zip(pictures, plain, strict=True):
        image = Image.fromarray(picture)
        darker = image.point(lambda value: value * 0.8)
        for copy in (image.resize((80, 60)), image.resize((320, 240)), darker, image.convert("L")):
            assert are_near(hashes, hashes_of(np.asarray(copy.convert("RGB"))))
    assert near_duplicate_groups(np.array(plain, np.uint64)) == []


def test_bits_are_those_of_the_library():
    import imagehash

    picture = draw_sample(0, 3, (24, 32))["image"]
    assert [f"{value:016x}" for value in hashes_of(picture)] == [
        str(imagehash.phash(Image.fromarray(picture))),
        str(imagehash.dhash(Image.fromarray(picture))),
    ]
