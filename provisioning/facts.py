"""The plain facts of an order, read from its rows."""

from provisioning.journey import OrderFacts
from records import clock, lookup, requests
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
    )


def standing_of(request: AccessRequest) -> str:
    """A request's status; one past its time is expired, whether or not a job has said so yet."""
    overdue = request.status == "open" and request.expires_at <= clock.now()
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
