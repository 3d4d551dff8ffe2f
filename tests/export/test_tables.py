"""Every table format reads back to the same values."""

import csv
import io
import json
import os
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from mtal.export.record import COLUMNS, record
from mtal.export.tables import csv_bytes, csv_text, jsonl_bytes, parquet_bytes
from mtal.runs.jobs.progress import append


def values_of(table):
    """Rows of plain values, None where something is missing."""
    return [
        [None if pd.isna(value) else value for value in row]
        for row in table.itertuples(index=False, name=None)
    ]


def test_csv_reads_back(run):
    table = record(run, 0)
    text = csv_bytes(table).decode()
    assert "\r" not in text
    back = pd.read_csv(io.StringIO(text), dtype=COLUMNS)
    assert values_of(back) == values_of(table)


def test_jsonl_reads_back(run):
    table = record(run, 1)
    rows = [json.loads(line) for line in jsonl_bytes(table).decode().splitlines()]
    assert [list(row) for row in rows] == [list(COLUMNS)] * len(table)
    assert [list(row.values()) for row in rows] == values_of(table)


def test_parquet_reads_back_with_its_types(run):
    table = record(run, 1)
    back = pd.read_parquet(io.BytesIO(parquet_bytes(table)))
    assert values_of(back) == values_of(table)
    assert back["note"].isna().all()
    assert pd.api.types.is_string_dtype(back["note"])
    assert str(back["width"].dtype) == "Int64"


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


def test_the_time_is_that_of_the_pick_and_not_of_the_export(run):
    assert record(run, 0)["created_utc"].isna().all()  # nobody said when
    append(run.paths.progress, 0, "pick", 1, 1)
    append(run.paths.progress, 1, "pick", 1, 1)
    os.utime(run.cycle(0).pick, (0, 0))  # as in a copy of the folder
    stated = datetime.fromisoformat(record(run, 0)["created_utc"][0]).timestamp()
    assert stated == int(next(row["t"] for row in run.reports() if row["stage"] == "pick"))


def test_not_finite_numbers_are_null(run):
    table = pd.DataFrame({"score": [float("nan"), 0.5]})
    assert jsonl_bytes(table) == b'{"score": null}\n{"score": 0.5}\n'
    assert csv_bytes(table) == b"score\n\n0.5\n"


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
