"""How alike two batches are."""

from hypothesis import given
from hypothesis import strategies as st

from mtal.figures.overlap import overlap_bars, overlaps

IMAGES = st.lists(st.integers(0, 12), max_size=8, unique=True)


@given(IMAGES, st.dictionaries(st.sampled_from("abc"), IMAGES, min_size=1))
def test_counts_add_up_and_the_most_alike_comes_first(ours, others):
    rows = overlaps(ours, others)
    assert sorted(rows["strategy"]) == sorted(others)
    assert rows["jaccard"].is_monotonic_decreasing
    for row in rows.itertuples():
        theirs = others[row.strategy]
        assert row.both == sum(image in theirs for image in ours)
        assert row.both + row.only_ours == len(ours)
        assert row.both + row.only_theirs == len(theirs)
        either = len({*ours, *theirs})
        assert row.jaccard == (row.both / either if either else 0)


def test_a_bar_says_how_many_and_the_chosen_one_is_hatched():
    rows = overlaps([1, 2, 3], {"random": [3, 4, 5], "rbal": [1, 2, 3]})
    bars = overlap_bars(rows, {"random": "Random", "rbal": "RBAL"}, "random", "view").data[0]
    assert list(bars.customdata) == ["rbal", "random"]
    assert list(bars.x) == [100, 20]
    assert list(bars.text) == ["100%, 3 in common", "20%, 1 in common"]
    assert list(bars.marker.pattern.shape) == ["", "/"]
