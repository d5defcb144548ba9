"""The schema, brought up to date by the numbered files in records/migrations/."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from records.database import db, is_postgresql

FOLDER = Path(__file__).parent / "migrations"
_PG_LOCK = 7_301_942


def migrate() -> list[str]:
    """Apply what is pending, one process at a time; returns the names of what was applied."""
    with _alone():
        return list(Runner(db.obj, str(FOLDER)).up())


def pending() -> list[str]:
    """Names of the migrations that this database has not seen."""
    return [m.name for m in Runner(db.obj, str(FOLDER)).status() if m.path and not m.applied]


@contextmanager
def _alone() -> Iterator[None]:
    """The runner has no lock of its own: of several at once, all but one would fail."""
    if is_postgresql():
        db.execute_sql("SELECT pg_advisory_lock(%s)", (_PG_LOCK,))
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (_PG_LOCK,))
    else:
        with open(f"{db.obj.database}.migrating", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
