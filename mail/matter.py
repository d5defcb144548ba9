"""What a letter is about: plain, cleaned values read from its outbox row."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mail.wording import cleaned, lines, one_line, plain
from records import requests
from records.tables import AccessRequest, Order, OrderLine, OutboxRow

Lines = Mapping[int, Sequence[OrderLine]]  # of orders, by their ids
MOST = 50  # requests in one digest; its page has all of them


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an order."""

    product: str
    quantity: int
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order, as its letters name it."""

    number: str
    contact: str
    role: str
    purpose: str | None
    company: str
    partner: str
    admin: str
    organization: str
    status: str
    is_provisioned: bool
    is_stopped: bool
    expires_at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The request, as its letters name it."""

    kind: str
    number: str  # of its order
    is_proven: bool
    organization: str
    person: str
    requester: str
    message: tuple[str, ...]
    note: tuple[str, ...]
    status: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Matter:
    """All that a letter may say, except its link. Nothing in it asks the database again."""

    id: int
    letter: str
    to: str
    message_id: str
    queued_at: datetime
    language: str
    order: Ordered | None
    request: Asked | None
    waiting: tuple[Asked, ...]  # of a digest: all that its reader may answer now
    facts: dict[str, Any]

    @property
    def organization(self) -> str:
        if self.request:
            return self.request.organization
        return self.order.organization if self.order else ""


def of(row: OutboxRow, lines: Lines) -> Matter:
    """Everything that a row's letter may say, of what was read for several rows at once."""
    request, is_digest = row.request, row.letter == "digest"
    order = row.order or (request and not is_digest and request.order)
    return Matter(
        id=row.id,
        letter=row.letter,
        to=row.recipient,
        message_id=row.message_id,
        queued_at=row.queued_at,
        language=order.language if order and row.letter != "alert" else "",
        order=_ordered(order, lines.get(order.id, ())) if order else None,
        request=_asked(request) if request else None,
        waiting=_waiting(request.organization_id, row.recipient) if is_digest else (),
        facts=_facts(row.facts),
    )


def _ordered(order: Order, lines: Sequence[OrderLine]) -> Ordered:
    return Ordered(
        number=one_line(order.number),
        contact=order.contact_email,
        role=order.contact_role,
        purpose=order.purpose,
        company=plain(order.company_name),
        partner=plain(order.partner_name),
        admin=order.admin_email or "",
        organization=plain(order.organization.name) if order.organization else "",
        status=order.status,
        is_provisioned=order.status == "provisioned",
        is_stopped=order.status == "stopped",
        expires_at=order.expires_at,
        lines=tuple(map(_line, lines)),
    )


def _line(line: OrderLine) -> Line:
    return Line(plain(line.product), line.quantity, line.starts_on, line.ends_on)


def _asked(request: AccessRequest) -> Asked:
    return Asked(
        kind=request.kind,
        number=one_line(request.order.number),
        is_proven=request.requester_proven,
        organization=plain(request.organization.name),
        person=request.person_email,
        requester=request.requester_email,
        message=lines(request.message),
        note=lines(request.note),
        status=request.status,
        expires_at=request.expires_at,
    )


def _waiting(organization_id: int, admin: str) -> tuple[Asked, ...]:
    return tuple(map(_asked, requests.answerable(organization_id, admin, MOST)))


def _facts(text: str) -> dict[str, Any]:
    """What a row says beyond its order; a letter that misses some of it cannot be written."""
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return {name: cleaned(value) for name, value in said.items()} if isinstance(said, dict) else {}
