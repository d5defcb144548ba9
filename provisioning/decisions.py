"""Answers to requests. Each is one transaction that checks, then and there, who may give it."""

from enum import StrEnum

from config import Settings
from mail.outbox import enqueue
from matching.sentences import Refused, sentence
from provisioning import directory, links, questions, requests
from provisioning.facts import facts_of, is_mine, refuse_stale, standing_of
from provisioning.journey import CLOSED, Step, Verdict, current_step, verdict
from provisioning.notices import notify
from provisioning.telling import alert, send_on
from records import counts, lookup, orders
from records import links as link_rows
from records import requests as rows
from records.database import db, one_at_a_time
from records.tables import AccessRequest, MagicLink, Order

STATUS = {"add": "approved", "accept": "accepted", "decline": "declined", "report": "reported"}
CONFIRMED = {"yes": "approved", "no": "declined", "report": "reported"}
DIRECTORY = "directory"


class Ending(StrEnum):
    """What became of an answer; each but `counted` has a page of its own."""

    COUNTED = "counted"
    DECIDED = "decided"  # somebody was first
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_ENTITLED = "not_entitled"


def standing(request: AccessRequest, by: str) -> Ending | None:
    """Why `by` cannot answer a request any more; None while they can."""
    status = standing_of(request)
    # Who may not decide any more is not told either who did, or when.
    if request.kind in ("access", "confirm") and not may_decide(request, by):
        return Ending.NOT_ENTITLED
    if status == "open":
        return None
    return Ending(status) if status in ("expired", "withdrawn") else Ending.DECIDED


def of_digest(link: MagicLink, which: int) -> AccessRequest | None:
    """A request that a digest's reader may look at: one to the same organization."""
    found = rows.find(which)
    if found is None or found.kind not in ("access", "confirm"):
        return None
    return found if found.organization_id == link.request.organization_id else None


def may_decide(request: AccessRequest, by: str) -> bool:
    """Full admins of the organization decide, never the person to be added."""
    themselves = request.kind == "access" and request.person_email == by
    return not themselves and lookup.is_full_admin(request.organization_id, by)


def decide(request_id: int, by: str, decision: str, note: str, settings: Settings) -> Ending:
    """A full admin's answer (add, accept, decline, report). Of two at once exactly one counts."""
    with db.atomic():
        one_at_a_time("give rights")
        request = rows.by_id(request_id)
        order = _locked(request.order_id, request.organization_id, request.person_email)
        if not rows.settle_by_admin(request, STATUS[decision], by, note):
            return standing(rows.by_id(request_id), by) or Ending.NOT_ENTITLED
        _follow(rows.by_id(request_id), order, decision, settings, told=True)
    return Ending.COUNTED


def confirm(request_id: int, by: str, answer: str, note: str, settings: Settings) -> Ending:
    """A full admin says whether an order is theirs (yes, no, report); it grants nothing."""
    with db.atomic():
        one_at_a_time("give rights")
        request = rows.by_id(request_id)
        order = orders.locked(request.order_id)
        if not rows.settle_by_admin(request, CONFIRMED[answer], by, note):
            return standing(rows.by_id(request_id), by) or Ending.NOT_ENTITLED
        request = rows.by_id(request_id)
        if answer == "report":
            orders.note(order, by, "question reported", note)
            stop(order, "reported", by, settings, request)
        else:
            questions.follow(request, order, settings)
    return Ending.COUNTED


def decide_at_once(
    order: Order, by: str, decision: str, settings: Settings, *, seen: str | None = None
) -> None:
    """A contact whose proven mailbox is a full admin there answers without a notice.

    Refused when the page was made for other answers than the order holds.
    """
    with db.atomic():
        one_at_a_time("give rights")
        stored = orders.locked(order.id)
        refuse_stale(stored, seen)
        held = _locked(stored.id, stored.organization_id, stored.admin_email)
        if not is_mine(held, by) or not _is_undecided(held) or decision not in ("add", "accept"):
            return
        in_time = (r for r in rows.open_access(held) if standing_of(r) == "open")
        request = next(in_time, None) or requests.open_request(held, "", by, settings, proven=True)
        if not rows.settle_by_admin(request, STATUS[decision], by, ""):
            raise Refused(sentence("You are no full administrator there any more."))
        _follow(rows.by_id(request.id), held, decision, settings, told=False)


def _is_undecided(order: Order) -> bool:
    """Whether it is still to be said what becomes of the named administrator."""
    facts = facts_of(order)
    asks = current_step(facts) in (Step.ADMINISTRATOR, Step.WAITING)
    return asks or verdict(facts) is Verdict.GO_ON_ASKING


def _locked(order_id: int, organization_id: int, person: str) -> Order:
    """An order, held with every other that making this person an administrator may free.

    All that decide or ask do so one at a time: no two wait for each other's orders, and nobody
    begins to wait for this person meanwhile.
    """
    others = rows.open_in_organization(organization_id, "access")
    freed = {other.order_id for other in others if other.person_email == person}
    held = {number: orders.locked(number) for number in sorted(freed | {order_id})}
    return held[order_id]


def _follow(
    request: AccessRequest, order: Order, decision: str, settings: Settings, *, told: bool
) -> None:
    by, held = request.decided_by, order.status == "waiting"
    holds = order.status != "provisioned" and verdict(facts_of(order)) is Verdict.HOLD
    orders.note(order, by, f"request {request.status}", request.note)
    if decision == "add":
        add_full_admin(request, order, by, settings)
    if decision == "accept" and holds:
        _administered_by(order, by)
    if decision == "report":
        stop(order, "reported", by, settings, request)
    elif told:
        _answer(request, order, held, settings)
    if decision != "report":
        requests.release(order, by)


