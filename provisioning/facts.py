"""The plain facts of an order, read from its rows."""

from matching.sentences import Refused, sentence
from provisioning.journey import CLOSED, OrderFacts
from records import clock, lookup, orders, requests
from records.tables import AccessRequest, Order


def facts_of(order: Order) -> OrderFacts:
    """What the journey of this order follows from, as the rows say at this moment."""
    asked = access_request(order)
    return OrderFacts(
        status=order.status,
        role=order.contact_role,
        purpose=purpose_of(order),
        answered=order.admin_email is not None,
        listed=bool(order.offered),
        choice="new" if order.create_new else "existing" if order.organization_id else None,
        is_full_admin=is_administered(order),
        request=standing_of(asked) if asked else None,
        vouched=is_vouched(order),
    )


def is_vouched(order: Order) -> bool:
    """Whether a partner is one by the seller's word or the directory's, not a customer's alone."""
    said = order.contact_role == "customer" or order.placed_role == "partner"
    return said or order.partner_organization_id is not None


def mine(order: Order, by: str) -> Order | None:
    """Inside a transaction: the order, held; None when `by` is its contact no longer or it is over.

    A session was looked at before the transaction; a hand-over may have come between.
    """
    held = orders.locked(order.id)
    return held if is_mine(held, by) else None


def is_mine(held: Order, by: str) -> bool:
    """Whether a held order is this contact's to act on."""
    return held.contact_email == by and not is_over(held)


def answers_of(order: Order) -> str:
    """All answers that an order holds, as one text: a page is stale when it was made for others."""
    chosen = "new" if order.create_new else str(order.organization_id)
    return "\n".join((order.purpose or "", order.company_name, order.admin_email or "", chosen))


def refuse_stale(order: Order, seen: str | None) -> None:
    """Raise Refused when a page was made for other answers than the order holds (None: unknown)."""
    if seen is not None and seen != answers_of(order):
        raise Refused(
            sentence("This order has changed since you saw the page. Look at it once more.")
        )


def is_closed(order: Order) -> bool:
    """Whether nothing can be done to an order by its contact, job or no job."""
    overdue = order.status != "provisioned" and order.expires_at <= clock.now()
    return order.status in CLOSED or overdue


def is_over(order: Order) -> bool:
    """Whether the journey has ended, well or not."""
    return order.status == "provisioned" or is_closed(order)


def standing_of(request: AccessRequest) -> str:
    """A request's status; one past its time is expired, whether or not a job has said so yet."""
    waits = request.status == "open" and request.kind != "dispute"  # the operator's has no limit
    overdue = waits and request.expires_at <= clock.now()
    return "expired" if overdue else str(request.status)


def purpose_of(order: Order) -> str | None:
    """A customer's order has its purpose by its contact's role; a partner says it."""
    return "customer" if order.contact_role == "customer" else order.purpose


def is_administered(order: Order) -> bool:
    """Whether the named administrator is a full admin of the chosen organization, right now."""
    if not order.organization_id or not order.admin_email:
        return False
    return lookup.is_full_admin(order.organization_id, order.admin_email)


def access_request(order: Order) -> AccessRequest | None:
    """The latest access request for the named administrator in the chosen organization."""
    if not order.organization_id or not order.admin_email:
        return None
    return requests.latest(order, order.organization_id, order.admin_email, "access")
