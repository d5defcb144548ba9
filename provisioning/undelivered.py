"""Mail that does not arrive: the order's history says so, and the operator hears of it."""

import logging

from config import Settings
from mail.outbox import enqueue
from provisioning import unanswered
from records import orders, outbox
from records.database import Unavailable, db
from records.tables import Order, OutboxRow

BATCH = 50
UNDELIVERED = "mail undelivered"
BY = "homeport"

log = logging.getLogger(__name__)


def tell(settings: Settings) -> int:
    """Tell of each letter that has failed; how many there were.

    One that cannot be told of is left at that, and does not keep the others waiting.
    """
    found = outbox.untold(BATCH)
    for row in found:
        try:
            _tell(row, settings)
        except Unavailable:
            raise
        except Exception:
            log.exception("nobody is told that row %d has failed", row.id)
            outbox.tell(row)
    return len(found)


def _tell(row: OutboxRow, settings: Settings) -> None:
    with db.atomic():
        order = orders.locked(row.order_id) if row.order_id else None
        if not outbox.tell(row) or order is None:
            return
        is_news = not _is_known(order, row.recipient)
        orders.note(order, BY, UNDELIVERED, f"{row.letter} to {row.recipient}: {row.last_error}")
        # The operator's own mail is not announced by another to the same address.
        if row.letter == "alert":
            return
        called = row.letter in outbox.NOTICES and unanswered.call_operator(row.request_id, settings)
        if is_news and not called:
            enqueue(
                "alert",
                settings.support_address,
                order=order,
                reason="undelivered",
                address=row.recipient,
                why=row.last_error,
            )
            orders.note(order, BY, "operator alerted", "undelivered")


def _is_known(order: Order, address: str) -> bool:
    """Whether the operator has heard that this order's mail does not reach an address."""
    return any(
        event.what == UNDELIVERED and f" to {address}: " in event.why
        for event in orders.history(order)
    )
