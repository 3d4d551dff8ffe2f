"""Every table format reads back to the same values."""

import io
import json
import os
from datetime import datetime

import pandas as pd

from mtal.analysis.csv_text import csv_bytes
from mtal.export.record import COLUMNS, record
from mtal.export.tables import jsonl_bytes, parquet_bytes
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
