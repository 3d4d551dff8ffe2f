"""Which image a text finds, ids before numbers, and the order of the list."""

import numpy as np
import pandas as pd
import pytest

from mtal.ui.components.image_navigator import batch_query, find_image, in_order, ranking

IDS = ["0318", "2", "a"]


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("0318", 0),
        ("2", 1),
        (" a ", 2),
        ("0", 0),
        ("1", 1),
        ("3", None),
        ("b", None),
        ("", None),
        ("²", None),
        ("01", None),
        ("-1", None),
    ],
)
def test_an_id_goes_before_a_number(text, image):
    assert find_image(IDS, text) == image


def test_a_set_is_stepped_through_by_rank_and_what_has_none_comes_last():
    pool = pd.DataFrame({"rank": [0, 3, 1, 0, 2]})
    assert ranking(pool).tolist() == [2, 4, 1]
    assert in_order(pool, (0, 1, 2, 3)).tolist() == [2, 1, 0, 3]
    assert in_order(pool, ()).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_a_set_keeps_all_its_images(seed):
    random = np.random.default_rng(seed)
    pool = pd.DataFrame({"rank": random.permutation(30) * random.integers(0, 2, 30)})
    chosen = random.choice(30, 12, replace=False)
    assert sorted(in_order(pool, chosen)) == sorted(chosen)


class Named:
    name = "a-run"


def test_the_way_back_never_leads_to_another_run():
    assert batch_query(Named(), 2, "sort=s.depth&run=other&cycle=9") == {
        "sort": "s.depth",
        "run": "a-run",
        "cycle": "2",
    }
    assert batch_query(Named(), 2, "") == {"run": "a-run", "cycle": "2"}
    assert batch_query(Named(), 2, "%%%&&=") == {"run": "a-run", "cycle": "2"}
