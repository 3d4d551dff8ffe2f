"""CSV reads back to the same values, and no cell is a formula."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.csv_text import csv_bytes, csv_text


@pytest.mark.parametrize("text", ["=1+2", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_looks_like_a_formula_is_disarmed(text):
    content = csv_bytes(pd.DataFrame({"id": [text], "value": [-1.5]})).decode()
    assert next(csv.reader(io.StringIO(content.split("\n", 1)[1], newline=""))) == [
        f"'{text}",
        "-1.5",
    ]


def test_commas_quotes_and_line_ends_survive():
    texts = ["a,b", 'say "x"', "two\nlines", "old\rmac", "plain", "ünï"]
    content = csv_bytes(pd.DataFrame({"id": texts})).decode()
    assert [row[0] for row in csv.reader(io.StringIO(content, newline=""))][1:] == texts


def test_every_kind_of_value_has_one_text():
    table = pd.DataFrame(
        {
            "title": ["=HYPERLINK(1)", "a,b", 'say "x"', "a\rb", None],
            "n": [1, 2, 3, 4, 5],
            "value": [0.1, 1e-9, float("nan"), 2.0, float("inf")],
            "known": [True, False, True, False, True],
            "any": ["x", 1, 0.5, None, np.bool_(True)],
        }
    )
    assert (
        csv_bytes(table).decode()
        == csv_text(table)
        == (
            "title,n,value,known,any\n'=HYPERLINK(1),1,0.1,true,x\n"
            '"a,b",2,1e-09,false,1\n"say ""x""",3,,true,0.5\n'
            '"a\rb",4,2.0,false,\n,5,inf,true,true\n'
        )
    )


def test_a_table_without_rows_has_a_header():
    assert csv_bytes(pd.DataFrame({"a": [], "b,c": []})) == b'a,"b,c"\n'
