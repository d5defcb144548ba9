"""Fresh databases for tests: migrated once, emptied for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from peewee import sort_models  # type: ignore[attr-defined]

from records.database import connect_to, connection, db, is_postgresql
from records.migrate import migrate
from records.tables import TABLES


@contextmanager
def migrated(url: str) -> Iterator[None]:
    """The database at `url` brought up to date; its connections are closed at the end."""
    connect_to(url)
    try:
        with connection():
            migrate()
        yield
    finally:
        db.close()


@contextmanager
def emptied(url: str) -> Iterator[None]:
    """Without rows at the beginning, with an open connection as long as the test runs."""
    connect_to(url)
    with connection():
        if not is_postgresql():
            db.execute_sql("PRAGMA synchronous = OFF")  # no power fails here
        with db.atomic(), _unsealed():
            db.execute_sql(";".join(f'DELETE FROM "{table}"' for table in _tables()))
        yield


@cache
def _tables() -> tuple[str, ...]:
    return tuple(table._meta.table_name for table in reversed(sort_models(TABLES)))


@contextmanager
def _unsealed() -> Iterator[None]:
    """Inside a transaction: without what keeps the audit list as it is."""
    if is_postgresql():
        db.execute_sql("SET LOCAL session_replication_role = replica")
        yield
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    triggers = list(db.execute_sql(query))
    for name, _sql in triggers:
        db.execute_sql(f"DROP TRIGGER {name}")
    yield
    for _name, sql in triggers:
        db.execute_sql(sql)
