"""One database per process: SQLite (through apsw) or PostgreSQL, the same code on both."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import apsw
from peewee import (  # type: ignore[attr-defined]
    EXCEPTIONS,
    Database,
    DatabaseProxy,
    IntegrityError,
    OperationalError,
    PostgresqlDatabase,
)
from playhouse.apsw_ext import APSWDatabase

db: Any = DatabaseProxy()

# Nothing can be written for now, as on a SQLite file that may not be: no mistake of ours.
EXCEPTIONS["ReadOnlySqlTransaction"] = OperationalError

# What rooms above may catch, so that none of them needs to know the library.
Duplicate = IntegrityError
Unavailable = OperationalError
_LONGEST_WAIT = 15  # seconds until a database is "locked"
_BETWEEN_LOOKS = 0.002
_serials = {"create organization": 1, "migrate": 2, "give rights": 3}


class Sqlite(APSWDatabase):  # type: ignore[misc]
    """apsw brings a current SQLite; the one of older systems can corrupt a WAL file."""

    def _add_conn_hooks(self, conn: apsw.Connection) -> None:
        # peewee's migration history binds datetimes, which apsw refuses unless told how.
        conn.convert_binding = lambda _cursor, _number, value: (
            value.isoformat() if isinstance(value, date | datetime) else value
        )
        super()._add_conn_hooks(conn)
        conn.setbusyhandler(_Patience())


class _Patience:
    """Whoever waits for SQLite's one writer looks often.

    SQLite itself looks up to 100 ms apart, and an import's batches follow each other sooner.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def __call__(self, looked: int) -> bool:
        now = time.monotonic()
        if looked == 0:
            self._until = now + _LONGEST_WAIT
        time.sleep(_BETWEEN_LOOKS)
        return now < self._until


def connect_to(url: str) -> Database:
    """Make `db` the database at `url` (sqlite:///FILE or postgresql://...), still unopened."""
    if not db.obj or getattr(db, "homeport_url", None) != (url, os.getpid()):
        db.initialize(made(url))
        db.obj.homeport_url = (url, os.getpid())
    return db.obj  # type: ignore[no-any-return]


def made(url: str) -> Database:
    """A database at `url`, unopened, whether or not it becomes ours."""
    if url.startswith("postgresql://"):
        return PostgresqlDatabase(url, prefer_psycopg3=True, autoconnect=False)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    pragmas = {
        "journal_mode": "wal",
        "synchronous": "full",
        "foreign_keys": 1,
        "cache_size": -2000,
    }
    # IMMEDIATE: a transaction that reads first and writes later would otherwise die "locked".
    return Sqlite(str(path), pragmas=pragmas, lock_type="IMMEDIATE", autoconnect=False)


@contextmanager
def instead(other: Database) -> Iterator[None]:
    """Inside, `db` is another database, for the whole process."""
    ours = db.obj
    db.initialize(other)
    try:
        yield
    finally:
        db.initialize(ours)


def is_postgresql() -> bool:
    return isinstance(db.obj, PostgresqlDatabase)


def open_connection() -> None:
    """Give this thread its connection, which it keeps: opening one costs more than a page."""
    if (
        not db.is_closed()
        and is_postgresql()
        and (db.connection().closed or db.connection().broken)
    ):
        db.close()
    db.connect(reuse_if_open=True)


def release_connection(failed: bool) -> None:
    """After a request: a connection that failed, or is still inside a transaction, is not kept."""
    if not db.is_closed() and (failed or db.in_transaction()):
        db.close()


def forget_connection() -> None:
    """After trouble, or at the end of a thread: the next one is a new one."""
    with suppress(Exception):  # closing a broken one may fail, and it is gone either way
        release_connection(failed=True)


@contextmanager
def connection() -> Iterator[None]:
    """A connection for a command or a loop, closed at the end."""
    db.connect(reuse_if_open=True)
    try:
        yield
    finally:
        db.close()


def rows(sql: str, *values: Any) -> list[Any]:
    """What written-out SQL answers, on either database: `?` stands for a value."""
    return list(db.execute_sql(marked(sql), values))


def marked(sql: str) -> str:
    """Written-out SQL with the marks that the database knows where a `?` stands for a value."""
    return sql.replace("?", "%s") if is_postgresql() else sql


def first_row(sql: str, *values: Any) -> Any:
    """Its first row, or None."""
    return next(iter(rows(sql, *values)), None)


def one_at_a_time(what: str) -> None:
    """Inside a transaction: wait until no other transaction doing `what` runs.

    SQLite's writers are one at a time already.
    """
    serial = _serials[what]
    if is_postgresql():
        db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (serial,))


def digest(secret: str) -> str:
    """How a secret rests in a table: SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
