"""The selection record as CSV, JSON Lines and Parquet. The same input gives the same bytes."""

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mtal.export.record import images_of, record
from mtal.runs.store.run import Run

FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # a spreadsheet would run such a text as a formula


def csv_bytes(table: pd.DataFrame) -> bytes:
    """UTF-8, one header line, `\\n`, quotes as in RFC 4180; texts that look like formulas get a `'` in front."""
    return csv_text(table).encode()


def csv_text(table: pd.DataFrame) -> str:
    """The same as text."""
    lines = zip(*(_cells(column) for _, column in table.items()), strict=True)
    head = [_quoted(str(name)) for name in table.columns]
    return "".join(",".join(line) + "\n" for line in [head, *lines])


def jsonl_bytes(table: pd.DataFrame) -> bytes:
    """A JSON object per line; what is unknown is null."""
    names = [str(name) for name in table.columns]
    return "".join(
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False) + "\n"
        for row in _plain_rows(table)
    ).encode()


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """Zstandard; types as in the frame, so that a column without values keeps its type."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), buffer, compression="zstd")
    return buffer.getvalue()


def write_csv(run: Run, cycle: int) -> bytes:
    """The record of a cycle as CSV."""
    return csv_bytes(record(run, cycle))


def write_images_csv(run: Run, cycle: int) -> bytes:
    """A row per image, for people."""
    return csv_bytes(images_of(record(run, cycle)))


def write_jsonl(run: Run, cycle: int) -> bytes:
    """The record of a cycle as JSON Lines."""
    return jsonl_bytes(record(run, cycle))


def write_parquet(run: Run, cycle: int) -> bytes:
    """The record of a cycle as Parquet."""
    return parquet_bytes(record(run, cycle))


def _plain_rows(table: pd.DataFrame) -> list[list[Any]]:
    """Rows of plain Python values, None for what is missing."""
    return [
        [
            None if pd.isna(value) else getattr(value, "item", lambda value=value: value)()
            for value in row
        ]
        for row in table.itertuples(index=False, name=None)
    ]


def _cells(column: pd.Series) -> list[str]:
    """A text per row, with its quotes; made once for each value, which in a column of texts come again and again."""
    values, missing = column.tolist(), column.isna().tolist()
    if column.dtype == float:
        return ["" if none else repr(value) for value, none in zip(values, missing, strict=True)]
    known = {
        value: _quoted(_text(value)) for value in {one for one in values if isinstance(one, str)}
    }
    return [
        "" if none else known[value] if isinstance(value, str) else _quoted(_text(value))
        for value, none in zip(values, missing, strict=True)
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return str(value)  # floats as Python's shortest text that reads back the same


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text
