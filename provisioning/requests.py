"""Access requests: ask, ask again, withdraw; and what follows from each answer."""

from datetime import timedelta

from config import Settings
from mail.outbox import enqueue
from matching.addresses import masked
from matching.sentences import Refused, sentence
from provisioning import links
from provisioning.facts import facts_of, standing_of
from provisioning.journey import Step, Verdict, current_step, verdict
from records import clock, lookup, orders
from records import requests as rows
from records.database import Duplicate, db
from records.tables import AccessRequest, Order

ASK_AGAIN_AFTER = timedelta(days=3)
ASKED_AGAIN = "asked again"


def ask(order: Order, message: str, by: str, settings: Settings, *, proven: bool) -> None:
    """Ask the chosen organization's full admins to add the named administrator.

    An order that must not go on waits from here. Refused while a decline is recent.
    """
    with db.atomic():
        order = orders.locked(order.id)
        facts = facts_of(order)
        unanswered = current_step(facts) is Step.WAITING and facts.request in (
            "declined",
            "expired",
        )
        if current_step(facts) is not Step.ADMINISTRATOR and not unanswered:
            return
        _refuse_if_declined(order, settings)
        request = open_request(order, message, by, settings, proven=proven)
        admins = lookup.full_admins_of(order.organization_id)
        notify(request, admins, settings)
        if order.admin_email != order.contact_email:
            asked = [masked(admin) for admin in admins]
            enqueue("named", order.admin_email, order=order, request=request, asked=asked)
        if not admins and not awaits_first_admin(order):
            alert(order, "nobody_to_ask", by, settings)
        if verdict(facts) is Verdict.HOLD:
            order.status = "waiting"
            orders.save(order, ["status"])
            orders.note(order, by, "waiting")


def open_request(
    order: Order, message: str, by: str, settings: Settings, *, proven: bool
) -> AccessRequest:
    """Inside a transaction: the one open access request of an order in its organization."""
    for old in rows.open_of_order(order):
        if standing_of(old) == "expired":
            rows.expire(old)
    now = clock.now()
    try:
        with db.atomic():
            request = AccessRequest.create(
                kind="access",
                order=order,
                organization=order.organization_id,
                person_email=order.admin_email,
                requester_email=by,
                requester_proven=proven,
                message=message,
                asked_at=now,
                expires_at=now + timedelta(days=settings.request_days),
            )
    except Duplicate:
        raise Refused(sentence("This organization has been asked already.")) from None
    orders.note(order, by, "asked", f"to add {order.admin_email}")
    return request


def ask_again(order: Order, by: str, settings: Settings) -> bool:
    """Send the notices of an open request once more; once, and not before 3 days have passed."""
    with db.atomic():
        order = orders.locked(order.id)
        request = next((r for r in rows.open_of_order(order) if r.kind == "access"), None)
        if request is None or not may_ask_again(order, request):
            return False
        notify(request, lookup.full_admins_of(request.organization_id), settings)
        orders.note(order, by, ASKED_AGAIN)
    return True


def may_ask_again(order: Order, request: AccessRequest) -> bool:
    """Whether the one repetition of an open request is due and unused."""
    if standing_of(request) != "open" or clock.now() < request.asked_at + ASK_AGAIN_AFTER:
        return False
    return not any(
        row.what == ASKED_AGAIN and row.at >= request.asked_at for row in orders.history(order)
    )


def _refuse_if_declined(order: Order, settings: Settings) -> None:
    declined = rows.last_declined(order.organization_id, order, order.admin_email)
    if declined is None:
        return
    until = declined.decided_at + timedelta(days=settings.ask_again_days)
    if clock.now() < until:
        raise Refused(
            sentence(
                "The administrators there declined. They can be asked again from %(day)s on.",
                day=until.date(),
            )
        )


def notify(request: AccessRequest, admins: list[str], settings: Settings) -> None:
    """A notice with a link of its own to each full admin."""
    for admin in admins:
        link = links.issue(
            "decision",
            admin,
            settings,
            request=request,
            order=request.order,
            days=settings.request_days,
        )
        enqueue(
            "access_notice",
            admin,
            order=request.order,
            request=request,
            link=link,
            requester_proven=request.requester_proven,
        )


def awaits_first_admin(order: Order) -> bool:
    """Whether the named administrator has yet to confirm an organization that was made for them."""
    if not order.organization_id:
        return False
    pending = rows.open_in_organization(order.organization_id, "first_admin")
    return any(request.person_email == order.admin_email for request in pending)


def withdraw_all(order: Order, by: str) -> None:
    """Inside a transaction: the contact chose otherwise, so nobody needs to answer any more."""
    withdrawn = [
        r for r in rows.open_of_order(order) if r.kind == "access" and rows.withdraw(r, by)
    ]
    if withdrawn:
        orders.note(order, by, "request withdrawn")
    release(order)


def release(order: Order) -> None:
    """A waiting order whose hold is over is launched again."""
    if order.status == "waiting":
        order.status = "launched"
        orders.save(order, ["status"])


def alert(order: Order, reason: str, who: str, settings: Settings) -> None:
    """The operator's queue: a mail to the support address that names the order and the reason."""
    enqueue("alert", settings.support_address, order=order, reason=reason, who=who)
    orders.note(order, who, "operator alerted", reason)
