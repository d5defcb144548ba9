"""Where an order stands, as its partner reads it: state, whose move, since when, what next."""

from dataclasses import dataclass
from datetime import datetime

from provisioning import partners
from provisioning.facts import access_request, facts_of, is_closed
from provisioning.journey import Awaited, Step, awaited, current_step
from records import orders
from records.tables import Order, OrderLine
from views import visit

# What happens to an order without bringing it further.
REMARKS = ("fresh link sent", "asked again", "portal link", "link opened", "operator alerted")


@dataclass(frozen=True, slots=True)
class Entry:
    order: Order
    lines: list[OrderLine]
    status: str
    step: Step | None  # None: there is nothing to be done
    awaited: Awaited
    since: datetime
    is_own: bool


def entry(order: Order, email: str) -> Entry:
    """An order as `email`, who may see it, reads of it."""
    closed, facts = is_closed(order), facts_of(order)
    whose = awaited(facts, closed)
    asked = access_request(order) if whose is Awaited.ADMINISTRATORS else None
    return Entry(
        order=order,
        lines=orders.lines(order),
        status=visit.closing(order) if closed else order.status,
        step=None if closed else current_step(facts),
        awaited=whose,
        since=asked.asked_at if asked else orders.last_moved(order, REMARKS),
        is_own=partners.is_contact(order, email),
    )
