"""The end of the journey: one transaction maps the order and provisions it."""

from datetime import timedelta
from enum import StrEnum

from config import Settings
from mail.outbox import enqueue
from provisioning import decisions, directory, links, organizations, requests
from provisioning.facts import (
    access_request,
    facts_of,
    is_administered,
    is_mine,
    purpose_of,
    refuse_stale,
)
from provisioning.journey import OrderFacts, Step, Verdict, current_step, kind_for, verdict
from provisioning.orders import partner_organization
from records import clock, counts, lookup, orders
from records import requests as rows
from records.database import db, one_at_a_time
from records.tables import AccessRequest, Mapping, Order, OrderLine


class Completion(StrEnum):
    DONE = "done"
    CHANGED = "changed"  # what matches is not what it was: the list is to be seen again
    NOT_OPEN = "not_open"  # the order is not at review any more


def complete(
    order: Order, by: str, settings: Settings, *, proven: str | None, seen: str | None = None
) -> Completion:
    """Map an order to its organization and provision it.

    The match is run again inside: of many orders for one new company exactly one creates it.
    Refused when the page was made for other answers than the order holds.
    """
    with db.atomic():
        one_at_a_time("create organization")
        order = orders.locked(order.id)
        if order.status == "provisioned":
            return Completion.DONE
        if order.organization_id:
            # A change of its people that is under way ends first, and is seen.
            counts.locked([order.organization_id])
        facts = facts_of(order)
        if not is_mine(order, by) or current_step(facts) is not Step.REVIEW:
            return Completion.NOT_OPEN
        refuse_stale(order, seen)
        if not organizations.refit(order, settings, proven=proven):
            return Completion.CHANGED
        lines = orders.lines(order)
        if directory.taken([_number(order, line) for line in lines]):
            decisions.stop(order, "number_taken", "homeport", settings)
            return Completion.NOT_OPEN
        created = order.create_new
        if created:
            _create(order, by)
        _map(order, by, _reason(facts))
        _provision(order, lines, by)
        if created:
            told = 0
            _first_administrator(order, settings, proven)
        else:
            told = _tell_admins(order, settings)
        _receipt(order, facts, created, told)
        requests.withdraw_questions(order, by)
    return Completion.DONE


def _number(order: Order, line: OrderLine) -> str:
    """The number of the subscription that a line becomes."""
    return f"{order.number}-{line.position}"


def _create(order: Order, by: str) -> None:
    """A new organization, managed by the partner that the order names, if it is for a customer."""
    named = order.partner_organization_id
    partner = partner_organization(order.contact_role, order.contact_email, named)
    own_use = order.purpose == "partner_own_use"
    order.organization = directory.create_organization(
        ref=f"hp-{order.number}",
        name=order.company_name,
        kind=kind_for(purpose_of(order)) or "customer",
        origin="partner" if order.contact_role == "partner" else "direct",
        managed_by=None if own_use else partner,
    )
    order.partner_organization = partner or named
    orders.save(order, ["organization", "partner_organization"])
    directory.add_user(order.organization_id, order.admin_email)
    orders.note(order, by, "organization created", order.organization.ref)


def _map(order: Order, by: str, why: str) -> None:
    Mapping.create(
        order=order,
        organization=order.organization_id,
        decided_by=by,
        decided_at=clock.now(),
        why=why,
    )
    orders.note(order, by, "mapped", why)


def _reason(facts: OrderFacts) -> str:
    if facts.choice == "new":
        return "created: nothing on the list was theirs" if facts.listed else "created: no match"
    if facts.is_full_admin:
        return "chosen; the administrator is a full admin there"
    return "chosen; the full admins are asked to add the administrator"


def _provision(order: Order, lines: list[OrderLine], by: str) -> None:
    """The order's lines become subscriptions; one whose start lies ahead is pending until then."""
    for line in lines:
        ahead = line.starts_on is not None and line.starts_on > clock.today()
        directory.add_subscription(
            order.organization_id,
            number=_number(order, line),
            order=order.id,
            product=line.product,
            quantity=line.quantity,
            status="pending" if ahead else "active",
            starts_on=line.starts_on,
            ends_on=line.ends_on,
        )
    order.status = "provisioned"
    orders.save(order, ["status"])
    orders.note(order, by, "provisioned")


def _first_administrator(order: Order, settings: Settings, proven: str | None) -> None:
    """Rights exist once the person confirms from their own mailbox; an opened link has done so."""
    now = clock.now()
    confirmed = proven is not None and proven == order.admin_email
    request = AccessRequest.create(
        kind="first_admin",
        order=order,
        organization=order.organization_id,
        person_email=order.admin_email,
        requester_email=order.contact_email,
        status="approved" if confirmed else "open",
        asked_at=now,
        expires_at=now + timedelta(days=settings.request_days),
        decided_at=now if confirmed else None,
        decided_by=proven if confirmed else None,
    )
    if confirmed:
        directory.make_full_admin(order.organization_id, order.admin_email, by_themselves=True)
        orders.note(order, order.admin_email, "first administrator confirmed")
        return
    link = links.issue(
        "first_admin",
        order.admin_email,
        settings,
        order=order,
        request=request,
        days=settings.request_days,
    )
    enqueue("first_admin", order.admin_email, order=order, request=request, link=link)


def _tell_admins(order: Order, settings: Settings) -> int:
    """A notice with "this is not ours" to each full admin but the contact; to how many."""
    if is_administered(order):
        for request in rows.open_access(order):
            rows.grant(request, decisions.DIRECTORY)
            why = f"{request.person_email} is full admin"
            orders.note(order, decisions.DIRECTORY, "request approved", why)
    admins = to_be_told(order)
    for admin in admins:
        link = links.issue("dispute", admin, settings, order=order, days=settings.request_days)
        enqueue("mapped", admin, order=order, link=link)
    return len(admins)


def to_be_told(order: Order) -> list[str]:
    """Full admins of the chosen organization; the contact among them has the receipt."""
    if not order.organization_id:
        return []
    return [a for a in lookup.full_admins_of(order.organization_id) if a != order.contact_email]


def _receipt(order: Order, facts: OrderFacts, created: bool, told: int) -> None:
    asked = access_request(order)
    reach_out = verdict(facts) is Verdict.GO_ON_ASKING and bool(asked and asked.status == "open")
    enqueue(
        "receipt",
        order.contact_email,
        order=order,
        created=created,
        told=told,
        partner_reach_out=reach_out,
        person=order.admin_email,
    )


def start_due() -> int:
    """Subscriptions whose first day has come become active; how many."""
    return directory.start_due(clock.today())
