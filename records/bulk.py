"""Many rows in one statement, worded alike for SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from records.database import db, is_postgresql

_MOST_VALUES = 30_000  # SQLite takes 32,766 values a statement
_TYPES = {int: "bigint", str: "text", bool: "boolean", date: "date"}


def write(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run `sql`, in which `VALUES {rows}` stands for the `rows`; nothing when there are none."""
    for _cursor in _run(sql, rows):
        pass


def insert(table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of which none is there: on SQLite faster than one statement of many values."""
    if is_postgresql():
        write(f"INSERT INTO {table} ({columns}) VALUES {{rows}}", rows)
    elif rows:
        marks = ", ".join("?" * len(rows[0]))
        db.cursor().executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def read(sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """The same for a statement that answers rows.

    `{held}` at the end of a SELECT holds them against other writers until the transaction ends.
    """
    return [found for cursor in _run(sql, rows) for found in cursor.fetchall()]


def day(value: Any) -> date | None:
    """A date as either database answers it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _run(sql: str, rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    if rows and is_postgresql():
        # Weaker than FOR UPDATE, so that orders may refer to an organization meanwhile.
        yield db.execute_sql(*_from_arrays(sql.replace("{held}", "FOR NO KEY UPDATE"), rows))
    elif rows:
        # A transaction holds the whole of SQLite anyway.
        yield from _from_values(sql.replace("{held}", ""), rows)


def _from_values(sql: str, rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    one = f"({', '.join('?' * len(rows[0]))})"
    step = _MOST_VALUES // len(rows[0])
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        values = [value for row in part for value in row]
        yield db.execute_sql(sql.replace("{rows}", ", ".join([one] * len(part))), values)


def _from_arrays(sql: str, rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """An array a column: the statement stays short, and is planned once for any number of rows."""
    names: list[str] = []
    arrays: list[str] = []
    values: list[Any] = []
    for place, column in enumerate(zip(*rows, strict=True)):
        kind = next((_TYPES[type(value)] for value in column if value is not None), None)
        names.append(f"c{place}" if kind else "NULL")
        if kind:
            arrays.append(f"%s::{kind}[]")
            values.append(list(column))
    given = ", ".join(name for name in names if name != "NULL")
    source = f"SELECT {', '.join(names)} FROM unnest({', '.join(arrays)}) AS given({given})"
    return sql.replace("VALUES {rows}", source), values
