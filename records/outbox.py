"""Questions to the outbox."""

from datetime import datetime

from records import clock
from records.tables import Order, OutboxRow


def oldest_due_seconds() -> int:
    """How many seconds the oldest letter that could be sent has waited; 0 when none does."""
    row = (
        OutboxRow.select(OutboxRow.due_at)
        .where(OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null())
        .order_by(OutboxRow.due_at)
        .first()
    )
    return max(0, int((clock.now() - row.due_at).total_seconds())) if row else 0


def queued_since(since: datetime, letter: str, to: str, order: Order | None) -> int:
    """How many such letters were queued for an address since a moment."""
    about = (OutboxRow.order == order) if order else OutboxRow.order.is_null()
    recent = (OutboxRow.recipient == to) & (OutboxRow.queued_at > since)
    return OutboxRow.select().where((OutboxRow.letter == letter) & about & recent).count()


def about_request(request_id: int, letter: str) -> list[OutboxRow]:
    """The rows of one letter that a request caused, oldest first."""
    return list(
        OutboxRow.select()
        .where((OutboxRow.request == request_id) & (OutboxRow.letter == letter))
        .order_by(OutboxRow.id)
    )


def about_order(order_id: int, letter: str) -> list[OutboxRow]:
    """The rows of one letter that an order caused, oldest first."""
    return list(
        OutboxRow.select()
        .where((OutboxRow.order == order_id) & (OutboxRow.letter == letter))
        .order_by(OutboxRow.id)
    )
