"""The selection record as CSV, JSON Lines and Parquet. The same input gives the same bytes."""

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mtal.analysis.csv_text import csv_bytes
from mtal.export.record import images_of, record
from mtal.runs.store.run import Run


def jsonl_bytes(table: pd.DataFrame) -> bytes:
    """Write a JSON object per line; what is unknown is null."""
    names = [str(name) for name in table.columns]
    lines = []
    for row in _plain_rows(table):
        values = dict(zip(names, row, strict=True))
        lines.append(json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n")
    return "".join(lines).encode()


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """Write Parquet with Zstandard. A column without values keeps the type that the frame says."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), buffer, compression="zstd")
    return buffer.getvalue()


def write_csv(run: Run, cycle: int) -> bytes:
    """Write the record of a cycle as CSV."""
    return csv_bytes(record(run, cycle))


def write_images_csv(run: Run, cycle: int) -> bytes:
    """Write a row per image, for people, as CSV."""
    return csv_bytes(images_of(record(run, cycle)))


def write_jsonl(run: Run, cycle: int) -> bytes:
    """Write the record of a cycle as JSON Lines."""
    return jsonl_bytes(record(run, cycle))


def write_parquet(run: Run, cycle: int) -> bytes:
    """Write the record of a cycle as Parquet."""
    return parquet_bytes(record(run, cycle))


def _plain_rows(table: pd.DataFrame) -> list[list[Any]]:
    """Rows of plain Python values, None for what is missing."""
    rows = table.itertuples(index=False, name=None)
    return [[_plain(value) for value in row] for row in rows]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
