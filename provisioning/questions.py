"""The confirm question: a contact in doubt asks full admins whether an order is theirs."""

from datetime import timedelta

from config import Settings
from matching.rules import Candidate, Tier
from matching.sentences import Refused, sentence
from provisioning import limits, matches, organizations
from provisioning.facts import is_administered, is_over, mine, standing_of
from provisioning.journey import CLOSED
from provisioning.notices import notify
from provisioning.orders import clear_choice
from provisioning.requests import outlive
from provisioning.telling import send_on
from records import clock, lookup, orders
from records import requests as rows
from records.database import Duplicate, db, one_at_a_time
from records.tables import AccessRequest, Order


def ask(
    order: Order, wish: int | None, by: str, settings: Settings, *, proven: str | None, network: str
) -> None:
    """Ask the full admins of a listed organization; choosing stays free meanwhile.

    `wish`: its id, None when what was sent names none. Refused when it is listed no longer, when
    nobody administers it, and while another question of the order is open.
    """
    with db.atomic():
        one_at_a_time("give rights")
        held = mine(order, by)
        if held is None or held.admin_email is None:
            return
        found = organizations.match_for(held, settings, proven=proven)
        candidate = matches.find(found, wish, settings) if wish is not None else None
        if candidate is None:
            raise Refused(sentence("The list has changed since you saw it. Look at it once more."))
        if not may_be_asked(candidate):
            raise Refused(sentence("This organization has no administrator who can be asked."))
        if not limits.allowed("ask", settings, order=held.number, network=network):
            raise Refused(limits.too_often("ask"))
        request = _open(held, candidate.organization.id, by, settings, proven=proven is not None)
        notify(request, lookup.full_admins_of(request.organization_id), settings)


def may_be_asked(candidate: Candidate) -> bool:
    """Whoever administers it knows; and where nobody does, there is nobody to ask."""
    return candidate.organization.admins > 0 and candidate.tier is not Tier.ADMINISTERS


def open_question(order: Order) -> AccessRequest | None:
    """The question that waits for an answer, in time."""
    waiting = (r for r in rows.open_of(order) if r.kind == "confirm" and standing_of(r) == "open")
    return next(waiting, None)


def _open(held: Order, there: int, by: str, settings: Settings, *, proven: bool) -> AccessRequest:
    for old in rows.open_of(held):
        if old.kind == "confirm" and standing_of(old) == "expired":
            rows.expire(old)
    now = clock.now()
    try:
        with db.atomic():
            request = AccessRequest.create(
                kind="confirm",
                order=held,
                organization=there,
                person_email=held.admin_email,
                requester_email=by,
                requester_proven=proven,
                asked_at=now,
                expires_at=now + timedelta(days=settings.request_days),
            )
    except Duplicate:
        raise Refused(
            sentence("You have asked already. One organization can be asked at a time.")
        ) from None
    outlive(held, request, settings)
    orders.note(held, by, "asked to confirm", request.organization.ref)
    return request


def follow(request: AccessRequest, order: Order, settings: Settings) -> None:
    """Inside the deciding transaction, of a yes or no: yes marks the card, no takes it off."""
    orders.note(order, request.decided_by, f"question {request.status}", request.note)
    if order.status in CLOSED:
        return
    chosen = order.organization_id == request.organization_id
    if (
        request.status == "declined"
        and chosen
        and not is_over(order)
        and not is_administered(order)
    ):
        clear_choice(order, request.decided_by)
    if not is_over(order):
        send_on("confirmed", order, settings, request)
