"""One order: all that is known of it, and what its contact is offered."""

from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching import disclosure
from matching.disclosure import Viewer
from matching.sentences import Refused
from provisioning import auditing, interventions, matches, notices, resending, viewers
from provisioning.facts import facts_of, purpose_of, standing_of
from provisioning.journey import current_step
from records import clock, lookup, outbox
from records import orders as rows
from records import requests as request_rows
from records.tables import AccessRequest, Operator, Order, OutboxRow
from views.console import words
from views.console.frame import answer, needs, older, pages, place, said
from views.console.offered import offered
from views.i18n import say
from views.visit import settings

OFFERED = 20  # organizations of a page


@pages.get("/orders/<number>")
@needs("viewer")
def order(me: Operator, number: str) -> ResponseReturnValue:
    """Its state, the step that its contact sees, its history, mails and requests."""
    found = order_of(number)
    auditing.looked(me.email, "order", found.number)
    return answer(
        me,
        "console/order.html",
        found=found,
        facts=_facts(found),
        state=words.STATUS[found.status],
        step=words.STEP[current_step(facts_of(found))],
        possible=interventions.possible(found),
        history=rows.history(found),
        mails=[_mail(row) for row in outbox.of_order(found.id)],
        requests=[_request(each) for each in request_rows.of_order(found)],
    )


@pages.get("/orders/<number>/candidates")
@needs("viewer")
def candidates(me: Operator, number: str) -> ResponseReturnValue:
    """The organizations as the contact sees them, and as they are."""
    found = order_of(number)
    try:
        match = interventions.candidates(found, me.email, settings())
    except Refused as refused:
        auditing.looked(me.email, "order", found.number)
        return answer(
            me, "console/candidates.html", found=found, refusal=say(refused.sentence), offered=[]
        )
    eyes = viewers.eyes(found, found.admin_email, found.contact_email, settings())
    shown, more = matches.page(match, settings(), place(said("after")), OFFERED)
    return answer(
        me,
        "console/candidates.html",
        found=found,
        offered=offered(shown, eyes),
        more=older(more) if more else None,
    )


def order_of(number: str) -> Order:
    """The order with that number, or the page that says there is none."""
    found = rows.by_number(number)
    if found is None:
        abort(404)
    return found


def _facts(found: Order) -> list[tuple[str, Any, int | None]]:
    """What is known of an order, in rows; a number is that of an organization to go to."""
    lines = [f"{line.quantity} × {line.product} ({line.sku})" for line in rows.lines(found)]
    mapped = rows.mapping(found)
    chosen, partner = _named(found.organization_id), _named(found.partner_organization_id)
    where = _("%(name)s, not final yet", name=chosen) if chosen and not mapped else chosen
    known: list[tuple[Any, ...]] = [
        (_("Contact"), f"{found.contact_email} ({say_role(found.contact_role)})"),
        (_("Name"), found.contact_name),
        (_("Ordered"), lines),
        (_("Company"), found.company_name),
        (_("Administrator"), found.admin_email),
        (_("Purpose"), str(words.PURPOSE.get(purpose_of(found) or "", ""))),
        (
            _("Organization"),
            _("a new one") if found.create_new and not chosen else where,
            found.organization_id,
        ),
        (_("Mapped by"), mapped and f"{mapped.decided_by}: {mapped.why}"),
        (_("Partner"), partner or found.partner_name, found.partner_organization_id),
        (_("Language"), found.language),
    ]
    return [(label, value, *way, None)[:3] for label, value, *way in known if value]


def say_role(role: str) -> str:
    return str(words.ROLE.get(role, role))


def _named(organization_id: int | None) -> str:
    """An organization as the console names it."""
    row = lookup.by_id(organization_id) if organization_id else None
    shown = disclosure.shown(row, Viewer.OPERATOR, clock.today())
    return f"{shown.name} [{row.ref}]" if row else ""


def _mail(row: OutboxRow) -> dict[str, Any]:
    """A letter, and whether it can be sent again."""
    settled = bool(row.sent_at or row.failed_at)
    again = settled and row.letter not in resending.SIGN_INS
    return {"row": row, "state": words.mail_state(row), "again": again}


def _request(asked: AccessRequest) -> dict[str, Any]:
    """A request, who was asked, and what can be done to it."""
    standing = standing_of(asked)
    is_open = standing == "open"
    return {
        "row": asked,
        "kind": words.REQUEST[asked.kind],
        "standing": words.STANDING[standing],
        "there": (asked.organization_id, _named(asked.organization_id)),
        "asked": sorted(notices.states(asked).items()),
        "extends": is_open and asked.kind in interventions.EXTENDED,
        "closes": asked.status == "open" and asked.kind in interventions.CLOSED,
    }
