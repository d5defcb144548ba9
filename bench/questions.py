"""Who types what in the measured live lists: opened orders, and requests as browsers send them.

But for "most common domain, usual name", each is answered with five cards, and the bounds of every
lookup bind already in the smallest town.
"""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from bench import town
from bench.serving import post
from bench.sizes import QUICK
from provisioning import intake, orders
from records import clock
from records.database import db, digest
from records.tables import Session

_TYPED = 1 if QUICK else 8  # the last so many letters of a name are typed one by one
_GROUPS = 40


class Question(NamedTuple):
    """What somebody types under whose address."""

    name: str
    address: str


def scenarios(size: int) -> dict[str, list[Question]]:
    """The questions of each scenario in a town of this size, in the order of typing."""
    groups = [town.group_of(n) for n in range(min(_GROUPS, size // 1_000))]
    return {
        "a group of fifty companies": [
            question
            for group in groups
            for question in _typed(f"{group} Logist", f"new@{town.domain_of(group)}")
        ],
        "most common beginning, most common domain": _at_host(f"{town.COMMON} Drair"),
        "most common domain, usual name": _at_host(_ordinary_name(size)),
        "shared provider": list(_typed(f"{town.COMMON} Fronk", "new@gmail.com")),
        "a thousand companies of one name": list(_typed(town.NAMESAKE, f"new@{town.NAMESAKES_AT}")),
        "a user of a thousand companies": list(_typed("Northern Lights Media", town.ADVISER)),
    }


def requests(app: Flask, port: int, size: int) -> dict[str, list[bytes]]:
    """The same as requests; orders and sessions are made for them in the database."""
    made: dict[str, tuple[str, str, str]] = {}
    found = {}
    with db.atomic():
        db.execute_sql("DELETE FROM session")
    for scenario, questions in scenarios(size).items():
        bodies = []
        for name, address in questions:
            if address not in made:
                made[address] = _opened(app, address, f"bench-{len(made)}-{secrets.token_hex(4)}")
            number, cookie, token = made[address]
            fields = {"csrf_token": token, "admin_email": address, "company_name": name}
            body = urlencode({**fields, "organization": "", "seen": ""}).encode()
            bodies.append(post(f"/orders/{number}/matches", port, body, cookie))
        found[scenario] = bodies
    return found


def name_in(body: bytes) -> str:
    """The typed name in the body of a request."""
    return parse_qs(body.decode())["company_name"][0]


def _opened(app: Flask, address: str, number: str) -> tuple[str, str, str]:
    """(number, cookie, CSRF token) of an order whose contact has opened it."""
    given = {"number": number, "contact_email": address, "contact_role": "customer"}
    line = {"sku": "M", "product": "Meetings", "quantity": "1"}
    settings = app.config["SETTINGS"]
    order = orders.place(intake.read_order(given, [line]), settings, by="bench")
    secret, raw = secrets.token_urlsafe(32), secrets.token_hex(20)
    Session.create(
        secret_hash=digest(secret),
        email=address,
        order=order.id,
        expires_at=clock.now() + timedelta(hours=12),
    )
    held = {"csrf_token": raw, "orders": {number: secret}}
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    token = URLSafeTimedSerializer(settings.secret_key, salt="wtf-csrf-token").dumps(raw)
    return number, f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(held)}", str(token)


def _typed(name: str, address: str) -> Iterator[Question]:
    for end in range(max(5, len(name) - _TYPED), len(name) + 1):
        yield Question(name[:end], address)


def _at_host(name: str) -> list[Question]:
    return list(_typed(name, f"new@{town.HOST}"))


def _ordinary_name(size: int) -> str:
    """The name of a company at the common domain that does not begin like many."""
    return town.company(size // 2 // 100 * 100 + 2).name
