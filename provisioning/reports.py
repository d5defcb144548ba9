"""Orders, organizations and matches as plain data, for scripts."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypedDict

from matching.rules import Candidate
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
                "activity": str(candidate.reading.value),
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
