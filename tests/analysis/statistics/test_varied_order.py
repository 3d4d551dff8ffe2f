"""Order of images that shows their variety: no sequence twice before each was shown once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mtal.analysis.statistics.varied_order import varied


def test_each_sequence_is_shown_before_one_is_shown_again():
    images = [0, 1, 2, 3, 10, 11, 20]
    sequences = ["a", "a", "a", "a", "b", "b", "c"]
    assert varied(images, sequences, 8) == [0, 10, 20, 1, 11, 2, 3]
    assert varied(images, sequences, 4) == [0, 10, 20, 1]
    assert varied(images, sequences, 2) == [0, 20]


def test_an_image_without_a_sequence_is_one_of_its_own():
    assert varied([4, 5, 6, 7], ["a", "a", "", ""], 8) == [4, 6, 7, 5]


def test_without_sequences_the_images_are_evenly_spread():
    assert varied(list(range(100, 109)), None, 3) == [100, 104, 108]
    assert varied([3, 5], None, 8) == [3, 5]
    assert varied([], None, 8) == []


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30), st.integers(1, 12))
def test_the_shown_images_are_as_many_and_as_varied_as_can_be(sequences, most):
    shown = varied(list(range(len(sequences))), sequences, most)
    assert len(shown) == len(set(shown)) == min(most, len(sequences))
    sizes = Counter(sequences[image] or image for image in range(len(sequences)))
    named = [sequences[image] or image for image in shown]
    assert len(set(named)) == min(most, len(sizes))