def _administered_by(order: Order, admin: str) -> None:
    order.admin_email = admin
    orders.save(order, ["admin_email"])


def _answer(request: AccessRequest, order: Order, held: bool, settings: Settings) -> None:
    """Tell the contact; where the order can go on or be changed, with a fresh link."""
    if order.status in ("provisioned", "stopped"):
        enqueue("answered", order.contact_email, order=order, request=request)
        return
    letter = "declined" if request.status == "declined" else "resumed" if held else "answered"
    send_on(letter, order, settings, request)


def add_full_admin(request: AccessRequest, order: Order, by: str, settings: Settings) -> None:
    """The person becomes full admin by that admin's act; all of them and the person are told."""
    directory.make_full_admin(request.organization_id, request.person_email)
    for admin in lookup.full_admins_of(request.organization_id):
        link = links.issue(
            "dispute", admin, settings, order=order, request=request, days=settings.report_days
        )
        enqueue(
            "added",
            admin,
            order=order,
            request=request,
            link=link,
            person=request.person_email,
            by=by,
        )
    # Whoever waits there for this very person waits no longer.
    for other in rows.open_in_organization(request.organization_id, "access"):
        if other.person_email == request.person_email and other.order_id != order.id:
            _granted(other, settings)


def resume_granted(settings: Settings) -> int:
    """After a sync: end every hold whose person the directory now names full admin; how many."""
    with db.atomic():
        one_at_a_time("give rights")
        return sum(_granted(request, settings) for request in rows.open_and_granted())


def check_again(order: Order, settings: Settings) -> bool:
    """The same for one order, on its contact's wish."""
    with db.atomic():
        one_at_a_time("give rights")
        granted = rows.open_and_granted(order)
        return sum(_granted(request, settings, told=False) for request in granted) > 0


def _granted(
    request: AccessRequest, settings: Settings, how: str = DIRECTORY, *, told: bool = True
) -> bool:
    order = orders.locked(request.order_id)
    if not rows.grant(request, how):
        return False
    held = order.status == "waiting"
    orders.note(order, how, "request approved", f"{request.person_email} is full admin")
    requests.release(order, how)
    if told and order.status == "launched":
        send_on("resumed" if held else "answered", order, settings, request, how=how)
    return True


def confirm_first_admin(link: MagicLink, confirmed: bool, settings: Settings) -> Ending:
    """The administrator of an organization made here says, from their own mailbox, yes or no."""
    with db.atomic():
        one_at_a_time("give rights")
        request = rows.by_id(link.request_id)
        order = _locked(request.order_id, request.organization_id, link.email)
        # A change of its people that is under way ends first, and is seen.
        counts.locked([request.organization_id])
        if confirmed and not may_confirm(request, order):
            return standing(request, link.email) or Ending.NOT_ENTITLED
        if not rows.settle(request, "approved" if confirmed else "reported", link.email):
            return standing(rows.by_id(request.id), link.email) or Ending.DECIDED
        others = rows.open_in_organization(request.organization_id, "access")
        if not confirmed:
            alert(order, "first_admin_refused", link.email, settings, request)
            for other in others:
                alert(other.order, "nobody_to_ask", link.email, settings, other)
            return Ending.COUNTED
        directory.make_full_admin(request.organization_id, link.email, by_themselves=True)
        orders.note(order, link.email, "first administrator confirmed")
        for other in others:
            if other.person_email == link.email:
                _granted(other, settings, how="first_admin")
            else:
                notify(other, [link.email], settings)
    return Ending.COUNTED


def may_confirm(request: AccessRequest, order: Order) -> bool:
    """Not where others administer it by now, nor while the operator looks into the order."""
    organization_id = request.organization_id
    still_a_user = lookup.is_user(organization_id, request.person_email)
    return order.status != "stopped" and still_a_user and not lookup.full_admins_of(organization_id)


def dispute(link: MagicLink, settings: Settings) -> Ending:
    """ "This is not ours": a full admin freezes the order, and the operator is called."""
    with db.atomic():
        order = orders.locked(link.order_id)
        organization_id = disputed_organization(link)
        if not lookup.is_full_admin(organization_id, link.email):
            return Ending.NOT_ENTITLED
        if not link_rows.claim(link, ""):
            return Ending.DECIDED
        opened = rows.open_dispute(order, organization_id, link.email)
        orders.note(order, link.email, "disputed")
        stop(order, "disputed", link.email, settings, opened)
        enqueue("dispute", link.email, order=order, request=opened, outcome="stopped")
    return Ending.COUNTED


def disputed_organization(link: MagicLink) -> int:
    """The organization that a dispute link is about."""
    return int(link.request.organization_id if link.request_id else link.order.organization_id)


def stop(
    order: Order,
    reason: str,
    by: str,
    settings: Settings,
    request: AccessRequest | None = None,
) -> None:
    """Freeze an order for the operator, who can restore what it was; subscriptions stay."""
    if order.status not in CLOSED:
        order.stopped_from = "launched" if order.status == "waiting" else order.status
        order.status = "stopped"
        orders.save(order, ["status", "stopped_from"])
        orders.note(order, by, "stopped", reason)
    alert(order, reason, by, settings, request)
