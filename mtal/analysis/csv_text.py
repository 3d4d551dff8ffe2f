"""Tables as CSV, safe to open in a spreadsheet. The same table gives the same bytes everywhere.

Written by hand: pandas writes numbers differently from version to version, `csv.writer` leaves a
carriage return without quotes, and neither disarms formulas.
"""

from typing import Any

import numpy as np
import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a text
QUOTED_MARKS = ',"\r\n'


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as UTF-8; otherwise as `csv_text`."""
    return csv_text(table).encode()


def csv_text(table: pd.DataFrame) -> str:
    """Write a table as CSV with a header line.

    Lines end with `\\n`, quotes are those of RFC 4180, what is missing is empty, and a text that
    looks like a formula gets a `'` in front.
    """
    rows = zip(*(_cells(column) for _, column in table.items()), strict=True)
    header = [_quoted(str(name)) for name in table.columns]
    return "".join(",".join(row) + "\n" for row in [header, *rows])


def _cells(column: pd.Series) -> list[str]:
    """The cells of a column; the text of a value that comes again is made once."""
    values, missing = column.tolist(), column.isna().tolist()
    if column.dtype == float:
        return ["" if gone else repr(value) for value, gone in zip(values, missing, strict=True)]
    texts = {value for value in values if isinstance(value, str)}
    text_cells = {text: _quoted(_text(text)) for text in texts}
    cells = []
    for value, gone in zip(values, missing, strict=True):
        if gone:
            cells.append("")
        elif isinstance(value, str):
            cells.append(text_cells[value])
        else:
            cells.append(_quoted(_text(value)))
    return cells


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return str(value)  # floats as Python's shortest text that reads back the same


def _quoted(text: str) -> str:
    if any(mark in text for mark in QUOTED_MARKS):
        return '"' + text.replace('"', '""') + '"'
    return text
