"""Access requests: ask, ask again, withdraw; and what follows from each answer."""

from datetime import date, datetime, timedelta

from config import Settings
from mail.outbox import enqueue
from matching import disclosure
from matching.sentences import Refused, sentence
from provisioning import limits, viewers
from provisioning.facts import facts_of, mine, refuse_stale, standing_of
from provisioning.journey import Step, Verdict, current_step, verdict
from provisioning.notices import notify
from provisioning.telling import alert
from records import clock, lookup, orders
from records import requests as rows
from records.database import Duplicate, db, one_at_a_time
from records.tables import AccessRequest, Order

ASKED_AGAIN = "asked again"


def ask(
    order: Order,
    message: str,
    by: str,
    settings: Settings,
    *,
    proven: bool,
    seen: str | None = None,
    network: str = "",
) -> None:
    """Ask the chosen organization's full admins to add the named administrator.

    An order that must not go on waits from here. Refused while a decline is recent, when the page
    was made for other answers than the order holds, and when it asks too often.
    """
    with db.atomic():
        # Before the order, as decisions do: whoever is being added is not asked for meanwhile.
        one_at_a_time("give rights")
        held = mine(order, by)
        if held is None:
            return
        refuse_stale(held, seen)
        facts = facts_of(held)
        step = current_step(facts)
        unanswered = step is Step.WAITING and facts.request in ("declined", "expired")
        if step is not Step.ADMINISTRATOR and not unanswered:
            return
        holds = verdict(facts) is Verdict.HOLD
        barred = asked_again_from(held, settings)
        if barred and not holds:
            _leave_declined(held, message, by, settings, proven=proven)
        elif barred:
            raise Refused(
                sentence(
                    "The administrators there declined. They can be asked again from %(day)s on.",
                    day=barred,
                )
            )
        elif not _reopened(held, message, by, settings):
            if not limits.allowed("ask", settings, order=held.number, network=network):
                raise Refused(limits.too_often("ask"))
            _ask_admins(open_request(held, message, by, settings, proven=proven), held, settings)
        if holds and held.status != "waiting":
            held.status = "waiting"
            orders.save(held, ["status"])
            orders.note(held, by, "waiting")


def _ask_admins(request: AccessRequest, order: Order, settings: Settings) -> None:
    admins = lookup.full_admins_of(order.organization_id)
    notify(request, admins, settings)
    if order.admin_email != order.contact_email:
        proven = request.requester_email if request.requester_proven else None
        viewer = viewers.of_chosen(order, proven, settings)
        row = lookup.by_id(order.organization_id)
        # Who is named may be the asker by another mailbox, and sees no more than the asker.
        asked = list(disclosure.shown(row, viewer, clock.today(), admins=admins).admins)
        enqueue("named", order.admin_email, order=order, request=request, asked=asked)
    if not admins and not awaits_first_admin(order):
        alert(order, "nobody_to_ask", request.requester_email, settings, request)


def _reopened(order: Order, message: str, by: str, settings: Settings) -> bool:
    """The same question, withdrawn a moment ago, is open again; nobody is mailed about it twice."""
    before = rows.latest(order, order.organization_id, order.admin_email, "access")
    if before is None or not _is_recent(before, settings) or before.requester_email != by:
        return False
    if not rows.reopen(before, message):
        return False
    orders.note(order, by, "asked", f"to add {order.admin_email}, as before")
    return True


def _leave_declined(
    order: Order, message: str, by: str, settings: Settings, *, proven: bool
) -> None:
    """An order that may go on does, but administrators who declined are not asked anew so soon."""
    request = open_request(order, message, by, settings, proven=proven)
    rows.settle(request, "declined", rows.AUTOMATIC)
    orders.note(
        order, rows.AUTOMATIC, "request declined", "declined before, and not asked again yet"
    )


def open_request(
    order: Order, message: str, by: str, settings: Settings, *, proven: bool
) -> AccessRequest:
    """Inside a transaction: the one open access request of an order in its organization."""
    for old in rows.open_access(order):
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
    outlive(order, request, settings)
    orders.note(order, by, "asked", f"to add {order.admin_email}")
    return request


def outlive(order: Order, request: AccessRequest, settings: Settings) -> None:
    """An order does not expire before its open request, nor before the link that tells its end."""
    least = request.expires_at + timedelta(days=settings.link_days)
    order.expires_at = max(order.expires_at, least)
    orders.save(order, ["expires_at"])


def ask_again(order: Order, by: str, settings: Settings) -> bool:
    """Send the notices of an open request once more; once, and only after some days."""
    with db.atomic():
        held = mine(order, by)
        return held is not None and remind(held, by, settings)


def remind(held: Order, by: str, settings: Settings) -> bool:
    """Inside a transaction: the same for an order that is held; False where it is not due."""
    request = next(iter(rows.open_access(held)), None)
    if request is None or not may_ask_again(held, request, settings):
        return False
    notify(request, lookup.full_admins_of(request.organization_id), settings, again=True)
    rows.mark_reminded(request)
    orders.note(held, by, ASKED_AGAIN)
    return True


def _is_recent(request: AccessRequest, settings: Settings) -> bool:
    """Whether the administrators have been asked so lately that they are left in peace."""
    return bool(clock.now() < request.asked_at + timedelta(days=settings.nudge_days))


def may_ask_again(order: Order, request: AccessRequest, settings: Settings) -> bool:
    """Whether the one repetition of an open request is due and unused."""
    if standing_of(request) != "open" or _is_recent(request, settings):
        return False
    return not any(
        row.what == ASKED_AGAIN and row.at >= request.asked_at for row in orders.history(order)
    )


def asked_again_from(order: Order, settings: Settings) -> date | None:
    """The day from which a declined question may be asked again; None: now."""
    declined = rows.last_declined(order.organization_id, order, order.admin_email)
    if declined is None:
        return None
    until: datetime = declined.decided_at + timedelta(days=settings.ask_again_days)
    return until.date() if clock.now() < until else None


def awaits_first_admin(order: Order) -> bool:
    """Whether the named administrator has yet to confirm an organization that was made for them."""
    if not order.organization_id:
        return False
    pending = rows.open_in_organization(order.organization_id, "first_admin")
    mine = [request for request in pending if request.person_email == order.admin_email]
    return any(standing_of(request) == "open" for request in mine)


def withdraw_all(order: Order, by: str) -> None:
    """Inside a transaction: the contact chose otherwise, so nobody needs to answer any more."""
    _withdraw(order, rows.open_access(order), by)
    release(order, by)


def withdraw_questions(order: Order, by: str) -> None:
    """Inside a transaction: what the question was asked for has changed, or is decided."""
    _withdraw(order, [r for r in rows.open_of(order) if r.kind == "confirm"], by)


def _withdraw(order: Order, requests: list[AccessRequest], by: str) -> None:
    if [request for request in requests if rows.withdraw(request, by)]:
        orders.note(order, by, "request withdrawn")


def release(order: Order, by: str) -> None:
    """A waiting order whose hold is over is launched again."""
    if order.status == "waiting":
        order.status = "launched"
        orders.save(order, ["status"])
        orders.note(order, by, "launched")
