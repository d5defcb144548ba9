"""What is stored, to compare before and after; and several people acting at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from records.columns import Table
from records.database import connection, db
from records.tables import TABLES

Answer = TypeVar("Answer")
Dump = dict[str, list[tuple[Any, ...]]]


def dump() -> Dump:
    """Every row of every table, but for when a notice was looked at: that decides nothing."""
    return {table.__name__: sorted(_rows(table), key=repr) for table in TABLES}


def _rows(table: type[Table]) -> list[tuple[Any, ...]]:
    fields = [f for f in table._meta.sorted_fields if f.name != "opened_at"]
    found: Any = table.select(*fields).tuples()
    return [tuple(row) for row in found]


def but_for(dumped: Dump, *tables: str) -> Dump:
    """A dump without these tables."""
    return {name: rows for name, rows in dumped.items() if name not in tables}


def text() -> str:
    """All that is stored, as one text to search."""
    return repr(dump())


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Do all of this at the same moment, each in a thread with its own connection."""
    start = Barrier(len(acts))

    def act(one: Callable[[], Answer]) -> Answer:
        with connection():
            start.wait(timeout=60)
            return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [done.result(timeout=120) for done in [threads.submit(act, one) for one in acts]]


def rows_of(table: type[Table]) -> int:
    """How many rows a table has."""
    with db.atomic():
        return int(table.select().count())
