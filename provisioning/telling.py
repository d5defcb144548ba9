"""What a contact is told unasked, with a link to the order; and the operator's queue."""

from typing import Any

from config import Settings
from mail.outbox import enqueue
from provisioning import links
from records import clock, orders
from records.tables import AccessRequest, Order


def send_on(
    letter: str,
    order: Order,
    settings: Settings,
    request: AccessRequest | None = None,
    **facts: Any,
) -> None:
    """A letter to the contact with a fresh link; whoever just heard of an order is not chased."""
    to = order.contact_email
    link = links.issue("launch", to, settings, order=order)
    enqueue(letter, to, order=order, request=request, link=link, **facts)
    order.nudged_at = clock.now()
    orders.save(order, ["nudged_at"])


def invite(letter: str, order: Order, settings: Settings, **facts: Any) -> None:
    """The first link of a contact, from which the days until a reminder are counted."""
    send_on(letter, order, settings, **facts)
    order.invited_at = order.nudged_at
    orders.save(order, ["invited_at"])


def alert(
    order: Order,
    reason: str,
    who: str,
    settings: Settings,
    request: AccessRequest | None = None,
) -> None:
    """The operator's queue: a mail to the support address that names the order and the reason."""
    to = settings.support_address
    enqueue("alert", to, order=order, request=request, reason=reason, who=who)
    orders.note(order, who, "operator alerted", reason)
