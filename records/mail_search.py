"""The outbox as people look at it: by state and address, and what they do to a letter of it.

Each page is read along one index, so that it costs the same however many letters there are.
"""

from typing import Any

from records import clock
from records.tables import Order, OutboxRow

_letters = OutboxRow.endpoint.is_null()
_waits = OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null()
_failed = OutboxRow.failed_at.is_null(False)
STATES: dict[str, Any] = {
    "waiting": _waits,
    "sent": OutboxRow.sent_at.is_null(False) & OutboxRow.failed_at.is_null(),
    "failed": _failed & OutboxRow.sent_at.is_null(),
    "returned": _failed & OutboxRow.sent_at.is_null(False),
}


def listed(state: str, recipient: str, before: int | None, limit: int) -> list[OutboxRow]:
    """Letters with their orders, the newest first: in a state, to an address, where given."""
    return list(query(state, recipient, before, limit))


def query(state: str, recipient: str, before: int | None, limit: int) -> Any:
    found = OutboxRow.select(OutboxRow, Order).left_outer_join(Order).where(_letters)
    found = found.where(STATES[state]) if state else found
    found = found.where(OutboxRow.recipient == recipient) if recipient else found
    found = found.where(OutboxRow.id < before) if before is not None else found
    return found.order_by(OutboxRow.id.desc()).limit(limit)


def letter(row_id: int) -> OutboxRow | None:
    """A letter with its order."""
    return query("", "", None, 1).where(OutboxRow.id == row_id).first()  # type: ignore[no-any-return]


def events(endpoint_id: int, before: int | None, limit: int) -> list[OutboxRow]:
    """What was sent to a webhook, or waits to be, the newest first."""
    found = OutboxRow.select(OutboxRow, Order).left_outer_join(Order)
    found = found.where(OutboxRow.endpoint == endpoint_id)
    found = found.where(OutboxRow.id < before) if before is not None else found
    return list(found.order_by(OutboxRow.id.desc()).limit(limit))


def hurry(row: OutboxRow) -> bool:
    """Due at once; False when it waits no longer."""
    it = (OutboxRow.id == row.id) & _waits
    return bool(OutboxRow.update(due_at=clock.now()).where(it).execute())


def give_up(row: OutboxRow, why: str) -> bool:
    """It will not be sent, and nobody needs to hear of that; False when it waits no longer.

    Nor while a worker has it: it may be on its way already.
    """
    now = clock.now()
    free = OutboxRow.leased_until.is_null() | (OutboxRow.leased_until <= now)
    given_up = OutboxRow.update(failed_at=now, told_at=now, leased_until=None, last_error=why)
    return bool(given_up.where((OutboxRow.id == row.id) & _waits & free).execute())
