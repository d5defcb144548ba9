"""What an operator can do to an order at this moment, and what only operators do."""

from datetime import datetime, timedelta

from config import Settings
from mail.outbox import enqueue
from matching.sentences import Refused, TooLate, sentence
from provisioning import auditing, links, organizations, requests, telling
from provisioning.facts import is_closed, is_over, standing_of
from provisioning.matches import Match
from records import clock, orders
from records import links as link_rows
from records import requests as rows
from records.database import db
from records.due import UNFINISHED
from records.tables import AccessRequest, Order

EXTENDED = ("access", "confirm", "first_admin")
CLOSED = ("access", "confirm")


def possible(order: Order) -> tuple[str, ...]:
    """What can be done to an order as it is, by the names that the console gives it."""
    overdue = order.status in UNFINISHED and order.expires_at <= clock.now()
    was_set_up = "provisioned" in (order.status, order.stopped_from)
    can = {
        "link": not is_closed(order),
        "contact": not is_over(order),
        "grant": not is_over(order),
        "reopen": order.status == "expired" or overdue,
        "restore": order.status == "stopped",
        "move": orders.mapping(order) is not None,
        "cancel": order.status != "cancelled" and not was_set_up,
    }
    return tuple(name for name, now in can.items() if now)


def send_link(order: Order, by: str, why: str, settings: Settings) -> None:
    """A fresh link to the contact, and to nobody else; Refused for an order that none opens."""
    with db.atomic():
        held = orders.locked(order.id)
        if is_closed(held):
            raise TooLate(sentence("This order is closed, and no link opens it."))
        link = links.issue("launch", held.contact_email, settings, order=held)
        enqueue("fresh_link", held.contact_email, order=held, link=link)
        orders.note(held, by, "fresh link sent", why)


def candidates(order: Order, by: str, settings: Settings) -> Match:
    """What the order's contact is offered; that an operator looked is in the order's history."""
    if order.admin_email is None:
        raise Refused(sentence("The contact has not named a company and an administrator yet."))
    with auditing.did(by, "looked at the candidates", "order", order.number):
        orders.note(order, by, "candidates looked at")
        return organizations.match_for(order, settings, proven=order.contact_email)


def extend(request: AccessRequest, by: str, why: str, settings: Settings) -> datetime:
    """More time to answer an open request; until when. Refused for one that is over.

    Nobody is asked anew: the links in the notices live on with it.
    """
    with db.atomic():
        order = orders.locked(request.order_id)
        held = rows.by_id(request.id)
        if held.kind not in EXTENDED or standing_of(held) != "open":
            raise TooLate(sentence("This request waits for no answer any more."))
        until = clock.now() + timedelta(days=settings.request_days)
        rows.prolong(held, until)
        link_rows.prolong(held, until)
        if held.kind != "first_admin" and not is_over(order):
            requests.outlive(order, rows.by_id(held.id), settings)
        orders.note(order, by, "request extended", why)
        return until


def close(request: AccessRequest, by: str, why: str, settings: Settings) -> None:
    """Withdraw a request that nobody is to answer: it grants nothing, and refuses nothing.

    An order that waited for it goes on with another choice, and its contact is told to.
    """
    with db.atomic():
        order = orders.locked(request.order_id)
        held = rows.by_id(request.id)
        if held.kind not in CLOSED or not rows.withdraw(held, by):
            raise TooLate(sentence("This request waits for no answer any more."))
        orders.note(order, by, "request withdrawn", why)
        waited = order.status == "waiting" and not rows.open_access(order)
        if waited:
            requests.release(order, by)
        if waited and not is_closed(order):
            telling.send_on("reminder", order, settings)
