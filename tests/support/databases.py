"""Fresh databases for tests: migrated once, emptied for each test."""

from collections.abc import Iterator
from contextlib import contextmanager

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
            for table in reversed(sort_models(TABLES)):
                table.delete().execute()
        yield


@contextmanager
def _unsealed() -> Iterator[None]:
    """Inside a transaction: without what keeps the audit list as it is."""
    if is_postgresql():
        db.execute_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        yield
        db.execute_sql("ALTER TABLE audit ENABLE TRIGGER USER")
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    triggers = list(db.execute_sql(query))
    for name, _sql in triggers:
        db.execute_sql(f"DROP TRIGGER {name}")
    yield
    for _name, sql in triggers:
        db.execute_sql(sql)
