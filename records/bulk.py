"""Many rows in one statement, worded alike for SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from records.database import db, is_postgresql

_MOST_VALUES = 30_000  # a statement takes 32,766 of them on SQLite, 65,535 on PostgreSQL


def write(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run `sql`, in which `{rows}` stands for the list of `rows`; nothing when it is empty."""
    for _cursor in _run(sql, rows):
        pass


def read(sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """The same for a statement that answers rows.

    `{held}` at the end of a SELECT holds them against other writers until the transaction ends.
    """
    return [found for cursor in _run(sql, rows) for found in cursor.fetchall()]


def day(value: Any) -> date | None:
    """A date as either database answers it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _run(sql: str, rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    # SQLite's transaction holds the whole database. Weaker than FOR UPDATE, so that orders and
    # requests may refer to an organization meanwhile.
    sql = sql.replace("{held}", "FOR NO KEY UPDATE" if is_postgresql() else "")
    width = len(rows[0]) if rows else 1
    one = f"({', '.join([db.obj.param] * width)})"
    step = _MOST_VALUES // width
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        values = [value for row in part for value in row]
        yield db.execute_sql(sql.replace("{rows}", ", ".join([one] * len(part))), values)
