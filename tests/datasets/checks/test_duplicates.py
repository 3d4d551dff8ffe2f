"""Groups and nearest neighbours equal plain loops; copies are found and other pictures are not."""

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.checks import duplicates
from mtal.datasets.checks.duplicates import NEAR_BITS, groups, hashes_of, nearest
from mtal.datasets.synthetic.shapes import drawing


def bits_apart(one, other):
    """Per hash, counted digit by digit."""
    return [bin(int(a) ^ int(b)).count("1") for a, b in zip(one, other, strict=True)]


def are_near(one, other):
    return max(bits_apart(one, other)) <= NEAR_BITS


def groups_by_hand(hashes):
    """Grow a group from every image until nothing near is left."""
    left, found = set(range(len(hashes))), []
    while left:
        group, todo = set(), [min(left)]
        while todo:
            one = todo.pop()
            if one not in group:
                group.add(one)
                todo += [other for other in left if are_near(hashes[one], hashes[other])]
        left -= group
        found += [sorted(group)] if len(group) > 1 else []
    return sorted(found)


@pytest.fixture
def hashes():
    """Chains of neighbours a few bits apart, among strangers, shuffled."""
    rng = np.random.default_rng(0)
    rows = []
    for length in (1, 6, 2, 1, 9, 1, 1, 3) * 3:
        row = rng.integers(0, 2, (2, 64))
        for _ in range(length):
            rows.append(np.packbits(row, axis=1).view(">u8")[:, 0].astype(np.uint64))
            for one in row:
                one[rng.choice(64, rng.integers(3, 13), replace=False)] ^= 1
    return rng.permutation(np.array(rows))


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_groups_equal_plain_loops_whatever_the_blocks(hashes, block, monkeypatch):
    monkeypatch.setattr(duplicates, "BLOCK", block)
    expected = groups_by_hand(hashes)
    assert len(expected) > 5
    assert max(map(len, expected)) > 3
    assert groups(hashes) == expected


@pytest.mark.parametrize("block", [4, 1000])
def test_nearest_equals_plain_loops(hashes, block, monkeypatch):
    monkeypatch.setattr(duplicates, "BLOCK", block)
    ours, others = hashes[:30], hashes[30:]
    found = nearest(ours, others)
    for one, hit in zip(ours, found, strict=True):
        near = [sum(bits_apart(one, other)) for other in others if are_near(one, other)]
        assert (hit is not None) == bool(near)
        if hit:
            assert are_near(one, others[hit[0]])
            assert hit[1] == min(near) == sum(bits_apart(one, others[hit[0]]))
    assert 0 < sum(hit is not None for hit in found) < len(ours)


def test_nothing_among_nothing():
    none = np.zeros((0, 2), np.uint64)
    assert (groups(none), nearest(none, none), nearest(np.zeros((1, 2), np.uint64), none)) == (
        [],
        [],
        [None],
    )


def test_changed_copies_are_near_and_other_drawings_are_not():
    pictures = [drawing(0, index, (120, 160))["image"] for index in range(12)]
    plain = [hashes_of(picture) for picture in pictures]
    for picture, hashes in zip(pictures, plain, strict=True):
        image = Image.fromarray(picture)
        darker = image.point(lambda value: value * 0.8)
        for copy in (image.resize((80, 60)), image.resize((320, 240)), darker, image.convert("L")):
            assert are_near(hashes, hashes_of(np.asarray(copy.convert("RGB"))))
    assert groups(np.array(plain, np.uint64)) == []


def test_bits_are_those_of_the_library():
    import imagehash

    picture = drawing(0, 3, (24, 32))["image"]
    assert [f"{value:016x}" for value in hashes_of(picture)] == [
        str(imagehash.phash(Image.fromarray(picture))),
        str(imagehash.dhash(Image.fromarray(picture))),
    ]
