"""Which image a text finds, ids before numbers, and the order of the list."""

import pytest

from mtal.ui.components.image_navigator import batch_query, find_image

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
