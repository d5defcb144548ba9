"""How an order closes, and how the operator opens it again: expire, cancel, reopen, restore."""

from datetime import datetime, timedelta

from config import Settings
from mail.outbox import enqueue
from matching.sentences import Refused, TooLate, sentence
from provisioning import requests
from provisioning.days import is_chased
from provisioning.facts import facts_of, standing_of
from provisioning.journey import Verdict, verdict
from provisioning.telling import alert, invite, send_on
from records import clock, orders
from records import links as link_rows
from records import requests as rows
from records.database import db
from records.due import CHASED, UNFINISHED
from records.tables import Order


def chase(order_id: int, settings: Settings) -> bool:
    """Remind the contact of an unfinished order, with a fresh link, if that is due now."""
    with db.atomic():
        order = orders.locked(order_id)
        due = is_chased(
            order.invited_at,
            order.nudged_at,
            order.expires_at,
            clock.now(),
            settings.chased_on,
            settings.last_reminder_days,
        )
        if not due or order.status not in CHASED:
            return False
        send_on("reminder", order, settings)
        orders.note(order, rows.AUTOMATIC, "reminded")
    return True


def expire(order_id: int, settings: Settings) -> bool:
    """An order whose time is over closes; not while an administrator can still answer."""
    with db.atomic():
        order = orders.locked(order_id)
        if order.status not in UNFINISHED or order.expires_at > clock.now():
            return False
        if any(standing_of(request) == "open" for request in rows.open_of(order)):
            return False
        _close(order, "expired", rows.AUTOMATIC)
        link_rows.end_sessions(order)
        enqueue("expired", order.contact_email, order=order)
        alert(order, "expired", rows.AUTOMATIC, settings)
    return True


def cancel(order: Order, by: str, why: str) -> None:
    """An order that is not to be; Refused once it is provisioned."""
    with db.atomic():
        held = orders.locked(order.id)
        if "provisioned" in (held.status, held.stopped_from):
            raise TooLate(sentence("This order is provisioned, and cannot be cancelled any more."))
        if held.status == "cancelled":
            raise TooLate(sentence("This order is cancelled already."))
        _close(held, "cancelled", by, why)
        enqueue("cancelled", held.contact_email, order=held, why=why)
        end_disputes(held, "approved", "cancelled", by, why)


def reopen(
    order: Order, by: str, why: str, settings: Settings, expires_at: datetime | None = None
) -> None:
    """An expired order lives again, with a new expiry and a new link; Refused for any other."""
    until = expires_at or clock.now() + timedelta(days=settings.order_days)
    with db.atomic():
        held = orders.locked(order.id)
        overdue = held.status in UNFINISHED and held.expires_at <= clock.now()
        if held.status != "expired" and not overdue:
            raise Refused(sentence("Only an expired order can be reopened."))
        if until <= clock.now():
            raise Refused(sentence("The new expiry lies in the past; name a later day."))
        if overdue:
            _close(held, "expired", rows.AUTOMATIC)
        orders.note(held, by, "reopened", why)
        _set(held, "launched" if orders.was_launched(held) else "placed", by)
        held.expires_at = until
        orders.save(held, ["expires_at"])
        invite("reopened", held, settings)


def restore(order: Order, by: str, why: str, settings: Settings) -> None:
    """A stopped order has its previous status again; Refused for any other."""
    with db.atomic():
        held = orders.locked(order.id)
        if held.status != "stopped":
            raise Refused(sentence("Only a stopped order can be restored."))
        orders.note(held, by, "restored", why)
        restart(held, by)
        end_disputes(held, "declined", "restored", by, why)
        if held.status in CHASED:
            # However long it took to look into it: the link that tells of it opens something.
            least = clock.now() + timedelta(days=settings.link_days)
            held.expires_at = max(held.expires_at, least)
            orders.save(held, ["expires_at"])
            send_on("resumed", held, settings, how="operator")


def restart(held: Order, by: str) -> None:
    """Inside a transaction: a stopped order is what it was."""
    status, held.stopped_from = held.stopped_from, None
    orders.save(held, ["stopped_from"])
    waits = rows.open_access(held) and verdict(facts_of(held)) is Verdict.HOLD
    _set(held, "waiting" if waits and status == "launched" else status, by)


def end_disputes(held: Order, status: str, outcome: str, by: str, why: str) -> None:
    """Everybody who said that an order is not theirs is told what came of it."""
    for dispute in rows.settle_disputes(held, status, by, why):
        enqueue("dispute", dispute.person_email, order=held, request=dispute, outcome=outcome)


def _close(held: Order, status: str, by: str, why: str = "") -> None:
    """Nobody is asked about it any more, and no link opens it."""
    _set(held, status, by, why)
    requests.withdraw_all(held, by)
    requests.withdraw_questions(held, by)
    link_rows.replace_unclaimed(held, "launch")


def _set(held: Order, status: str, by: str, why: str = "") -> None:
    held.status = status
    orders.save(held, ["status"])
    orders.note(held, by, status, why)
