"""The dots stand at the ranks that they are given, and say in shape and word whether the image would be picked."""
import numpy as np
import pandas as pd
import pytest

from mtal.figures.ranks import rank_dots


@pytest.fixture
def rules() -> pd.DataFrame:
    return pd.DataFrame({"rule": ["without depth", "unranked", "diversity alone"], "rank": [131, 0, 3],
                         "picked": [False, True, True]})


def test_a_dot_for_each_rank_and_none_where_there_is_none(rules):
    drawn = rank_dots(rules, 7, 64, 581, "view")
    dots = {name: (rank, trace.marker.symbol) for trace in drawn.data
            for name, rank in zip(trace.customdata, trace.x, strict=True)}
    assert dots == {"without depth": (131, "x"), "diversity alone": (3, "circle")}
    assert [trace.name for trace in drawn.data] == ["would be picked (1)", "would not (1)"]
    assert list(drawn.layout.yaxis.ticktext) == ["without depth", "diversity alone"]


def test_cut_off_and_own_rank_are_lines_between_the_right_ranks(rules):
    cut, own = rank_dots(rules, 7, 64, 581, "view").layout.shapes
    assert 64 < cut.x0 < 65
    assert own.x0 == 7
    assert len(rank_dots(rules, 0, 64, 581, "view").layout.shapes) == 1


@pytest.mark.parametrize("free", [1, 9, 581, 100_000])
def test_every_rank_of_the_pool_has_room(rules, free):
    low, high = rank_dots(rules.assign(rank=free), free, 1, free, "view").layout.xaxis.range
    assert low < 0
    assert high > np.log10(free)


def test_nothing_ranked_is_an_empty_figure(rules):
    assert all(len(trace.x) == 0 for trace in rank_dots(rules.assign(rank=0), 0, 5, 10, "view").data)
