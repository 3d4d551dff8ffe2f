"""Tables that are charts: bars as long as percentiles, dots at the ranks, and the same in words."""

import re

import numpy as np
import pandas as pd
import pytest

from mtal.figures.html_charts import rank_dots, rank_position, task_bars


@pytest.fixture
def rules() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rule": ["without depth", "unranked", "diversity <alone>"],
            "rank": [131, 0, 3],
            "picked": [False, True, True],
        }
    )


def rows_of(html: str) -> list[str]:
    return re.findall(r"<tr class=.*?</tr>", html)


def test_bars_carry_percentile_value_and_who_speaks():
    rows = pd.DataFrame(
        {
            "label": ["Depth", "from <semseg>"],
            "percentile": [90.0, np.nan],
            "text": ["0.3 m", "0.1 m"],
            "kind": ["task", "member"],
            "speaks": [False, True],
        }
    )
    first, second = rows_of(task_bars(rows))
    assert "width:90.00%" in first
    assert "0.3 m" in first
    assert "◀" not in first
    assert "width:0" in second
    assert "◀" in second
    assert "&lt;semseg&gt;" in second


def test_a_dot_for_each_rank_and_words_where_there_is_none(rules):
    out, unranked, taken = rows_of(rank_dots(rules, 7, 64, 581))
    assert f"left:{rank_position(131, 581):.2f}%" in out
    assert "✕" in out
    assert "131, would not" in out
    assert "●" not in unranked
    assert "would be picked; ranks only its picks" in unranked
    assert f"left:{rank_position(3, 581):.2f}%" in taken
    assert "●" in taken
    assert "diversity &lt;alone&gt;" in taken


def test_cut_off_and_own_rank_stand_between_the_right_ranks(rules):
    html = rank_dots(rules, 7, 64, 581)
    cut = float(re.search(r"--cut:([\d.]+)%", html)[1])
    assert rank_position(64, 581) < cut < rank_position(65, 581)
    assert f"--own:{rank_position(7, 581):.2f}%" in html
    assert "--own" not in rank_dots(rules, 0, 64, 581)


@pytest.mark.parametrize("free", [1, 9, 581, 100_000])
def test_every_rank_of_the_pool_is_on_the_axis_in_order(free):
    positions = [rank_position(rank, free) for rank in range(1, free + 1)]
    assert positions[0] == 0
    assert positions == sorted(positions)
    assert positions[-1] <= 100
    assert free < 10 or positions[-1] == pytest.approx(100)


def test_nothing_at_all_is_an_empty_table(rules):
    assert rows_of(rank_dots(rules[:0], 0, 5, 10)) == []
