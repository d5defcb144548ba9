"""Questions to the outbox."""

from datetime import datetime

from records import clock
from records.tables import LinkWish, Order, OutboxRow


def oldest_due_seconds() -> int:
    """How many seconds the oldest letter, or wish for one, has waited; 0 when none does."""
    row = (
        OutboxRow.select(OutboxRow.due_at)
        .where(OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null())
        .order_by(OutboxRow.due_at)
        .first()
    )
    wish = LinkWish.select(LinkWish.asked_at).order_by(LinkWish.id).first()
    since = [moment for moment in (row and row.due_at, wish and wish.asked_at) if moment]
    return max(0, int((clock.now() - min(since)).total_seconds())) if since else 0


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
