"""The outbox as a queue: a worker takes due rows under a lease, and settles each of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from records import clock
from records.database import db, is_postgresql
from records.tables import MagicLink, OutboxRow

_SKIPPING: Any = "FOR UPDATE SKIP LOCKED"  # peewee takes the clause, its types say bool
_waits = OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null()


def take(limit: int, lease: timedelta) -> list[OutboxRow]:
    """Rows that are due and that nobody else has, ours until the lease ends, in fair order.

    Those due longest come first. Where there are more than `limit`, the youngest that were never
    tried come in turn with them, so that who orders now does not wait for all that an outage has
    left. A row that a worker has left behind comes alone: if it is the row that ends workers, it
    ends one that has taken nothing else.
    """
    now = clock.now()
    if not _due(now).exists():
        return []
    until = (now + lease).replace(microsecond=0)  # as it is stored, and compared later
    # On SQLite the whole transaction is alone, because it begins IMMEDIATE.
    with db.atomic():
        left_behind = [OutboxRow.leased_until.is_null(False)]
        rows = _first(_due(now), left_behind, [OutboxRow.leased_until], 1)
        begun = len(rows)
        if not rows:
            rows = _first(_due(now), [], [OutboxRow.due_at, OutboxRow.id], limit)
            if len(rows) == limit:
                never_tried = [OutboxRow.attempts == 0]
                rows = in_turn(
                    _first(_due(now), never_tried, [OutboxRow.id.desc()], limit // 2), rows
                )[:limit]
        if rows:
            ours = OutboxRow.id.in_([row.id for row in rows])
            attempts = OutboxRow.attempts + begun
            OutboxRow.update(leased_until=until, attempts=attempts).where(ours).execute()
    for row in rows:
        row.leased_until, row.attempts = until, row.attempts + begun
    return rows


def _due(now: datetime) -> Any:
    free = OutboxRow.leased_until.is_null() | (OutboxRow.leased_until <= now)
    letters = _waits & OutboxRow.endpoint.is_null()
    return OutboxRow.select().where(letters & (OutboxRow.due_at <= now) & free)


def _first(query: Any, conditions: list[Any], order: list[Any], limit: int) -> list[OutboxRow]:
    query = query.where(*conditions) if conditions else query
    query = query.order_by(*order).limit(limit)
    return list(query.for_update(_SKIPPING) if is_postgresql() else query)


def in_turn(young: Sequence[OutboxRow], old: Sequence[OutboxRow]) -> list[OutboxRow]:
    """One of each in turn, then those left over; a row that is both comes as the young one."""
    ids = {row.id for row in young}
    old = [row for row in old if row.id not in ids]
    return [row for row in chain.from_iterable(zip_longest(young, old)) if row is not None]


def mark_sent(rows: Sequence[OutboxRow]) -> None:
    """True whoever holds the rows by now: they were accepted."""
    accepted = OutboxRow.id.in_([row.id for row in rows])
    OutboxRow.update(
        sent_at=clock.now(), failed_at=None, attempts=OutboxRow.attempts + 1, leased_until=None
    ).where(accepted & OutboxRow.sent_at.is_null()).execute()


def postpone(row: OutboxRow, due_at: datetime, reason: str) -> None:
    _settle(row, attempts=OutboxRow.attempts + 1, due_at=due_at, last_error=reason)


def give_up(row: OutboxRow, reason: str) -> None:
    """It will not be sent, which the order and the operator are yet to hear."""
    now = clock.now()
    _settle(row, attempts=OutboxRow.attempts + 1, failed_at=now, last_error=reason)


def came_back(row: OutboxRow, reason: str) -> bool:
    """It was sent, and will not arrive; False when it has failed already.

    Whoever holds the row does not matter: a report may be there before our own mark.
    """
    now, it = clock.now(), OutboxRow.id == row.id
    with db.atomic():
        OutboxRow.update(sent_at=now).where(it & OutboxRow.sent_at.is_null()).execute()
        fails = OutboxRow.update(failed_at=now, leased_until=None, last_error=reason)
        return bool(fails.where(it & OutboxRow.failed_at.is_null()).execute())


def drop(row: OutboxRow, reason: str) -> None:
    """Nobody needs it any more, and nobody needs to hear of that."""
    now = clock.now()
    _settle(row, failed_at=now, told_at=now, last_error=reason)


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
