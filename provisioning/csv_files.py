"""Rows of the CSV files that are written here, which no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable

# With these, also in full width or after spaces, a cell begins that spreadsheets would work out.
_FORMULA = re.compile(r"\s*[=+\-@|%\t\r\uff1d\uff0b\uff0d\uff20]")


def cell(value: object) -> str:
    """A value as text; with an apostrophe in front where it could be read as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def line(values: Iterable[object]) -> str:
    """One row of a file, with its end."""
    out = io.StringIO()
    csv.writer(out).writerow(map(cell, values))
    return out.getvalue()
