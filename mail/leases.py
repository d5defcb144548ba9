"""The outbox as a queue: a worker takes due rows under a lease, and settles each of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from records import clock
from records.database import db, is_postgresql
from records.tables import MagicLink, OutboxRow

_SKIPPING: Any = "FOR UPDATE SKIP LOCKED"  # peewee takes the clause, its types say bool
_waits = OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null()


def take(limit: int, lease: timedelta) -> list[OutboxRow]:
    """Rows that are due and that nobody else has, oldest first, ours until the lease ends."""
    now = clock.now()
    with db.atomic():
        due = (
            OutboxRow.select()
            .where(
                _waits
                & (OutboxRow.due_at <= now)
                & (OutboxRow.leased_until.is_null() | (OutboxRow.leased_until <= now))
            )
            .order_by(OutboxRow.due_at, OutboxRow.id)
            .limit(limit)
        )
        # On SQLite the whole transaction is alone, because it begins IMMEDIATE.
        rows = list(due.for_update(_SKIPPING) if is_postgresql() else due)
        until = (now + lease).replace(microsecond=0)  # as it is stored, and compared later
        if rows:
            taken = OutboxRow.id.in_([row.id for row in rows])
            OutboxRow.update(leased_until=until).where(taken).execute()
    for row in rows:
        row.leased_until = until
    return rows


def mark_sent(row: OutboxRow) -> None:
    """True whoever holds the row by now: it was accepted."""
    OutboxRow.update(
        sent_at=clock.now(), failed_at=None, attempts=OutboxRow.attempts + 1, leased_until=None
    ).where((OutboxRow.id == row.id) & OutboxRow.sent_at.is_null()).execute()


def postpone(row: OutboxRow, due_at: datetime, reason: str) -> None:
    _settle(row, attempts=OutboxRow.attempts + 1, due_at=due_at, last_error=reason)


def give_up(row: OutboxRow, reason: str, *, attempts: int = 1) -> None:
    _settle(
        row,
        attempts=OutboxRow.attempts + attempts,
        failed_at=clock.now(),
        last_error=reason,
    )


def point_to(row: OutboxRow, link: MagicLink) -> None:
    """From now on the row's letter carries another link."""
    OutboxRow.update(link=link).where(OutboxRow.id == row.id).execute()
    row.link = link


def release(rows: Iterable[OutboxRow]) -> None:
    """Give back what was not begun."""
    for row in rows:
        _settle(row)


def _settle(row: OutboxRow, **values: object) -> None:
    """Only under our own lease: a worker that was slow does not undo what its successor did."""
    ours = (OutboxRow.id == row.id) & (OutboxRow.leased_until == row.leased_until)
    OutboxRow.update(leased_until=None, **values).where(ours & _waits).execute()
