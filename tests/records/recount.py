"""What the directory keeps as it changes, counted anew from its rows."""

from collections import Counter
from typing import Any

from provisioning.directory import RULES
from records.database import db


def assert_exact() -> None:
    """Every count and every lookup row is what the rows themselves say."""
    assert kept() == counted()


def kept() -> dict[str, object]:
    organizations = _rows("SELECT id, users, admins, active_subscriptions FROM organization")
    return {
        "organizations": {row[0]: tuple(row[1:]) for row in organizations},
        "domains": {
            (domain, number): users
            for domain, number, users in _rows(
                "SELECT domain, organization_id, users FROM organization_domain"
            )
        },
        "lookup": set(_rows("SELECT label, cut, domain, core, organization_id FROM lookup")),
    }


def counted() -> dict[str, object]:
    people = _rows("SELECT organization_id, email, full_admin FROM user_account")
    users = Counter(number for number, _email, _admin in people)
    admins = Counter(number for number, _email, is_admin in people if is_admin)
    domains = Counter((email.rpartition("@")[2], number) for number, email, _admin in people)
    active = Counter(
        number
        for number, status in _rows("SELECT organization_id, status FROM subscription")
        if status == "active"
    )
    organizations = _rows("SELECT id, name, unlisted FROM organization")
    listed = {number: name for number, name, unlisted in organizations if not unlisted}
    lookup = set()
    for domain, number in domains:
        if number in listed:
            label = RULES.label(domain)
            core, cuts = RULES.keys(listed[number], label)
            lookup |= {(label, cut, domain, core, number) for cut in cuts}
    return {
        "organizations": {
            number: (users[number], admins[number], active[number])
            for number, _name, _unlisted in organizations
        },
        "domains": dict(domains),
        "lookup": lookup,
    }


def _rows(sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute_sql(sql)]
