"""Requests that nobody answers: the reminder, the end of their time, and nobody left to ask."""

from config import Settings
from mail.outbox import enqueue
from provisioning import requests
from provisioning.facts import is_closed, is_over, standing_of
from provisioning.notices import is_lost, notify
from provisioning.telling import alert, send_on
from records import lookup, orders
from records import requests as rows
from records.database import db
from records.tables import AccessRequest, Order

NOBODY = ("nobody_to_ask", "unreachable")


def remind(request_id: int, settings: Settings) -> bool:
    """The notices of an open request once more; not while its order is stopped."""
    with db.atomic():
        request = rows.by_id(request_id)
        order = orders.locked(request.order_id)
        if order.status == "stopped" or not rows.mark_reminded(request):
            return False
        admins = lookup.full_admins_of(request.organization_id)
        notify(request, admins, settings, again=True)
        if admins:
            orders.note(order, rows.AUTOMATIC, "administrators reminded")
    return True


def expire(request_id: int, settings: Settings) -> bool:
    """A request whose time is over ends, and whoever waits for its answer is told."""
    with db.atomic():
        request = rows.by_id(request_id)
        order = orders.locked(request.order_id)
        if not rows.expire(request):
            return False
        orders.note(order, rows.AUTOMATIC, "request expired")
        if request.kind == "first_admin":
            alert(order, "first_admin_unconfirmed", rows.AUTOMATIC, settings, request)
            return True
        requests.release(order, rows.AUTOMATIC)
        if is_over(order):
            _tell_without_a_link(order, request)
        else:
            send_on("unanswered", order, settings, request)
    return True


def _tell_without_a_link(order: Order, request: AccessRequest) -> None:
    """Of an order that is closed by now its contact has heard already."""
    if not is_closed(order):
        enqueue("unanswered", order.contact_email, order=order, request=request)


def call_operator(request_id: int, settings: Settings) -> bool:
    """Once: nobody is left who could answer, because there is no full admin or no mail arrives."""
    with db.atomic():
        request = rows.by_id(request_id)
        order = orders.locked(request.order_id)
        if standing_of(request) != "open" or not is_lost(request) or _is_known(order, request):
            return False
        there = lookup.full_admins_of(request.organization_id)
        reason = "unreachable" if there else "nobody_to_ask"
        alert(order, reason, rows.AUTOMATIC, settings, request)
    return True


def _is_known(order: Order, request: AccessRequest) -> bool:
    known = orders.noted_since(order, "operator alerted", NOBODY, request.asked_at)
    return known or requests.awaits_first_admin(order)
