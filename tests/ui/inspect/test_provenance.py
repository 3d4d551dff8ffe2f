"""The list and the JSON of where numbers come from."""

import json

from mtal.ui.inspect.provenance import TITLES, json_text, provenance_rows

FACTS = {
    "versions": {"torch": "2.9", "numpy": "2.3"},
    "seed": 0,
    "run": "a-run",
    "device": "",
    "model_sha256": None,
    "unlisted": "x",
}


def test_rows_are_the_listed_facts_that_have_a_value_in_a_fixed_order():
    assert list(provenance_rows(FACTS).items()) == [
        (TITLES["run"], "a-run"),
        (TITLES["seed"], "0"),
        ("Libraries", "torch 2.9, numpy 2.3"),
    ]
    assert provenance_rows({}) == {}


def test_the_json_has_all_facts():
    assert json.loads(json_text(FACTS)) == FACTS
