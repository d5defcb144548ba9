"""A database that takes nothing for a while: full, or read-only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from peewee import PeeweeException

from records.database import db, is_postgresql
from records.tables import OutboxRow, Session

_DISK_FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
"""
FULL_TABLES = (Session, OutboxRow)


@contextmanager
def read_only() -> Iterator[None]:
    """This thread's connection may not write."""
    on, off = (
        ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
        if is_postgresql()
        else ("PRAGMA query_only = 1", "PRAGMA query_only = 0")
    )
    db.execute_sql(on)
    yield
    db.connect(reuse_if_open=True)
    db.execute_sql(off)


@contextmanager
def full() -> Iterator[None]:
    """No session and no letter finds room any more."""
    names = [table._meta.table_name for table in FULL_TABLES]
    if is_postgresql():
        db.execute_sql(_DISK_FULL)
        for name in names:
            db.execute_sql(
                f"CREATE TRIGGER full_{name} BEFORE INSERT ON {name} EXECUTE FUNCTION disk_full()"
            )
        yield
        db.connect(reuse_if_open=True)
        db.execute_sql("DROP FUNCTION disk_full() CASCADE")
        return
    db.execute_sql("PRAGMA max_page_count = 1")  # SQLite takes the present size for the least
    for size in (3000, 300, 30, 1):
        _fill(lambda n, size=size: Session.create(  # type: ignore[misc]
            secret_hash=f"{n}-{size}", email="x" * size, expires_at=0))  # fmt: skip
        _fill(lambda n, size=size: OutboxRow.create(  # type: ignore[misc]
            letter="x", recipient="x" * size, message_id=n, sent_at=0))  # fmt: skip
    yield
    db.connect(reuse_if_open=True)
    db.execute_sql("PRAGMA max_page_count = 1073741823")
    Session.delete().where(Session.expires_at == 0).execute()  # type: ignore[misc]
    OutboxRow.delete().where(OutboxRow.letter == "x").execute()  # type: ignore[misc]


def _fill(add: Callable[[int], object]) -> None:
    with suppress(PeeweeException):
        for n in range(100_000):
            add(n)
