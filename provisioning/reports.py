"""Orders, organizations and matches as plain data, for scripts."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypedDict

from config import Settings
from matching.addresses import canonical
from matching.names import company_name
from matching.rules import Candidate
from matching.sentences import about
from provisioning import matches
from provisioning.explaining import Explanation
from provisioning.facts import facts_of, purpose_of, standing_of
from provisioning.journey import current_step
from provisioning.matches import Match
from records import orders
from records.tables import AccessRequest, Order, Organization, Subscription, User


class CandidateReport(TypedDict):
    ref: str
    name: str
    tier: str
    evidence: list[str]
    activity: str


class MatchReport(TypedDict):
    standing: str
    candidates: list[CandidateReport]


class ExplanationReport(TypedDict):
    ref: str
    name: str
    offered: bool
    tier: str | None
    place: int | None
    why: list[str]


def match(name: str, address: str, settings: Settings, limit: int) -> MatchReport:
    """What a company name and an address lead to, as a partner would see it; raises Refused."""
    with about("company_name"):
        company = company_name(name)
    with about("admin_email"):
        admin = canonical(address)
    found = matches.match(company, admin, settings, whole_domain=True)
    return of_match(found, matches.page(found, settings, size=limit)[0])


def of_match(found: Match, candidates: Iterable[Candidate]) -> MatchReport:
    """Who the address is, and what would be offered, in its order."""
    return {
        "standing": str(found.standing),
        "candidates": [
            {
                "ref": candidate.organization.ref,
                "name": candidate.organization.name,
                "tier": str(candidate.tier),
                "evidence": [str(sentence) for sentence in candidate.evidence],
                "activity": candidate.activity,
            }
            for candidate in candidates
        ],
    }


def of_explanation(answer: Explanation) -> ExplanationReport:
    """Why one organization is offered or not."""
    return {
        "ref": answer.organization.ref,
        "name": answer.organization.name,
        "offered": answer.candidate is not None,
        "tier": str(answer.candidate.tier) if answer.candidate else None,
        "place": answer.place,
        "why": [str(sentence) for sentence in answer.sentences],
    }


def of_order(order: Order) -> dict[str, Any]:
    """Where an order stands, and how it came there."""
    partner = order.partner_organization
    return {
        "number": order.number,
        "status": order.status,
        "step": str(current_step(facts_of(order))),
        "contact_email": order.contact_email,
        "contact_role": order.contact_role,
        "purpose": purpose_of(order),
        "company_name": order.company_name,
        "admin_email": order.admin_email,
        "organization": order.organization.ref if order.organization else None,
        "partner_organization": partner.ref if partner else None,
        "lines": [
            {
                "sku": line.sku,
                "product": line.product,
                "quantity": line.quantity,
                "starts_on": _day(line.starts_on),
                "ends_on": _day(line.ends_on),
            }
            for line in orders.lines(order)
        ],
        "requests": [
            {
                "kind": request.kind,
                "status": standing_of(request),
                "organization": request.organization.ref,
            }
            for request in _requests(order)
        ],
        "history": [
            {"at": row.at.isoformat(), "who": row.who, "what": row.what, "why": row.why}
            for row in orders.history(order)
        ],
    }


def in_full(order: Order) -> dict[str, Any]:
    """The same with its times and its mapping, for the seller's systems."""
    return {
        **of_order(order),
        "placed_at": order.placed_at.isoformat(timespec="seconds"),
        "expires_at": order.expires_at.isoformat(timespec="seconds"),
        "mapping": _mapping(order),
    }


def in_short(order: Order) -> dict[str, Any]:
    """What a list of orders says of each."""
    return {
        "number": order.number,
        "status": order.status,
        "contact_role": order.contact_role,
        "company_name": order.company_name,
        "organization": order.organization.ref if order.organization_id else None,
        "placed_at": order.placed_at.isoformat(timespec="seconds"),
        "expires_at": order.expires_at.isoformat(timespec="seconds"),
    }


def _mapping(order: Order) -> dict[str, Any] | None:
    found = orders.mapping(order)
    if found is None:
        return None
    return {
        "organization": found.organization.ref,
        "decided_by": found.decided_by,
        "decided_at": found.decided_at.isoformat(),
        "why": found.why,
    }


def of_organization(ref: str) -> dict[str, Any] | None:
    """An organization with its users and subscriptions; None when there is none."""
    organization = Organization.get_or_none(Organization.ref == ref)
    if organization is None:
        return None
    users = User.select().where(User.organization == organization).order_by(User.email)
    subscriptions = (
        Subscription.select()
        .where(Subscription.organization == organization)
        .order_by(Subscription.number)
    )
    return {
        "ref": organization.ref,
        "name": organization.name,
        "kind": organization.kind,
        "origin": organization.origin,
        "created_on": _day(organization.created_on),
        "users": [{"email": user.email, "full_admin": user.full_admin} for user in users],
        "subscriptions": [
            {
                "number": subscription.number,
                "product": subscription.product,
                "quantity": subscription.quantity,
                "status": subscription.status,
            }
            for subscription in subscriptions
        ],
    }


def _requests(order: Order) -> list[AccessRequest]:
    mine = AccessRequest.select().where(AccessRequest.order == order)
    return list(mine.order_by(AccessRequest.id))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
